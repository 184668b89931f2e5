package auditserver

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/files"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/values"
	"github.com/isoaudit/isoaudit-go/policy"
)

// Config says how a server stores its data, which keys it accepts and what it
// limits. Only AppID is required.
type Config struct {
	Path     string       // the SQLite file; "" keeps everything in memory
	Unsynced bool         // acknowledge writes before they are synced: faster, and a power cut may lose the last ones
	Recover  bool         // go on with a database whose log is damaged, without the writes that are lost; see ErrDamaged
	FilesDir string       // folder for uploaded files; "" keeps them in the database
	Logger   *slog.Logger // nil: slog.Default

	AccessLog    *slog.Logger // of every request: method, route, status, duration, address, user; nil: none
	MasterKeyLog *slog.Logger // of every request with a master key, right or wrong, like AccessLog; nil: none

	AppID             string
	RESTKey           string // with none of the four client keys set, the application id is enough
	JavaScriptKey     string
	ClientKey         string
	WindowsKey        string
	MasterKey         string         // "": nobody has full access
	ReadOnlyMasterKey string         // reads everything, writes nothing
	MaintenanceKey    string         // restores objects with their own createdAt and updatedAt: such a create is checked by no rule and is no event of the trail
	MasterKeyIPs      []netip.Prefix // the addresses from which these three keys are accepted; nil: loopback only. Behind a proxy every request has the proxy's address

	MountPath string // where the handler answers; "" is /parse
	PublicURL string // this server's URL with the mount path, for file URLs and Location; "": taken from each request

	GraphQL                    bool          // serve GraphQL beside the mount
	GraphQLEngine              GraphQLEngine // what answers it: graphql.Engine() of package auditserver/graphql
	GraphQLPath                string        // where; "" is /graphql
	GraphQLPublicIntrospection bool          // the schema may be asked for without the master key
	Pages                      http.Handler  // answers what is for neither the mount nor GraphQL; nil: nothing is there

	AllowClientClassCreation bool          // clients without the master key may create classes
	AllowCustomObjectID      bool          // clients choose objectIds
	PublicUsers              bool          // new users are readable by everybody (enforcePrivateUsers: false)
	SessionLength            time.Duration // 0: one year; negative: sessions do not expire
	ProtectedFields          Protection    // nil: the e-mail of users
	FileUpload               FileUpload
	Idempotency              Idempotency
	LiveQueryClasses         []string // classes with live queries, regular expressions matched whole
	Limits                   Limits

	ObjectIDSize              int  // letters and digits of a new objectId, 10 to 64; 0: 10
	KeepSessionsOnNewPassword bool // a change of the password ends no sessions (revokeSessionOnPasswordReset: false)
	ExtendSessionOnUse        bool // a session that is used in the second half of its life is extended to its full length
	VerifyUserEmails          bool // a user who signs up or changes the e-mail address begins with emailVerified false; a link of Mail or the master key sets it
	PreventUnverifiedLogin    bool // users whose emailVerified is not true can't log in: code 205 (preventLoginWithUnverifiedEmail)
	AccountLockout            AccountLockout
	PasswordPolicy            PasswordPolicy
	RateLimit                 []RateLimit
	TrustProxy                TrustProxy
	AllowOrigin               []string  // origins whose pages a browser lets read answers; nil: all
	AllowHosts                []string  // names besides localhost and the host of PublicURL for which the server answers over loopback
	AllowHeaders              []string  // headers that such pages may send, besides Parse's
	RequestKeywordDenylist    []Keyword // what bodies may not hold; nil: Parse Server's default; empty: nothing is refused

	SignUp  SignUp   // who may sign up; "": everybody
	Invited []string // e-mail addresses, and domains such as @audits.example, that may sign up where SignUp is invited

	// Mail sends links that verify an e-mail address (VerifyUserEmails) and that reset a
	// password. They lead to pages of this server, so PublicURL and AppName are needed.
	Mail                     Mailer
	AppName                  string        // that messages and pages name
	EmailVerifyTokenValidity time.Duration // 0: 24 hours; negative: no end, Parse Server's default
	VerifyUnknownEmailRefuse bool          // a request for another message is code 205 for an unknown address, code -1 for a verified one (emailVerifySuccessOnInvalidEmail: false)

	// PasswordReset delivers a password reset token in the place of Mail. Without
	// either a reset request fails, as on a Parse Server without a mail adapter.
	PasswordReset func(email, username, token string) error

	// Rules are evaluated inside the transaction of every create and update,
	// after the beforeSave triggers. The zero value has no rules.
	Rules policy.Rules

	// PasswordCost is the bcrypt cost; 0 is bcrypt's default. Tests may take
	// bcrypt.MinCost.
	PasswordCost int

	// Quirks reproduces the defects of Parse Server on PostgreSQL listed in
	// protocol section 13, for tests of clients.
	Quirks bool

	userSensitiveFields []string // of a configuration file, until ProtectedFields has them

	liveClasses []*regexp.Regexp
	denied      values.Denylist
}

// Keyword is what a body may not hold, at any depth: a key, a value, or a value
// under a key. A text is a regular expression that matches somewhere in a text;
// numbers and booleans are compared. nil: any.
type Keyword struct{ Key, Value any }

// Protection is the fields hidden by class and audience ("*", "authenticated",
// "role:X", "userField:f" or a user id).
type Protection map[string]map[string][]string

func defaultProtection() Protection { return Protection{"_User": {"*": {"email"}}} }

// FileUpload says who may upload files. The zero value is Parse Server's
// default: logged-in users that are not anonymous.
type FileUpload struct {
	Public     bool     // everybody
	Anonymous  bool     // anonymous users
	NoUsers    bool     // not even logged-in users
	Extensions []string // allowed extensions as regular expressions, "*" for all, ^(?!(html|svg)$) for all but some; nil: all but those a browser would run
	rules      files.Rules
}

// Idempotency names the paths (regular expressions, matched from the start,
// without mount path and leading slash) that honour X-Parse-Request-Id. No
// paths: the header is ignored.
type Idempotency struct {
	Paths []string
	TTL   time.Duration // 0: five minutes

	paths []*regexp.Regexp
}

// Validate says which settings are wrong, all of them, as [Open] does.
func (c Config) Validate() error {
	_, err := c.prepared()
	return err
}

// prepared returns the configuration with its defaults filled in, or says which
// settings are wrong, all of them.
func (c Config) prepared() (Config, error) {
	var errs []error
	refuse := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	if c.AppID == "" {
		refuse(errors.New("auditserver: Config.AppID is empty: choose an application id"))
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Path == ":memory:" { // what SQLite calls a database in memory; here it would name a file
		refuse(errors.New(`auditserver: Config.Path (-db) ":memory:" is no file: leave it out to keep everything in memory`))
	}
	refuse(c.checkKeys())
	refuse(c.prepareURLs())
	if c.MasterKeyIPs == nil {
		c.MasterKeyIPs = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	}
	if c.SessionLength == 0 {
		c.SessionLength = 365 * 24 * time.Hour
	}
	if c.ProtectedFields == nil {
		c.ProtectedFields = defaultProtection()
	}
	if c.Idempotency.TTL == 0 {
		c.Idempotency.TTL = 5 * time.Minute
	}
	refuse(c.Limits.fill())
	var err error
	c.Idempotency.paths, err = compileAll("Idempotency.Paths", "idempotencyOptions.paths", "^(?:", ")", c.Idempotency.Paths)
	refuse(err)
	c.FileUpload.rules, err = files.Compile(c.FileUpload.Extensions)
	refuse(err)
	c.liveClasses, err = compileAll("LiveQueryClasses", "liveQuery.classNames", "^(?:", ")$", c.LiveQueryClasses)
	refuse(err)
	refuse(c.prepareAccounts())
	refuse(c.prepareClients())
	refuse(c.prepareSignUp())
	refuse(c.prepareMail())
	return c, errors.Join(errs...)
}

func (c *Config) prepareURLs() error {
	var errs []error
	if c.MountPath == "" {
		c.MountPath = "/parse"
	}
	c.MountPath = path.Clean("/" + c.MountPath)
	if (&url.URL{Path: c.MountPath}).EscapedPath() != c.MountPath {
		errs = append(errs, errors.New("auditserver: Config.MountPath (mountPath) is no path of a URL: write it as /parse, without characters that need escaping"))
	}
	if c.MountPath == "/" {
		c.MountPath = ""
	}
	if c.GraphQLPath == "" {
		c.GraphQLPath = "/graphql"
	}
	c.GraphQLPath = path.Clean("/" + c.GraphQLPath)
	if c.GraphQL && c.GraphQLEngine == nil {
		errs = append(errs, errors.New("auditserver: Config.GraphQL (mountGraphQL) needs Config.GraphQLEngine: set it to graphql.Engine() of package auditserver/graphql"))
	}
	if (&url.URL{Path: c.GraphQLPath}).EscapedPath() != c.GraphQLPath {
		errs = append(errs, errors.New("auditserver: Config.GraphQLPath (graphQLPath) is no path of a URL: write it as /graphql, without characters that need escaping"))
	}
	if c.GraphQL && c.hidesRoute(c.GraphQLPath) {
		errs = append(errs, errors.New("auditserver: Config.GraphQLPath (graphQLPath) is where something else answers: write it as /graphql"))
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
			errs = append(errs, errors.New("auditserver: Config.PublicURL (publicServerURL, serverURL) is not a URL such as https://audits.example/parse"))
		}
	}
	return errors.Join(errs...)
}

func compileAll(name, option, before, after string, patterns []string) ([]*regexp.Regexp, error) {
	var out []*regexp.Regexp
	for i, p := range patterns {
		re, err := regexp.Compile(before + p + after)
		if err != nil {
			return nil, fmt.Errorf("auditserver: Config.%s[%d] (%s): %w", name, i, option, err)
		}
		out = append(out, re)
	}
	return out, nil
}
