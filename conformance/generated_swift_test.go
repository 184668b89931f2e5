package conformance_test

import (
	"fmt"
	"net/http"
)

// swiftClass is the class of the Swift SDK's questions.
const swiftClass = "AskedSwift" + runName

// swiftQuestions are the queries of Parse's Swift SDK by their wire form: a POST
// with _method, in which names stand in lists and numbers beside them.
func swiftQuestions() scene {
	s := scene{name: "the Swift SDK", prepare: []probe{
		madeClass(swiftClass, fmt.Sprintf(kindColumns, swiftClass), openCLP),
		madeRow(swiftClass, "SwiftRoot", `"name":"root","number":0`),
		madeRow(swiftClass, "SwiftOne", `"name":"one","number":1,"parent":`+pointerText(swiftClass, "SwiftRoot")+`,"list":[`+pointerText(swiftClass, "SwiftRoot")+`]`),
		madeRow(swiftClass, "SwiftTwo", `"name":"two","number":2,"parent":`+pointerText(swiftClass, "SwiftOne")),
	}}
	for _, where := range []string{``, `,"where":{}`, `,"where":{"number":{"$gt":0}}`, `,"where":{"parent":` + pointerText(swiftClass, "SwiftRoot") + `}`, `,"where":{"objectId":"idOfSwiftOne"}`} {
		for _, order := range []string{`["name"]`, `["-number"]`, `["-number","name"]`, `["name","-number"]`} {
			for _, include := range []string{``, `,"include":["parent"]`, `,"include":["parent","list"]`, `,"include":["parent.parent"]`, `,"include":["*"]`} {
				for _, keys := range []string{``, `,"keys":["name"]`, `,"keys":["name","parent"]`, `,"excludeKeys":["number"]`, `,"excludeKeys":["number","parent"]`, `,"keys":[]`, `,"fields":["name"]`} {
					s.questions = append(s.questions, swiftQuestion(`"order":`+order+where+include+keys))
				}
			}
		}
	}
	for _, more := range []string{`"limit":1`, `"limit":0,"count":true`, `"count":true`, `"limit":0,"count":1`, `"skip":1`, `"limit":1,"skip":1`, `"includeAll":true`, `"hint":"_id_"`, `"explain":false`, `"isCount":true`, `"readPreference":"PRIMARY"`, `"subqueryReadPreference":"PRIMARY"`} {
		s.questions = append(s.questions, swiftQuestion(`"order":["name"],`+more))
	}
	return s
}

func swiftQuestion(members string) probe {
	return probe{asks: members, as: "nobody", method: http.MethodPost, path: "/classes/" + swiftClass, body: `{"_method":"GET",` + members + `}`}
}
