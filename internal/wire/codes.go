package wire

// Error codes of Parse Server (protocol section 7), for the client's sentinels and
// the server's answers.
const (
	CodeOther                = -1
	CodeInternal             = 1
	CodeRateLimited          = 100
	CodeObjectNotFound       = 101
	CodeInvalidQuery         = 102
	CodeInvalidClassName     = 103
	CodeMissingObjectID      = 104
	CodeInvalidKeyName       = 105
	CodeInvalidPointer       = 106
	CodeInvalidJSON          = 107
	CodeCommandUnavailable   = 108
	CodeIncorrectType        = 111
	CodePushMisconfigured    = 115
	CodeObjectTooLarge       = 116
	CodeForbidden            = 119
	CodeInvalidNestedKey     = 121
	CodeInvalidFileName      = 122
	CodeInvalidACL           = 123
	CodeInvalidEmail         = 125
	CodeFileSave             = 130
	CodeInstallationConflict = 132
	CodeMissingField         = 135
	CodeImmutableField       = 136
	CodeDuplicateValue       = 137
	CodeScriptFailed         = 141
	CodeValidation           = 142
	CodeHook                 = 143
	CodeFileDelete           = 153
	CodeDuplicateRequest     = 159
	CodeInvalidValue         = 162
	CodeUsernameMissing      = 200
	CodePasswordMissing      = 201
	CodeUsernameTaken        = 202
	CodeEmailTaken           = 203
	CodeEmailMissing         = 204
	CodeEmailNotFound        = 205
	CodeSessionMissing       = 206
	CodeMustSignUp           = 207
	CodeAccountLinked        = 208
	CodeInvalidSession       = 209
	CodeMFA                  = 210
	CodeMFATokenRequired     = 211
	CodeLinkedIDMissing      = 250
	CodeInvalidLinkedSession = 251
	CodeUnsupportedService   = 252
	CodeInvalidSchema        = 255
	CodeStaleWrite           = 409
)

// CodeText gives the meaning of code for a reader, or "" for a code that only
// the application's own cloud code knows.
func CodeText(code int) string { return codeTexts[code] }

// codeTexts is never written after the program has started.
var codeTexts = map[int]string{
	CodeOther:                "unspecified error",
	CodeInternal:             "internal server error, or a value the database cannot take",
	CodeRateLimited:          "too many requests",
	CodeObjectNotFound:       "object not found, or not visible to this caller",
	CodeInvalidQuery:         "invalid query",
	CodeInvalidClassName:     "no such class, or invalid class name",
	CodeMissingObjectID:      "object id missing",
	CodeInvalidKeyName:       "invalid field name",
	CodeInvalidPointer:       "invalid pointer",
	CodeInvalidJSON:          "malformed request",
	CodeCommandUnavailable:   "operation not available",
	CodeIncorrectType:        "value of the wrong type for its field",
	CodePushMisconfigured:    "push is misconfigured",
	CodeObjectTooLarge:       "object too large",
	CodeForbidden:            "operation forbidden",
	CodeInvalidNestedKey:     "invalid nested key",
	CodeInvalidFileName:      "invalid file name",
	CodeInvalidACL:           "invalid ACL",
	CodeInvalidEmail:         "invalid e-mail address",
	CodeFileSave:             "file cannot be saved",
	CodeInstallationConflict: "installation conflict",
	CodeMissingField:         "required field missing",
	CodeImmutableField:       "field cannot be changed",
	CodeDuplicateValue:       "value already taken in a unique field",
	CodeScriptFailed:         "cloud code failed",
	CodeValidation:           "validation failed",
	CodeHook:                 "webhook exists already, is missing or is invalid",
	CodeFileDelete:           "file cannot be deleted",
	CodeDuplicateRequest:     "request id already received",
	CodeInvalidValue:         "invalid value",
	CodeUsernameMissing:      "user name missing",
	CodePasswordMissing:      "password missing",
	CodeUsernameTaken:        "user name taken",
	CodeEmailTaken:           "e-mail address taken",
	CodeEmailMissing:         "e-mail address missing",
	CodeEmailNotFound:        "e-mail address not found or not verified",
	CodeSessionMissing:       "not this user's session",
	CodeMustSignUp:           "users are created by sign-up only",
	CodeAccountLinked:        "account linked to another user",
	CodeInvalidSession:       "session token rejected",
	CodeMFA:                  "multi-factor authentication failed",
	CodeMFATokenRequired:     "multi-factor authentication token required",
	CodeLinkedIDMissing:      "linked account id missing",
	CodeInvalidLinkedSession: "linked session invalid",
	CodeUnsupportedService:   "authentication service not supported",
	CodeInvalidSchema:        "invalid schema operation",
	CodeStaleWrite:           "the object was changed after it was read",
}
