package httpapi

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/fasttrack-dev/fasttrack/api"
)

// Problem is an error response. All that it sends is safe to show to people.
type Problem struct {
	api.Problem
	// Refused reports that the caller's identity is the cause: the log then has the
	// detail too.
	Refused bool
	// Allow lists the methods of the route, for a 405.
	Allow string
}

// NewProblem returns a problem of one of the types of package api.
func NewProblem(status int, kind, detail string, errs ...api.FieldError) *Problem {
	return &Problem{Problem: api.Problem{Status: status, Type: kind, Detail: detail, Errors: errs}}
}

// Error returns the detail, without the fields.
func (p *Problem) Error() string { return p.Detail }

// maxErrors is how many invalid fields a response names: a body may hold thousands.
const maxErrors = 100

// NotFound is the response for an unknown request and for one that the caller may
// not see.
func NotFound() *Problem {
	return NewProblem(http.StatusNotFound, api.ProblemNotFound, "Unknown request, or you may not see it.")
}

// Hidden is [NotFound] for a request that the caller may not see, which the log says.
func (c *Call) Hidden() *Problem {
	c.Log.Warn("refused", "status", http.StatusNotFound, "reason", "The caller may not see this request.")
	return NotFound()
}

// Invalid names each invalid field.
func Invalid(errs ...api.FieldError) *Problem {
	return NewProblem(http.StatusBadRequest, api.ProblemInvalidRequest, "Invalid request; errors names each invalid field.", errs...)
}

// Forbidden says why somebody may not do something.
func Forbidden(why string) *Problem {
	return NewProblem(http.StatusForbidden, api.ProblemForbidden, why)
}

// Refused is [Forbidden] because of who the caller is. The log has the reason too, so
// it must contain nothing personal.
func Refused(why string) *Problem {
	p := Forbidden(why)
	p.Refused = true
	return p
}

func unauthorized(err error) *Problem {
	detail := "Authentication required."
	var why noIdentity
	if errors.As(err, &why) {
		detail += " " + string(why)
	}
	p := NewProblem(http.StatusUnauthorized, api.ProblemUnauthorized, detail)
	p.Refused = true
	return p
}

func internal() *Problem {
	return NewProblem(http.StatusInternalServerError, api.ProblemInternal, "Internal error. To find it in the logs, search for the instance.")
}

// body returns the problem document; instance is the AWS request id.
func (p *Problem) body(instance string) ([]byte, error) {
	document := p.Problem
	document.Title, document.Instance = http.StatusText(p.Status), instance
	if more := len(p.Errors) - maxErrors; more > 0 {
		document.Errors, document.ErrorsMore = p.Errors[:maxErrors], more
	}
	return json.Marshal(document)
}
