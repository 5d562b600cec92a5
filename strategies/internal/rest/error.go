package rest

import (
	"errors"
	"fmt"
	"net/http"
)

// Error is a response with any status but 2xx.
type Error struct {
	Service, Method, Path string
	Status                int
	// Body is the response. The error's text leaves it out.
	Body []byte
}

// Error says what happened, for people who read the request, and what to do where that
// is known.
func (e *Error) Error() string {
	switch {
	case e.Status == http.StatusUnauthorized:
		return fmt.Sprintf("%s rejected the credentials (401); check the secret", e.Service)
	case e.Status == http.StatusForbidden:
		return fmt.Sprintf("%s does not allow %s %s (403); check the rights of the credentials", e.Service, e.Method, e.Path)
	case e.Status/100 == 3:
		return fmt.Sprintf("%s redirects %s %s to another address (%d); check its URL and the target's settings", e.Service, e.Method, e.Path, e.Status)
	case e.Status/100 == 4:
		return fmt.Sprintf("%s refused %s %s (%d)", e.Service, e.Method, e.Path, e.Status)
	}
	return fmt.Sprintf("%s could not do %s %s (%d)", e.Service, e.Method, e.Path, e.Status)
}

// HasStatus reports whether err is an [Error] of that HTTP status.
func HasStatus(err error, status int) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == status
}

// NotFound reports whether err is a 404.
func NotFound(err error) bool { return HasStatus(err, http.StatusNotFound) }
