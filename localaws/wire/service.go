package wire

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// A Failure is an error by the service's name for it. Status 0 is 400.
type Failure struct {
	Status        int
	Code, Message string
}

func (f *Failure) Error() string { return f.Code + ": " + f.Message }

// Fail returns a *Failure with status 400.
func Fail(code, format string, args ...any) error {
	return &Failure{Code: code, Message: fmt.Sprintf(format, args...)}
}

// An Operation answers a call with the given body.
type Operation func(c Call, body []byte) (any, error)

// JSON makes an operation of AWS JSON, whose input is decoded by [Decode].
func JSON[In any](run func(In) (any, error)) Operation {
	return func(_ Call, body []byte) (any, error) {
		var in In
		if err := Decode(body, &in); err != nil {
			if errors.As(err, new(*Unserved)) {
				return nil, err
			}
			return nil, Fail("SerializationException", "%s", Malformed(err))
		}
		return run(in)
	}
}

// Form makes an operation of the query protocol, which serves these members.
func Form(run func(url.Values) (any, error), served ...string) Operation {
	return func(c Call, _ []byte) (any, error) {
		if err := c.Only(served...); err != nil {
			return nil, err
		}
		return run(c.Form)
	}
}

// A Service answers calls of AWS JSON or the query protocol by its operations, and
// refuses all others by name.
type Service struct {
	// Name is the service's in signatures.
	Name       string
	Operations map[string]Operation
	// MaxBody is the largest call, in bytes.
	MaxBody int64
}

// Served lists the operations.
func (s Service) Served() []string { return slices.Sorted(maps.Keys(s.Operations)) }

func (s Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.Serve(w, r, Of(r))
}

// Serve answers a call whose operation is known, such as by its path.
func (s Service) Serve(w http.ResponseWriter, r *http.Request, c Call) {
	c.Service = s.Name
	operation, served := s.Operations[c.Operation]
	if !served {
		Unknown(w, c, s.Served())
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.MaxBody))
	if err != nil {
		c.Refuse(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLargeException", "the body is too large or was cut off")
		return
	}
	result, err := operation(c, body)
	var failed *Failure
	switch {
	case err == nil:
		c.Answer(w, result)
	case errors.As(err, &failed):
		if failed.Status == 0 {
			failed = &Failure{http.StatusBadRequest, failed.Code, failed.Message}
		}
		c.Refuse(w, failed.Status, failed.Code, failed.Message)
	case errors.As(err, new(*Unserved)):
		c.Refuse(w, http.StatusBadRequest, validation(c), err.Error())
	default:
		c.Refuse(w, http.StatusInternalServerError, "InternalFailure", err.Error())
	}
}

// validation is the code of a call that is not as the service takes it.
func validation(c Call) string {
	if c.Protocol == Query {
		return "ValidationError"
	}
	return "ValidationException"
}

// Unknown refuses a call of an operation that the service does not serve here.
func Unknown(w http.ResponseWriter, c Call, served []string) {
	code := "UnknownOperationException"
	if c.Protocol == Query || c.Protocol == EC2Query {
		code = "InvalidAction"
	}
	what := c.Operation
	if what == "" {
		what = "this call"
	}
	c.Refuse(w, http.StatusBadRequest, code, fmt.Sprintf("%s of %s is not served on this machine; served: %s", what, c.Service, strings.Join(served, ", ")))
}

// UnknownService refuses a call of a service that is not served here.
func UnknownService(w http.ResponseWriter, c Call, served []string) {
	code, what := "UnknownServiceException", c.Service+" is not served here"
	if c.Service == "" {
		what = "this call names no service (no signature, X-Amz-Target or Action)"
	}
	if c.Protocol == Query || c.Protocol == EC2Query {
		code = "InvalidAction"
	}
	c.Refuse(w, http.StatusBadRequest, code, what+"; served: "+strings.Join(served, ", "))
}
