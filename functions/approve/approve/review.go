package approve

import (
	"net/http"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// maxVerdict is the length of a verdict, in characters.
const maxVerdict = 20

// readReview reads the body of a review of an emergency, as readAct reads others.
func readReview(body *httpapi.Body, a run.Act) (act run.Act, fits bool, wrong error) {
	a.Verdict = api.ReviewVerdict(body.Text("verdict", maxVerdict))
	a.Reason = body.Lines("note", run.MaxReason)
	fits = body.Fits()
	switch {
	case body.Failed("verdict"):
	case a.Verdict != api.Justified && a.Verdict != api.Unjustified:
		body.Fail("verdict", "must be justified or unjustified")
	case a.Verdict == api.Unjustified && text.Blank(a.Reason) && !body.Failed("note"):
		body.Fail("note", "it is required with unjustified")
	}
	return a, fits, body.Err()
}

// reviewed returns the problem for a review that can't take effect: it says who has
// reviewed the request, if somebody has.
func (s service) reviewed(c *httpapi.Call, r *run.Run, why run.TooLate) error {
	v := s.view(c, r)
	p := httpapi.NewProblem(http.StatusConflict, api.ProblemDecided, string(why))
	p.Request = &v
	if v.BreakGlass != nil && v.BreakGlass.Review != nil {
		review := v.BreakGlass.Review
		won := run.Outcome{Event: api.EventReview, By: review.By, At: review.At}
		p.Decision, p.DecidedBy = v.Decision, &won
		p.Detail = "This request is reviewed already: " + by(won) + "."
	}
	return p
}
