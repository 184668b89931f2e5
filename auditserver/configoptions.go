package auditserver

import (
	"fmt"
	"net/netip"
	"regexp"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// oneOrMore reads a text or a list of texts.
func oneOrMore(field *[]string) option {
	return func(v jsontext.Value) error {
		if v.Kind() == '"' {
			*field = make([]string, 1)
			return into(&(*field)[0])(v)
		}
		return into(field)(v)
	}
}

// keywords reads requestKeywordDenylist. Setting it replaces the default.
func keywords(field *[]Keyword) option {
	return func(v jsontext.Value) error {
		var list []struct {
			Key   any `json:"key"`
			Value any `json:"value"`
		}
		if err := json.Unmarshal(v, &list, json.RejectUnknownMembers(true)); err != nil {
			return &optionError{`want a list of objects such as {"key":"constructor"}, {"value":"..."} or both`}
		}
		*field = make([]Keyword, len(list))
		for i, k := range list {
			(*field)[i] = Keyword{Key: k.Key, Value: k.Value}
		}
		return nil
	}
}

// namedNetworks are the names that Express has for networks.
var namedNetworks = map[string][]string{
	"loopback":    {"127.0.0.0/8", "::1/128"},
	"linklocal":   {"169.254.0.0/16", "fe80::/10"},
	"uniquelocal": {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"},
}

// proxies reads trustProxy as Express has it: true for all addresses, a number of
// proxies, or addresses, networks and names of networks.
func proxies(field *TrustProxy) option {
	return func(v jsontext.Value) error {
		switch v.Kind() {
		case 'f':
			*field = TrustProxy{}
			return nil
		case 't':
			*field = TrustProxy{Networks: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}}
			return nil
		case '0':
			*field = TrustProxy{}
			return into(&field.Hops)(v)
		}
		var names []string
		if err := oneOrMore(&names)(v); err != nil {
			return &optionError{"want true, a number of proxies, or a list of IP addresses, networks, loopback, linklocal and uniquelocal"}
		}
		var list []string
		for _, name := range names {
			if known, ok := namedNetworks[name]; ok {
				list = append(list, known...)
			} else {
				list = append(list, name)
			}
		}
		raw, err := json.Marshal(list)
		if err != nil {
			return err
		}
		*field = TrustProxy{}
		return addresses(&field.Networks)(raw)
	}
}

// rateLimits reads rateLimit: an object or a list of them.
func rateLimits(field *[]RateLimit) option {
	return func(v jsontext.Value) error {
		list := []jsontext.Value{v}
		if v.Kind() == '[' {
			if err := json.Unmarshal(v, &list); err != nil {
				return &optionError{"want a list of objects"}
			}
		}
		*field = make([]RateLimit, len(list))
		for i, each := range list {
			l := &(*field)[i]
			known := map[string]option{
				"requestPath":             into(&l.RequestPath),
				"requestMethods":          methods(&l.RequestMethods),
				"requestTimeWindow":       span(&l.RequestTimeWindow, time.Millisecond, "milliseconds"),
				"requestCount":            into(&l.RequestCount),
				"errorResponseMessage":    into(&l.ErrorResponseMessage),
				"includeMasterKey":        into(&l.IncludeMasterKey),
				"includeInternalRequests": into(&l.IncludeInternalRequests),
				"zone":                    into((*string)(&l.Zone)),
			}
			if err := group(fmt.Sprintf("rateLimit[%d]", i), known)(each); err != nil {
				return err
			}
			var given map[string]jsontext.Value
			if err := json.Unmarshal(each, &given); err != nil {
				return err
			}
			for _, name := range []string{"requestPath", "requestTimeWindow", "requestCount"} {
				if _, ok := given[name]; !ok {
					return &optionError{fmt.Sprintf("rateLimit[%d] has no %s", i, name)}
				}
			}
		}
		return nil
	}
}

// methods reads requestMethods: a list of methods, or a regular expression of them.
func methods(field *[]string) option {
	return func(v jsontext.Value) error {
		if v.Kind() != '"' {
			return into(field)(v)
		}
		var pattern string
		if err := into(&pattern)(v); err != nil {
			return err
		}
		re, err := regexp.Compile(pattern)
		if err != nil {
			return &optionError{"requestMethods is no regular expression"}
		}
		for _, method := range rateLimitMethods {
			if re.MatchString(method) {
				*field = append(*field, method)
			}
		}
		if len(*field) == 0 {
			return &optionError{"requestMethods matches none of GET, HEAD, POST, PUT and DELETE"}
		}
		return nil
	}
}

// inert are options of Parse Server that mean nothing here, with the values that
// would change nothing; nil: whatever the value is, it only concerns what auditserver
// does not have. Any other value is refused, as is any option that is not known.
var inert = map[string][]string{
	"logLevel":                         nil, // the program's slog.Logger decides
	"logsFolder":                       nil,
	"jsonLogs":                         nil,
	"silent":                           nil,
	"verbose":                          nil,
	"maxLogFiles":                      nil,
	"cacheMaxSize":                     nil,
	"cacheTTL":                         nil,
	"directAccess":                     nil,
	"verifyServerUrl":                  nil,
	"startLiveQueryServer":             {"true"},
	"customIdSize":                     {"10"}, // objectIdSize is the option's name
	"enableAnonymousUsers":             {"true"},
	"enableInsecureAuthAdapters":       {"false"},
	"enableSanitizedErrorResponse":     {"true"},
	"enableExpressErrorHandler":        {"false"},
	"allowExpiredAuthDataToken":        {"false"},
	"convertEmailToLowercase":          {"false"},
	"convertUsernameToLowercase":       {"false"},
	"preserveFileName":                 {"false"},
	"preventSignupWithUnverifiedEmail": {"false"},
	"protectedFieldsOwnerExempt":       {"true"},
	"scheduledPush":                    {"false"},
	"mountPlayground":                  {"false"},
	"security":                         {"{}"},
	"pages":                            {"{}"},
	"customPages":                      {"{}"},
}

// addInert makes the options of inert known.
func addInert(known map[string]option) {
	for name, harmless := range inert {
		known[name] = func(v jsontext.Value) error {
			if harmless == nil {
				return nil
			}
			for _, h := range harmless {
				if string(v) == h {
					return nil
				}
			}
			return &optionError{fmt.Sprintf("it has no meaning here, and only %s would change nothing: leave it out", harmless[0])}
		}
	}
}
