package auditserver

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
)

// ParseConfig reads a configuration in Parse Server's own option names into
// cfg; options that the file does not name keep their value. An option that has no
// meaning here is accepted if its value changes nothing, and otherwise an error that
// names it. The error names all options that do not fit.
func ParseConfig(file []byte, cfg *Config) error {
	var options map[string]jsontext.Value
	if err := json.Unmarshal(bytes.TrimPrefix(file, byteOrderMark), &options); err != nil {
		var wrong *json.SemanticError
		if errors.As(err, &wrong) { // its text speaks of Go
			return errors.New("auditserver: the configuration is not a JSON object")
		}
		return fmt.Errorf("auditserver: the configuration is not a JSON object: %w", err)
	}
	known := configOptions(cfg)
	addInert(known)
	err := readOptions("", options, known)
	if fields := cfg.userSensitiveFields; len(fields) > 0 {
		// These are protected besides whatever protectedFields says, whichever comes first.
		always := access.Protected{"_User": {"*": fields}}
		protected := access.Protected(cfg.ProtectedFields)
		if protected == nil {
			protected = access.Protected(defaultProtection())
		}
		cfg.ProtectedFields = maps.Clone(Protection(protected))
		cfg.ProtectedFields["_User"] = always.Merged("_User", protected["_User"])
	}
	return err
}

// option reads the value of one option.
type option func(jsontext.Value) error

// into decodes an option's value into a field of the configuration.
func into[T string | bool | int | []string](field *T) option {
	wanted := map[reflect.Kind]string{reflect.String: "text", reflect.Bool: "true or false", reflect.Int: "a whole number", reflect.Slice: "a list of texts"}
	return func(v jsontext.Value) error {
		if err := json.Unmarshal(v, field); err != nil { // the error may quote the value, which may be a key
			return &optionError{"want " + wanted[reflect.TypeFor[T]().Kind()]}
		}
		return nil
	}
}

// filled reads a key. A template whose variable is not set leaves an empty one: taken
// for none, it would let clients in without a key.
func filled(field *string) option {
	return func(v jsontext.Value) error {
		if err := into(field)(v); err != nil {
			return err
		}
		if *field == "" {
			return &optionError{"it is empty: leave it out for its default"}
		}
		return nil
	}
}

// configOptions are the options of Parse Server that have a meaning here, and ours:
// quirks, allowHosts, signUp and invited.
func configOptions(cfg *Config) map[string]option {
	sessionLength, expireSessions := sessionOptions(&cfg.SessionLength)
	publicURL, serverURL := urlOptions(&cfg.PublicURL)
	return map[string]option{
		"appId":                    filled(&cfg.AppID),
		"masterKey":                filled(&cfg.MasterKey),
		"readOnlyMasterKey":        filled(&cfg.ReadOnlyMasterKey),
		"restAPIKey":               filled(&cfg.RESTKey),
		"javascriptKey":            filled(&cfg.JavaScriptKey),
		"clientKey":                filled(&cfg.ClientKey),
		"dotNetKey":                filled(&cfg.WindowsKey),
		"maintenanceKey":           filled(&cfg.MaintenanceKey),
		"masterKeyIps":             addresses(&cfg.MasterKeyIPs),
		"mountPath":                into(&cfg.MountPath),
		"mountGraphQL":             into(&cfg.GraphQL),
		"graphQLPath":              into(&cfg.GraphQLPath),
		"serverURL":                serverURL,
		"publicServerURL":          publicURL,
		"allowClientClassCreation": into(&cfg.AllowClientClassCreation),
		"allowCustomObjectId":      into(&cfg.AllowCustomObjectID),
		"enforcePrivateUsers":      negated(&cfg.PublicUsers),
		"sessionLength":            sessionLength,
		"expireInactiveSessions":   expireSessions,
		"maxLimit":                 positive(&cfg.Limits.PageSize),
		"maxUploadSize":            size(&cfg.Limits.BodySize),
		"protectedFields":          protection(&cfg.ProtectedFields),
		"quirks":                   into(&cfg.Quirks),

		"graphQLPublicIntrospection":       into(&cfg.GraphQLPublicIntrospection),
		"defaultLimit":                     positive(&cfg.Limits.DefaultSize),
		"objectIdSize":                     positive(&cfg.ObjectIDSize),
		"userSensitiveFields":              into(&cfg.userSensitiveFields),
		"revokeSessionOnPasswordReset":     negated(&cfg.KeepSessionsOnNewPassword),
		"extendSessionOnUse":               into(&cfg.ExtendSessionOnUse),
		"verifyUserEmails":                 into(&cfg.VerifyUserEmails),
		"preventLoginWithUnverifiedEmail":  into(&cfg.PreventUnverifiedLogin),
		"allowOrigin":                      oneOrMore(&cfg.AllowOrigin),
		"allowHeaders":                     into(&cfg.AllowHeaders),
		"signUp":                           into((*string)(&cfg.SignUp)),
		"invited":                          into(&cfg.Invited),
		"appName":                          into(&cfg.AppName),
		"emailAdapter":                     emailAdapter(&cfg.Mail),
		"emailVerifyTokenValidityDuration": span(&cfg.EmailVerifyTokenValidity, time.Second, "seconds"),
		"emailVerifySuccessOnInvalidEmail": negated(&cfg.VerifyUnknownEmailRefuse),
		"allowHosts":                       into(&cfg.AllowHosts),
		"requestKeywordDenylist":           keywords(&cfg.RequestKeywordDenylist),
		"trustProxy":                       proxies(&cfg.TrustProxy),
		"rateLimit":                        rateLimits(&cfg.RateLimit),
		"accountLockout": group("accountLockout", map[string]option{
			"threshold":             positive(&cfg.AccountLockout.Threshold),
			"duration":              span(&cfg.AccountLockout.Duration, time.Minute, "minutes"),
			"unlockOnPasswordReset": into(&cfg.AccountLockout.UnlockOnPasswordReset),
		}),
		"passwordPolicy": group("passwordPolicy", map[string]option{
			"validatorPattern":                   into(&cfg.PasswordPolicy.ValidatorPattern),
			"validationError":                    into(&cfg.PasswordPolicy.ValidationError),
			"doNotAllowUsername":                 into(&cfg.PasswordPolicy.DoNotAllowUsername),
			"maxPasswordAge":                     span(&cfg.PasswordPolicy.MaxPasswordAge, 24*time.Hour, "days"),
			"maxPasswordHistory":                 into(&cfg.PasswordPolicy.MaxPasswordHistory),
			"resetTokenValidityDuration":         span(&cfg.PasswordPolicy.ResetTokenValidity, time.Second, "seconds"),
			"resetTokenReuseIfValid":             into(&cfg.PasswordPolicy.ResetTokenReuse),
			"resetPasswordSuccessOnInvalidEmail": negated(&cfg.PasswordPolicy.ResetUnknownEmailRefuse),
		}),
		"idempotencyOptions": group("idempotencyOptions", map[string]option{
			"paths": into(&cfg.Idempotency.Paths),
			"ttl":   seconds(&cfg.Idempotency.TTL),
		}),
		"fileUpload": group("fileUpload", map[string]option{
			"enableForPublic":            into(&cfg.FileUpload.Public),
			"enableForAnonymousUser":     into(&cfg.FileUpload.Anonymous),
			"enableForAuthenticatedUser": negated(&cfg.FileUpload.NoUsers),
			"fileExtensions":             into(&cfg.FileUpload.Extensions),
		}),
		"liveQuery": group("liveQuery", map[string]option{
			"classNames": into(&cfg.LiveQueryClasses),
		}),
		"limits": group("limits", limitOptions(&cfg.Limits)),
		"requestComplexity": group("requestComplexity", map[string]option{
			"includeDepth":      positiveOrNone(&cfg.Limits.IncludeDepth),
			"includeCount":      positiveOrNone(&cfg.Limits.IncludePaths),
			"queryDepth":        positiveOrNone(&cfg.Limits.QueryDepth),
			"subqueryDepth":     positiveOrNone(&cfg.Limits.SubqueryDepth),
			"batchRequestLimit": positiveOrNone(&cfg.Limits.Batch),
			"graphQLDepth":      positiveOrNone(&cfg.Limits.GraphQLDepth),
			"graphQLFields":     positiveOrNone(&cfg.Limits.GraphQLFields),
			"allowRegex":        negated(&cfg.Limits.NoRegex),
		}),
	}
}

func readOptions(under string, options map[string]jsontext.Value, known map[string]option) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(options)) {
		read, ok := known[name]
		switch {
		case !ok:
			errs = append(errs, fmt.Errorf("auditserver: the configuration has an unknown option %s%s; known are %s", under, name,
				strings.Join(slices.Sorted(maps.Keys(known)), ", ")))
		case options[name].Kind() == 'n':
			errs = append(errs, fmt.Errorf("auditserver: the option %s%s is null: leave it out for its default", under, name))
		default:
			if err := read(options[name]); err != nil {
				errs = append(errs, fmt.Errorf("auditserver: the option %s%s does not fit: %w", under, name, err))
			}
		}
	}
	return errors.Join(errs...)
}

// optionError says what an option wants. It does not quote the value, which may
// be a key.
type optionError struct{ text string }

func (e *optionError) Error() string { return e.text }

func group(name string, known map[string]option) option {
	return func(v jsontext.Value) error {
		var options map[string]jsontext.Value
		if err := json.Unmarshal(v, &options); err != nil {
			return &optionError{"want an object"}
		}
		if err := readOptions(name+".", options, known); err != nil {
			return &optionError{strings.TrimPrefix(err.Error(), "auditserver: ")}
		}
		return nil
	}
}

// protection reads what is protected besides the e-mail of users, as Parse
// Server adds its default to what is configured.
func protection(field *Protection) option {
	return func(v jsontext.Value) error {
		given := Protection{}
		if err := json.Unmarshal(v, &given); err != nil {
			return &optionError{`want fields by class and audience, such as {"Order":{"*":["margin"]}}`}
		}
		always := access.Protected(defaultProtection())
		for class := range always {
			given[class] = always.Merged(class, given[class])
		}
		*field = given
		return nil
	}
}

func negated(field *bool) option {
	return func(v jsontext.Value) error {
		var on bool
		if err := json.Unmarshal(v, &on); err != nil {
			return &optionError{"want true or false"}
		}
		*field = !on
		return nil
	}
}

func seconds(field *time.Duration) option {
	return span(field, time.Second, "seconds")
}

// span reads a number of units of time.
func span(field *time.Duration, unit time.Duration, units string) option {
	return func(v jsontext.Value) error {
		var n float64
		if err := json.Unmarshal(v, &n); err != nil || n <= 0 || n > 1e18/float64(unit) {
			return &optionError{"want a positive number of " + units}
		}
		*field = max(time.Duration(n*float64(unit)), 1) // 0 would be the default
		return nil
	}
}

// sessionOptions read sessionLength and expireInactiveSessions. Sessions that
// do not expire have no length, whichever option comes first.
func sessionOptions(field *time.Duration) (length, expire option) {
	keep := false
	length = func(v jsontext.Value) error {
		var given time.Duration
		if err := seconds(&given)(v); err != nil || keep {
			return err
		}
		*field = given
		return nil
	}
	expire = func(v jsontext.Value) error {
		if err := negated(&keep)(v); err != nil || !keep {
			return err
		}
		*field = -1
		return nil
	}
	return length, expire
}

// urlOptions read publicServerURL and serverURL. The latter is the address at
// which the server reaches itself: it is used only if the former is not given.
func urlOptions(field *string) (public, server option) {
	known := false
	public = func(v jsontext.Value) error {
		known = true
		return into(field)(v)
	}
	server = func(v jsontext.Value) error {
		var given string
		if err := into(&given)(v); err != nil || known {
			return err
		}
		*field = given
		return nil
	}
	return public, server
}

func positive(field *int) option {
	return func(v jsontext.Value) error {
		var n int
		if err := json.Unmarshal(v, &n); err != nil || n <= 0 {
			return &optionError{"want a whole number from 1"}
		}
		*field = n
		return nil
	}
}

// positiveOrNone reads a limit of requestComplexity; -1 is none.
func positiveOrNone(field *int) option {
	return func(v jsontext.Value) error {
		var n int
		if err := json.Unmarshal(v, &n); err != nil || n <= 0 && n != -1 {
			return &optionError{"want a whole number from 1, or -1 for no limit"}
		}
		*field = n
		return nil
	}
}

// size reads "20mb" or a number of bytes.
func size(field *int64) option {
	return func(v jsontext.Value) error {
		var text string
		if json.Unmarshal(v, &text) != nil {
			text = string(v)
		}
		text = strings.ToLower(strings.TrimSpace(text))
		unit := int64(1)
		for _, u := range []struct {
			suffix string
			bytes  int64
		}{{"kb", 1 << 10}, {"mb", 1 << 20}, {"gb", 1 << 30}, {"b", 1}} {
			if rest, ok := strings.CutSuffix(text, u.suffix); ok {
				text, unit = strings.TrimSpace(rest), u.bytes
				break
			}
		}
		var n float64
		if err := json.Unmarshal([]byte(text), &n); err != nil || n <= 0 || n > 1<<40/float64(unit) {
			return &optionError{`want a size such as "20mb", at most a terabyte`}
		}
		*field = max(int64(n*float64(unit)), 1) // 0 would be the default
		return nil
	}
}

func addresses(field *[]netip.Prefix) option {
	return func(v jsontext.Value) error {
		var list []string
		if err := json.Unmarshal(v, &list); err != nil {
			return &optionError{"want a list of IP addresses and networks"}
		}
		out := []netip.Prefix{}
		for _, text := range list {
			p, err := netip.ParsePrefix(text)
			if addr, addrErr := netip.ParseAddr(text); addrErr == nil {
				p, err = netip.PrefixFrom(addr, addr.BitLen()), nil
				if addr.IsUnspecified() { // "0.0.0.0" and "::": Parse Server takes them for all addresses
					p = netip.PrefixFrom(addr, 0)
				}
			}
			if err != nil {
				return &optionError{fmt.Sprintf("%q is not an IP address or network", text)}
			}
			out = append(out, p)
		}
		*field = out
		return nil
	}
}
