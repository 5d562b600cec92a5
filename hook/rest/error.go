package rest

import (
	"errors"
	"fmt"
	"net/http"
)

const maxErrorBody = 4 << 10 // bytes

// Error is a response with any status but 2xx.
type Error struct {
	// Service is the client's.
	Service string
	// Status is the HTTP status.
	Status int
	Path   string
	// Body is the start of the response, at most 4 KiB. The error's text leaves it
	// out, since it may quote what a reviewer must not see.
	Body []byte

	retryAfter string
}

// Error says what happened, for a reviewer, and what to do where that is known.
func (e *Error) Error() string {
	switch {
	case e.Status == http.StatusUnauthorized, e.Status == http.StatusForbidden:
		return fmt.Sprintf("%s refused the credentials: %d; check the secret and what it may read", e.Service, e.Status)
	case e.Status == http.StatusNotFound:
		return fmt.Sprintf("%s has no %s: 404", e.Service, e.Path)
	case e.Status == http.StatusTooManyRequests && e.retryAfter != "":
		return fmt.Sprintf("%s did not respond: 429, too many requests; retry after %s s", e.Service, e.retryAfter)
	case e.Status == http.StatusTooManyRequests:
		return fmt.Sprintf("%s did not respond: 429, too many requests", e.Service)
	case e.Status/100 == 3:
		return fmt.Sprintf("%s redirects to another address: %d; check its URL", e.Service, e.Status)
	case e.Status/100 == 4:
		return fmt.Sprintf("%s refused the request: %d", e.Service, e.Status)
	}
	return fmt.Sprintf("%s did not respond: %d", e.Service, e.Status)
}

// NotFound reports whether err is a 404.
func NotFound(err error) bool { return HasStatus(err, http.StatusNotFound) }

// HasStatus reports whether err is an [Error] of that HTTP status.
func HasStatus(err error, status int) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == status
}
