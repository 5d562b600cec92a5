package approve

import (
	"net/http"
	"regexp"
	"strings"
	"sync"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// etags is an If-Match header (RFC 9110, section 13.1.1): * or a list of entity
// tags.
var etags = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\s*(\*|(W/)?"[^"]*"(\s*,\s*(W/)?"[^"]*")*)\s*$`)
})

// ifMatch returns the etag that the run must still have when the action is applied,
// "" for any. The error is for a run that has another already.
func (s service) ifMatch(c *httpapi.Call, r *run.Run) (string, error) {
	header := c.Header("if-match")
	if header == "" {
		return "", nil
	}
	if !etags().MatchString(header) {
		return "", httpapi.Invalid(flow.FieldError{Field: "If-Match", Detail: `must be the etag of a request in double quotes, or *`})
	}
	if strings.TrimSpace(header) == "*" {
		return "", nil
	}
	for _, tag := range strings.Split(header, ",") {
		if tag = strings.TrimSpace(tag); tag == `"`+r.ETag()+`"` { // a weak one never matches
			return r.ETag(), nil
		}
	}
	return "", s.moved(c, r)
}

// moved returns the problem for an action on a request that changed since its caller
// read it.
func (s service) moved(c *httpapi.Call, r *run.Run) error {
	p := httpapi.NewProblem(http.StatusPreconditionFailed, api.ProblemChanged, string(run.Moved))
	v := s.view(c, r)
	p.Request = &v
	return p
}

// done returns the run as it is after an action.
func (s service) done(c *httpapi.Call, r *run.Run) httpapi.Reply {
	v := s.view(c, r)
	return httpapi.Reply{Status: http.StatusOK, Headers: map[string]string{"etag": `"` + v.ETag + `"`}, Body: v}
}
