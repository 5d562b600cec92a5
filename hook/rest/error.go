package rest

import (
	"errors"
	"fmt"
	"net/http"
)

// Error is an answer that is none: any status but 2xx.
type Error struct {
	service string
	// Status is the HTTP status.
	Status     int
	path       string
	retryAfter string
}

// Error says it for a reviewer, and what to do where that is known.
func (e *Error) Error() string {
	switch {
	case e.Status == http.StatusUnauthorized, e.Status == http.StatusForbidden:
		return fmt.Sprintf("%s refused the credentials: %d; check the secret and what it may read", e.service, e.Status)
	case e.Status == http.StatusNotFound:
		return fmt.Sprintf("%s does not know %s: 404", e.service, e.path)
	case e.Status == http.StatusTooManyRequests && e.retryAfter != "":
		return fmt.Sprintf("%s did not answer: 429, too many requests; it asks to come again in %s s", e.service, e.retryAfter)
	case e.Status == http.StatusTooManyRequests:
		return fmt.Sprintf("%s did not answer: 429, too many requests", e.service)
	case e.Status/100 == 3:
		return fmt.Sprintf("%s sends on to another address: %d; check its URL", e.service, e.Status)
	case e.Status/100 == 4:
		return fmt.Sprintf("%s refused what it was asked: %d", e.service, e.Status)
	}
	return fmt.Sprintf("%s did not answer: %d", e.service, e.Status)
}

// NotFound tells whether err is a 404.
func NotFound(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == http.StatusNotFound
}
