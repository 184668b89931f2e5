package auditserver

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// route finds the handler of a method and path (protocol section 1.3); nil is
// an unknown route, which Parse Server answers with an HTML page.
func (s *Server) route(method string, path []string) handler {
	if len(path) == 0 || len(path) > maxPathElements {
		return nil
	}
	n, get, post, put, del := len(path), method == http.MethodGet || method == http.MethodHead,
		method == http.MethodPost, method == http.MethodPut, method == http.MethodDelete
	second := ""
	if n > 1 {
		second = strings.ToLower(path[1])
	}
	switch strings.ToLower(path[0]) {
	case "classes":
		if n < 2 {
			return nil
		}
		return s.objectRoutes(path[1], method, n-1)
	case "users":
		if n == 2 && second == "me" && get {
			return s.currentUser
		}
		return s.objectRoutes("_User", method, n)
	case "sessions":
		if n == 2 && second == "me" && get {
			return s.currentSession
		}
		return s.objectRoutes("_Session", method, n)
	case "roles":
		return s.objectRoutes("_Role", method, n)
	case "installations":
		return s.objectRoutes("_Installation", method, n)
	case "login":
		return when(n == 1 && (get || post), s.logIn)
	case "loginas":
		return when(n == 1 && post, s.logInAs)
	case "logout":
		return when(n == 1 && post, s.logOut)
	case "verifypassword":
		return when(n == 1 && (get || post), s.verifyPassword)
	case "requestpasswordreset":
		return when(n == 1 && post, s.requestPasswordReset)
	case "verificationemailrequest":
		return when(n == 1 && post, s.requestVerification)
	case "upgradetorevocablesession":
		return when(n == 1 && post, s.upgradeSession)
	case "functions":
		return when(n == 2 && post, s.callFunction)
	case "jobs":
		return when(n <= 2 && post, s.startJob)
	case "cloud_code":
		return when(n >= 2 && second == "jobs" && get, s.listJobs)
	case "config":
		switch {
		case n == 1 && get:
			return s.getConfig
		case n == 1 && put:
			return s.putConfig
		}
	case "schemas":
		return s.schemaRoutes(method, n)
	case "purge":
		return when(n == 2 && del, s.purgeClass)
	case "aggregate":
		return when(n == 2 && get, s.aggregate)
	case "batch":
		return when(n == 1 && post, s.batch)
	case "files":
		switch {
		case n >= 3 && get:
			return s.getFile
		case n <= 2 && post:
			return s.postFile
		case n >= 2 && del:
			return s.deleteFile
		}
	case "events":
		return when(n == 2 && post, func(context.Context, *request) (*response, error) { return emptyResponse, nil })
	case "serverinfo":
		return when(n == 1 && get, s.serverInfo)
	case "health":
		return when(n == 1 && (get || post), s.health)
	case "ready":
		return when(n == 1 && get, s.ready)
	}
	return nil
}

// maxPathElements is more than any route has.
const maxPathElements = 16

func when(ok bool, h handler) handler {
	if ok {
		return h
	}
	return nil
}

// objectRoutes are the five operations on objects; n is the number of path
// elements from the class on.
func (s *Server) objectRoutes(class, method string, n int) handler {
	on := func(f func(context.Context, *request, string) (*response, error)) handler {
		return func(ctx context.Context, req *request) (*response, error) { return f(ctx, req, class) }
	}
	switch {
	case n == 1 && (method == http.MethodGet || method == http.MethodHead):
		return on(s.findObjects)
	case n == 1 && method == http.MethodPost:
		return on(s.createObject)
	case n == 2 && (method == http.MethodGet || method == http.MethodHead):
		return on(s.getObject)
	case n == 2 && method == http.MethodPut:
		return on(s.updateObject)
	case n == 2 && method == http.MethodDelete:
		return on(s.deleteObject)
	}
	return nil
}

// splitPath gives the unescaped elements of the path below the mount, without
// empty ones.
func splitPath(mount, escaped string) (path []string, ok bool) {
	rest, ok := strings.CutPrefix("/"+strings.TrimLeft(escaped, "/"), mount)
	if !ok || rest != "" && rest[0] != '/' {
		return nil, false
	}
	for rest != "" && len(path) <= maxPathElements {
		var element string
		element, rest, _ = strings.Cut(rest, "/")
		if element == "" {
			continue
		}
		if strings.IndexByte(element, '%') >= 0 {
			unescaped, err := url.PathUnescape(element)
			if err != nil {
				return nil, false
			}
			element = unescaped
		}
		path = append(path, element)
	}
	return path, true
}
