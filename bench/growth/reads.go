package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/isoaudit/isoaudit-go/schema"
)

// read is a work of the user: GET of a path, whose result are the bytes of the answer.
func (s *server) read(name string, path func(n int) string) work {
	return s.asking(name, s.token, http.MethodGet, func(n int) (string, string) { return path(n), "" })
}

// readAll is the same with the master key.
func (s *server) readAll(name string, path func(n int) string) work {
	return s.asking(name, "", http.MethodGet, func(n int) (string, string) { return path(n), "" })
}

// asking is a work that sends one request, and whose result are the bytes of the answer.
func (s *server) asking(name, token, method string, request func(n int) (path, body string)) work {
	return work{name, func(ctx context.Context, n int) (int, error) {
		path, body := request(n)
		answer, err := s.send(ctx, token, method, path, body)
		return len(answer), err
	}}
}

// find is a path that asks for objects.
func find(class, where, more string) string {
	return "/classes/" + class + "?where=" + url.QueryEscape(where) + more
}

const everybody = `"ACL":{"*":{"read":true,"write":true}}`

// fillRows makes rows of which every query but the aggregations finds the same number.
func fillRows(ctx context.Context, s *server, size int) ([]work, error) {
	if err := s.putClass(ctx, schema.Class{Name: "Note", Fields: map[string]schema.Field{"ref": {Type: schema.String}, "site": {Type: schema.String}, "number": {Type: schema.Number}},
		Indexes: map[string]schema.Index{"byRef": {{Field: "ref"}}, "bySite": {{Field: "site"}}}}); err != nil {
		return nil, err
	}
	ids, err := s.create(ctx, "Note", size, func(n int) string {
		return fmt.Sprintf(`{"ref":"N-%d","site":"S-%d","number":%d,%s}`, n, n/100, n%7, everybody)
	})
	if err != nil {
		return nil, err
	}
	aggregate := func(name, pipeline string) work {
		return s.readAll(name, func(int) string { return "/aggregate/Note?pipeline=" + url.QueryEscape(pipeline) })
	}
	return []work{
		s.read("get", func(n int) string { return "/classes/Note/" + ids[n%size] }),
		s.read("find 1 by index", func(n int) string { return find("Note", fmt.Sprintf(`{"ref":"N-%d"}`, n%size), "&limit=1") }),
		s.read("find 100 by index", func(n int) string { return find("Note", fmt.Sprintf(`{"site":"S-%d"}`, n%max(1, size/100)), "") }),
		s.read("find the newest 100", func(int) string { return find("Note", `{}`, "&order=-createdAt") }),
		s.read("find 100 anywhere", func(int) string { return find("Note", `{"number":3}`, "") }),
		s.read("count by index", func(n int) string {
			return find("Note", fmt.Sprintf(`{"site":"S-%d"}`, n%max(1, size/100)), "&limit=0&count=1")
		}),
		s.read("count all", func(int) string { return find("Note", `{}`, "&limit=0&count=1") }),
		aggregate("group all by number", `[{"$group":{"_id":"$number","count":{"$sum":1}}}]`),
		aggregate("group 100 by number", `[{"$match":{"site":"S-1"}},{"$group":{"_id":"$number","count":{"$sum":1}}}]`),
		s.asking("create", s.token, http.MethodPost, func(n int) (string, string) {
			return "/classes/Note", fmt.Sprintf(`{"ref":"M-%d","site":"M","number":1,%s}`, n, everybody)
		}),
	}, nil
}

// eventsEach is the number of events of one record.
const eventsEach = 20

// fillEvents makes events of the audit trail by changing records again and again.
func fillEvents(ctx context.Context, s *server, size int) ([]work, error) {
	trail, _ := schema.ISO9001().Class(schema.TrailClass)
	if err := errors.Join(s.putClass(ctx, trail), s.putClass(ctx, schema.Class{Name: "CorrectiveAction", Fields: map[string]schema.Field{"status": {Type: schema.String}}})); err != nil {
		return nil, err
	}
	records := max(1, size/eventsEach)
	ids, err := s.create(ctx, "CorrectiveAction", records, func(int) string { return `{"status":"0"}` })
	if err != nil {
		return nil, err
	}
	for change := 1; change < eventsEach; change++ {
		for from := 0; from < records; from += 500 {
			var batch []string
			for _, id := range ids[from:min(records, from+500)] {
				batch = append(batch, fmt.Sprintf(`{"method":"PUT","path":"/parse/classes/CorrectiveAction/%s","body":{"status":"%d"}}`, id, change))
			}
			if _, err := s.send(ctx, "", http.MethodPost, "/batch", `{"requests":[`+strings.Join(batch, ",")+`]}`); err != nil {
				return nil, err
			}
		}
	}
	return []work{
		s.readAll("history of one record", func(n int) string {
			// As isoaudit.Client.History asks: for what was done to the whole class, too.
			where := `{"class":"CorrectiveAction","record":{"$in":[%q,""]},"$or":[{"record":{"$ne":""}},{"op":{"$in":["purge","drop"]}}]}`
			return find(schema.TrailClass, fmt.Sprintf(where, ids[n%records]), "&order=at,objectId")
		}),
		s.asking("change of a record", "", http.MethodPut, func(n int) (string, string) {
			return "/classes/CorrectiveAction/" + ids[n%records], fmt.Sprintf(`{"status":"again %d"}`, n)
		}),
	}, nil
}

// update changes one object after the other.
func (s *server) update(ids []string) work {
	return s.asking("update", s.token, http.MethodPut, func(n int) (string, string) {
		return "/classes/Note/" + ids[n%len(ids)], fmt.Sprintf(`{"ref":"again %d"}`, n)
	})
}

// fillRoles gives the user roles, each of which may read its share of the rows.
func fillRoles(ctx context.Context, s *server, size int) ([]work, error) {
	for n := range size {
		role := fmt.Sprintf(`{"name":"role%d","ACL":{},"users":{"__op":"AddRelation","objects":[{"__type":"Pointer","className":"_User","objectId":%q}]}}`, n, s.userID)
		if _, err := s.send(ctx, "", http.MethodPost, "/roles", role); err != nil {
			return nil, err
		}
	}
	ids, err := s.create(ctx, "Note", 1000, func(n int) string {
		return fmt.Sprintf(`{"ref":"N-%d","ACL":{"role:role%d":{"read":true,"write":true}}}`, n, n%size)
	})
	return []work{
		s.read("get", func(n int) string { return "/classes/Note/" + ids[n%1000] }),
		s.read("find 100", func(int) string { return find("Note", `{}`, "") }),
		s.update(ids),
	}, err
}

// fillACLs makes objects that many may read, the user among them.
func fillACLs(ctx context.Context, s *server, size int) ([]work, error) {
	var acl strings.Builder
	for n := range size - 1 {
		fmt.Fprintf(&acl, `"someone%06d":{"read":true},`, n)
	}
	ids, err := s.create(ctx, "Note", 200, func(n int) string {
		return fmt.Sprintf(`{"ref":"N-%d","ACL":{%s%q:{"read":true,"write":true}}}`, n, acl.String(), s.userID)
	})
	return []work{
		s.read("get", func(n int) string { return "/classes/Note/" + ids[n%200] }),
		s.read("find 100", func(int) string { return find("Note", `{}`, "") }),
		s.read("find 100, one column", func(int) string { return find("Note", `{}`, "&keys=ref") }),
		s.update(ids),
	}, err
}

// fillIncludes makes chains of pointers, and asks for as many levels of them.
func fillIncludes(ctx context.Context, s *server, size int) ([]work, error) {
	const chains = 100
	var above []string
	for level := 4; level >= 0; level-- {
		ids, err := s.create(ctx, fmt.Sprintf("Level%d", level), chains, func(n int) string {
			next := ""
			if above != nil {
				next = fmt.Sprintf(`"next":{"__type":"Pointer","className":"Level%d","objectId":%q},`, level+1, above[n])
			}
			return fmt.Sprintf(`{%s"ref":"N-%d","text":"a text of the length that a short statement has",%s}`, next, n, everybody)
		})
		if err != nil {
			return nil, err
		}
		above = ids
	}
	include := ""
	if size > 0 {
		include = "&include=" + strings.TrimSuffix(strings.Repeat("next.", size), ".")
	}
	return []work{s.read("find 100", func(int) string { return find("Level0", `{}`, include) })}, nil
}
