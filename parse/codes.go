package parse

import "github.com/isoaudit/isoaudit-go/internal/wire"

// The error codes of Parse Server (protocol section 7), as targets for
// errors.Is. Codes are matched, never texts: a server hides the texts of
// permission errors by default.
const (
	ErrOther                Code = wire.CodeOther                // no closer cause is known
	ErrInternal             Code = wire.CodeInternal             // server fault, value or query PostgreSQL cannot take, or failed transaction
	ErrRateLimited          Code = wire.CodeRateLimited          // too many requests; retried after the time the server names
	ErrObjectNotFound       Code = wire.CodeObjectNotFound       // missing, hidden by an ACL, log-in needed, or wrong user name or password
	ErrInvalidQuery         Code = wire.CodeInvalidQuery         // the query or one of its parameters
	ErrInvalidClassName     Code = wire.CodeInvalidClassName     // class missing, existing already, or badly named (schemas)
	ErrMissingObjectID      Code = wire.CodeMissingObjectID      // custom object id empty
	ErrInvalidKeyName       Code = wire.CodeInvalidKeyName       // bad field name or prohibited keyword
	ErrInvalidPointer       Code = wire.CodeInvalidPointer       // pointer or relation input of GraphQL
	ErrInvalidJSON          Code = wire.CodeInvalidJSON          // malformed body, batch entry or permissions
	ErrCommandUnavailable   Code = wire.CodeCommandUnavailable   // operation or constraint not supported
	ErrIncorrectType        Code = wire.CodeIncorrectType        // value does not fit the schema
	ErrPushMisconfigured    Code = wire.CodePushMisconfigured    // push
	ErrObjectTooLarge       Code = wire.CodeObjectTooLarge       // multipart too large; on auditserver an object, too
	ErrForbidden            Code = wire.CodeForbidden            // class permissions, protected field, class creation, or not supported on PostgreSQL
	ErrInvalidNestedKey     Code = wire.CodeInvalidNestedKey     // key with "$" or "." inside an object value
	ErrInvalidFileName      Code = wire.CodeInvalidFileName      // file name missing, too long, or with forbidden characters
	ErrInvalidACL           Code = wire.CodeInvalidACL           // malformed ACL
	ErrInvalidEmail         Code = wire.CodeInvalidEmail         // malformed e-mail address
	ErrFileSave             Code = wire.CodeFileSave             // upload refused: empty, forbidden kind, or not allowed for this caller
	ErrInstallationConflict Code = wire.CodeInstallationConflict // installation ids disagree
	ErrMissingField         Code = wire.CodeMissingField         // device type, class name and the like missing
	ErrImmutableField       Code = wire.CodeImmutableField       // reserved or immutable field
	ErrDuplicateValue       Code = wire.CodeDuplicateValue       // unique index
	ErrScriptFailed         Code = wire.CodeScriptFailed         // cloud code threw, or no such function or job
	ErrValidation           Code = wire.CodeValidation           // required field, validator, password policy, workflow rule
	ErrHook                 Code = wire.CodeHook                 // webhook exists already, is missing or invalid
	ErrFileDelete           Code = wire.CodeFileDelete           // file missing or not deletable
	ErrDuplicateRequest     Code = wire.CodeDuplicateRequest     // the request id was received before; see ErrOutcomeUnknown
	ErrInvalidValue         Code = wire.CodeInvalidValue         // value refused, as by loginAs
	ErrUsernameMissing      Code = wire.CodeUsernameMissing      // sign-up, log-in
	ErrPasswordMissing      Code = wire.CodePasswordMissing      // sign-up, log-in
	ErrUsernameTaken        Code = wire.CodeUsernameTaken        // sign-up
	ErrEmailTaken           Code = wire.CodeEmailTaken           // sign-up
	ErrEmailMissing         Code = wire.CodeEmailMissing         // password reset
	ErrEmailNotFound        Code = wire.CodeEmailNotFound        // no such address, or log-in before it was verified
	ErrSessionMissing       Code = wire.CodeSessionMissing       // an auditor is changed by himself only
	ErrMustSignUp           Code = wire.CodeMustSignUp           // users are created by sign-up only
	ErrAccountLinked        Code = wire.CodeAccountLinked        // third-party account linked to another user
	ErrInvalidSession       Code = wire.CodeInvalidSession       // token unknown or expired: log in again
	ErrMFA                  Code = wire.CodeMFA                  // multi-factor authentication failed
	ErrMFATokenRequired     Code = wire.CodeMFATokenRequired     // multi-factor authentication needs a token
	ErrLinkedIDMissing      Code = wire.CodeLinkedIDMissing      // linked account id missing
	ErrInvalidLinkedSession Code = wire.CodeInvalidLinkedSession // linked session invalid
	ErrUnsupportedService   Code = wire.CodeUnsupportedService   // unknown authentication service
	ErrInvalidSchema        Code = wire.CodeInvalidSchema        // field type changed, or class not empty
	ErrStaleWrite           Code = wire.CodeStaleWrite           // changed by others after it was read: see IfUnchangedSince; only servers of this project send it
)
