package parse

import (
	"context"
	"errors"
	"net/http"
)

// StatusOf is the HTTP status with which a service answers its own caller after a
// call that failed with err: 200 for nil, 502 where the server's answer makes no
// sense, refuses the service itself, or leaves an outcome unknown, 503 where the call
// may succeed later, 504 where the context's time ran out, and 500 for an error that
// is not of this SDK. Of joined errors the first counts.
//
// ErrObjectNotFound is 404, although it may hide a 403: a server does not tell a
// missing object from one that the caller may not see. After LogIn it is a wrong name
// or password, and 401.
func StatusOf(err error) int {
	var failure *Error
	switch {
	case err == nil:
		return http.StatusOK
	case errors.As(err, new(*logInFailure)): // the service's own log-in, of which its caller knows nothing
		return serverStatus(err)
	case errors.Is(err, ErrOutcomeUnknown):
		return http.StatusBadGateway
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusGatewayTimeout
	case errors.As(err, &failure):
		if status := failure.callerStatus(); status != 0 {
			return status
		}
		return serverStatus(err)
	case errors.Is(err, ErrValidation): // found before anything was sent
		return http.StatusUnprocessableEntity
	case errors.As(err, new(*InputError)):
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

func serverStatus(err error) int {
	if transient(err) {
		return http.StatusServiceUnavailable
	}
	return http.StatusBadGateway
}

// callerStatus is the status of an error that the service's caller can do something
// about, 0 for others.
func (e *Error) callerStatus() int {
	switch e.HTTPStatus {
	case http.StatusRequestEntityTooLarge, http.StatusTooManyRequests:
		return e.HTTPStatus
	}
	switch e.Code {
	case ErrObjectNotFound:
		if e.Op == opLogIn {
			return http.StatusUnauthorized
		}
		return http.StatusNotFound
	case ErrForbidden, ErrSessionMissing, ErrMustSignUp:
		return http.StatusForbidden
	case ErrInvalidSession, ErrMFA, ErrMFATokenRequired:
		return http.StatusUnauthorized
	case ErrDuplicateValue, ErrUsernameTaken, ErrEmailTaken, ErrStaleWrite:
		return http.StatusConflict
	case ErrValidation:
		return http.StatusUnprocessableEntity
	case ErrRateLimited:
		return http.StatusTooManyRequests
	case ErrObjectTooLarge:
		return http.StatusRequestEntityTooLarge
	case ErrInvalidQuery, ErrInvalidKeyName, ErrIncorrectType, ErrInvalidACL, ErrInvalidEmail, ErrInvalidFileName, ErrInvalidNestedKey,
		ErrInvalidValue, ErrImmutableField, ErrMissingField, ErrUsernameMissing, ErrPasswordMissing, ErrFileSave:
		return http.StatusBadRequest
	}
	return 0
}
