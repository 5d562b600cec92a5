package approve

import (
	"net/http"
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// unconfirmed returns the problem for a confirm that can't take effect.
func (s service) unconfirmed(c *httpapi.Call, r *run.Run, why string) error {
	v := s.view(c, r)
	p := httpapi.NewProblem(http.StatusConflict, api.ProblemNotConfirmable, why)
	if r.Status != run.Active {
		p.Type = api.ProblemNotActive
	}
	p.Request = &v
	return p
}

// notConfirmed returns what became of a confirm that had no effect, by the entry that says
// so. The second of two at the same time is as the first.
func (s service) notConfirmed(c *httpapi.Call, r *run.Run, e run.Entry) (httpapi.Reply, error) {
	why := e.Reason
	if strings.HasPrefix(why, run.ErrConfirmed.Error()) {
		return s.done(c, r), nil
	}
	if e.Error != "" {
		why += " " + e.Error
	}
	return httpapi.Reply{}, s.unconfirmed(c, r, why)
}
