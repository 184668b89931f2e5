package doctor

import (
	"context"
	"net/http"
	"net/url"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/parse"
	"github.com/isoaudit/isoaudit-go/schema"
)

// The headers of the keys (protocol section 1).
const (
	headerID     = "X-Parse-Application-Id"
	headerREST   = "X-Parse-REST-API-Key"
	headerMaster = "X-Parse-Master-Key"
)

// get asks a path below the server's URL.
func (e *examination) get(ctx context.Context, headers map[string]string, path ...string) (answered, error) {
	base, err := url.Parse(e.URL)
	if err != nil {
		return answered{}, err
	}
	return e.ask(ctx, base.JoinPath(path...), headers)
}

// noFile is the name of a file that no server has.
const noFile = "isoaudit-doctor-asks-for-no-file.txt"

// applicationID asks for a file: files need no key but the application's id, which is
// in their path, so this tells a wrong id from a wrong key.
func (e *examination) applicationID(ctx context.Context) Result {
	const check = "application id"
	if e.ApplicationID == "" {
		return Result{check, Wrong, "there is none", "set it to the server's appId"}
	}
	a, err := e.get(ctx, map[string]string{headerID: e.ApplicationID}, "files", e.ApplicationID, noFile)
	switch {
	case err != nil:
		return failed(check, err)
	case a.status == http.StatusForbidden:
		return Result{check, Wrong, "the server knows no such application", "set it to the server's appId; upper and lower case differ"}
	case a.status == http.StatusNotFound:
		return Result{check, OK, "the server knows it", ""}
	}
	return Result{check, Unknown, "the server does not tell without keys", ""}
}

// restKey asks for the configuration, which needs no permission.
func (e *examination) restKey(ctx context.Context) Result {
	const check = "REST key"
	a, err := e.get(ctx, map[string]string{headerID: e.ApplicationID, headerREST: e.RESTKey}, "config")
	switch {
	case err != nil:
		return failed(check, err)
	case a.status == http.StatusOK && e.RESTKey == "":
		return Result{check, OK, "the server wants none", ""}
	case a.status == http.StatusOK:
		return Result{check, OK, "the server takes it", ""}
	case a.status != http.StatusForbidden:
		return Result{check, Unknown, "the server answers " + http.StatusText(a.status), "look into its log"}
	case e.RESTKey == "":
		return Result{check, Wrong, "the server refuses requests without a key", "set it to the server's restAPIKey"}
	}
	return Result{check, Wrong, "the server refuses it", "set it to the server's restAPIKey"}
}

// masterKey tells a wrong master key from one that this address may not use: with a
// wrong one the request goes on as that of a client, which the route then refuses.
func (e *examination) masterKey(ctx context.Context) Result {
	const check = "master key"
	if e.MasterKey == "" {
		return Result{check, Wrong, "there is none, and without it nothing more can be examined", "set it to the server's masterKey"}
	}
	a, err := e.get(ctx, map[string]string{headerID: e.ApplicationID, headerREST: e.RESTKey, headerMaster: e.MasterKey}, "serverInfo")
	switch {
	case err != nil:
		return failed(check, err)
	case a.status == http.StatusOK:
		return Result{check, OK, "the server takes it from this address", ""}
	case a.status == http.StatusForbidden && a.body.Error == "unauthorized":
		return Result{check, Wrong, "the server does not take it from this address", "add this machine's address to the server's masterKeyIps; behind a proxy the server also needs trustProxy"}
	case a.status == http.StatusForbidden:
		return Result{check, Wrong, "the server takes it for no master key", "set it to the server's masterKey"}
	}
	return Result{check, Unknown, "the server answers " + http.StatusText(a.status), "look into its log"}
}

// version makes the client that the other checks use, and asks which server it is.
func (e *examination) version(ctx context.Context) Result {
	const check = "version"
	options := []parse.Option{parse.WithApplicationID(e.ApplicationID)}
	if e.RESTKey != "" {
		options = append(options, parse.WithRESTKey(e.RESTKey))
	}
	if e.Transport != nil {
		options = append(options, parse.WithTransport(e.Transport))
	}
	admin, err := isoaudit.NewAdmin(e.URL, e.MasterKey, options...)
	if err != nil {
		return Result{check, Wrong, err.Error(), "correct what it names"}
	}
	e.admin = admin
	if e.info, err = admin.ServerInfo(ctx); err != nil {
		return failed(check, err)
	}
	// auditserver alone says without keys whether its writes work.
	ready, err := e.get(ctx, map[string]string{headerID: e.ApplicationID}, "ready")
	e.auditserver = err == nil && ready.status != http.StatusForbidden && ready.status != http.StatusNotFound
	switch {
	case e.auditserver && ready.status != http.StatusOK:
		return Result{check, Wrong, "this auditserver cannot write at the moment", "look into its log: the disk may be full"}
	case e.auditserver:
		return Result{check, OK, "auditserver, as Parse Server " + e.info.Version, ""}
	case (schema.Server{Version: e.info.Version}).Before(5, 0):
		return Result{check, Wrong, "Parse Server " + e.info.Version, "update it: 5 is the oldest whose schema can be planned"}
	}
	return Result{check, OK, "Parse Server " + e.info.Version, ""}
}
