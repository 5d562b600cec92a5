package httpapi

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// Problem is an answer that says what is wrong, as RFC 9457 has it. All of it
// is safe to show.
type Problem struct {
	Status int
	// Kind names the kind of problem, the last part of its type.
	Kind   string
	Detail string
	// Refused reports that the caller's identity is why: the log has the detail.
	Refused bool
	// Errors name each wrong field.
	Errors []flow.FieldError
	// More are extension members.
	More map[string]any
	// RetryAfterSeconds is for 429 and 503, 0 for none.
	RetryAfterSeconds int
	// Allow lists the methods that there are, for 405.
	Allow string
}

func (p *Problem) Error() string { return p.Detail }

// maxErrors bounds how many wrong fields an answer names: a body may hold thousands.
const maxErrors = 100

// The problems that more than one call has.

// NotFound is the same for what there is not and for what the caller may not
// see.
func NotFound() *Problem {
	return &Problem{Status: http.StatusNotFound, Kind: "not-found", Detail: "There is no such request, or it is not for you."}
}

// Invalid names each wrong field.
func Invalid(errs ...flow.FieldError) *Problem {
	return &Problem{Status: http.StatusBadRequest, Kind: "invalid-request", Detail: "The request is not valid; errors names each wrong field.", Errors: errs}
}

// Forbidden says why somebody may not do something.
func Forbidden(why string) *Problem {
	return &Problem{Status: http.StatusForbidden, Kind: "forbidden", Detail: why}
}

// Refused says why the caller is not among those who may do something. The log
// has it too, so it must hold nothing that is anybody's own.
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
	return &Problem{Status: http.StatusUnauthorized, Kind: "unauthorized", Detail: detail, Refused: true}
}

func internal() *Problem {
	return &Problem{Status: http.StatusInternalServerError, Kind: "internal", Detail: "Something went wrong; the instance finds it in the logs."}
}

// body is the problem as JSON; instance is the AWS request id.
func (p *Problem) body(instance string) ([]byte, error) {
	members := map[string]any{}
	maps.Copy(members, p.More)
	members["type"] = "urn:fasttrack:problem:" + p.Kind
	members["title"] = http.StatusText(p.Status)
	members["status"] = p.Status
	members["detail"] = p.Detail
	members["instance"] = instance
	if len(p.Errors) > 0 {
		members["errors"] = p.Errors[:min(len(p.Errors), maxErrors)]
	}
	if more := len(p.Errors) - maxErrors; more > 0 {
		members["errors_more"] = more
	}
	return json.Marshal(members)
}
