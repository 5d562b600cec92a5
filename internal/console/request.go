package console

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// requestData is what the page of a request shows.
type requestData struct {
	*api.Request
	Facts  []fact
	Checks []api.Check
	Failed int
	Steps  []timelineStep
	// RuleChange is what a request for a change of rules proposes; nil for any other.
	RuleChange *ruleChange
	// Shorter are the shorter times that an approval may grant.
	Shorter []option
	// Done says what the person has just done.
	Done string
	// Note says what was not done, and Changed what has happened since.
	Note    note
	Changed []string
	// Typed is the reason that was typed, and Length the time that was chosen.
	Typed, Length string
	// Override reports that an admin asked to set code aside.
	Override bool
	// Tried is the action that was not done.
	Tried string
	// Reviewing is the review that was not done.
	Reviewing reviewForm
	// Key is the idempotency key; empty for a new one.
	Key string
	// Poll is the time between refreshes in seconds; 0 for none.
	Poll int
	// Plain reports that the page has no forms: on paper, and beside an explanation.
	Plain bool
	// Print reports that the page is for paper: all is spelled out.
	Print bool
	// Explained and Verified are set on the pages that show them; Missing says why one could
	// not be read.
	Explained *api.Explanation
	Verified  *api.Verification
	Missing   note
}

// timelineStep is an entry of the history as it is shown.
type timelineStep struct {
	api.Entry
	shownEvent
	// Says is what happened, and Quote the reason of who did it.
	Says, Quote string
	After       time.Duration
	// Result is whether the entry is what was sealed; nil if that was not asked.
	Result *api.VerifiedEntry
}

// request shows a request.
func (p *page) request() error {
	r, err := p.readRequest()
	if err != nil {
		return err
	}
	d := requestOn(r)
	d.Print = p.r.URL.Query().Has("print")
	d.Plain = d.Print
	d.Done = done(p.r.URL.Query().Get("done"), r, p.me.ID)
	if !d.Print {
		d.Poll = pollOf(r)
	}
	if d.MayDecide() && d.DurationSeconds > 0 && !d.Print {
		if d.Shorter, err = p.shorter(r); err != nil {
			return err
		}
	}
	p.renderRequest(http.StatusOK, d)
	return nil
}

// readRequest reads the request of the address, and who is signed in.
func (p *page) readRequest() (r *api.Request, err error) {
	err = together(p.start, func() (err error) {
		r, err = p.call.Get(p.r.Context(), p.r.PathValue("id"))
		return err
	})
	return r, err
}

func (p *page) renderRequest(status int, d requestData) {
	p.render(status, "request", d.FlowName()+": "+d.Head(), d)
}

// requestOn returns what the page shows of a request.
func requestOn(r *api.Request) requestData {
	d := requestData{Request: r, Facts: factsOf(r), Steps: stepsOf(r), RuleChange: ruleChangeOf(r)}
	switch {
	case r.Decision != nil && len(r.Decision.Checks) > 0:
		d.Checks = r.Decision.Checks
	case r.Review != nil:
		d.Checks = r.Review.Checks
	}
	for _, c := range d.Checks {
		if !c.Passed {
			d.Failed++
		}
	}
	return d
}

// stepsOf returns the timeline.
func stepsOf(r *api.Request) []timelineStep {
	var steps []timelineStep
	first := true
	for _, e := range r.History {
		steps = append(steps, timelineStep{Entry: e, shownEvent: eventOf(e.Event), Says: says(e, first), Quote: quote(e), After: e.At.Sub(r.CreatedAt)})
		first = first && e.Event != api.EventForward
	}
	return steps
}

// pollOf returns how often the page of a request is refreshed, in seconds: soon while
// code looks, or access is being granted or ended. An emergency changes until it is reviewed.
func pollOf(r *api.Request) int {
	switch {
	case r.BreakGlass != nil && r.BreakGlass.State == api.GlassUnreviewed:
		return 15
	case r.RuleChange != nil && r.RuleChange.State == api.RuleChangeApproved && r.RuleChange.Waits == "":
		return 2
	case r.RuleChange != nil && r.RuleChange.State == api.RuleChangeApproved:
		return 15
	case r.Status.Final(r.DurationSeconds > 0):
		return 0
	case r.Status == api.StatusRequested, r.Status == api.StatusApproved && !r.AwaitsStart():
		return 2
	}
	return 15
}

// Head is the title of the request.
func (d requestData) Head() string { return orElse(d.Title, d.FlowName()) }

// Awaits reports whether access is approved and starts later.
func (d requestData) Awaits() bool { return d.AwaitsStart() }

// FlowName is the name of the flow for people.
func (d requestData) FlowName() string { return orElse(d.FlowLabel, d.Flow) }

// Now is what the person may do; never nil.
func (d requestData) Now() api.You {
	if d.You == nil {
		return api.You{}
	}
	return *d.You
}

// MayDecide reports whether the person may approve or deny.
func (d requestData) MayDecide() bool { return d.Now().Approve.May || d.Now().Deny.May }

// Why says why the person may, or may not, decide.
func (d requestData) Why() string {
	y := d.Now()
	switch {
	case y.Approve.May:
		return orElse(y.Approve.Why, "You may decide this request.")
	case y.Deny.May:
		return orElse(y.Deny.Why, "You may deny this request.")
	}
	return orElse(y.Approve.Why, "You may not decide this request.")
}

// Effect says what the buttons of a decision do.
func (d requestData) Effect() string {
	y := d.Now()
	switch missing := d.missing(); {
	case !y.Approve.May:
		return "Deny ends the request, with your name and reason."
	case missing > 1:
		return fmt.Sprintf("Approve counts as one of the %d approvals that are missing. Deny ends the request at once.", missing)
	case d.Extends != nil:
		return fmt.Sprintf("Approve has the access of %s go on from its present end, for that time. Deny leaves its end as it is.", who(d.Holder()))
	case d.UntilRevoked:
		return fmt.Sprintf("Approve grants %s to %s at once, for as long as it is confirmed and nobody revokes it. Deny ends the request.", d.Head(), who(d.Holder()))
	case !d.StartsAt.IsZero():
		return fmt.Sprintf("Approve grants %s to %s at the start that was chosen; it ends by itself after the time. Deny ends the request.", d.Head(), who(d.Holder()))
	case d.DurationSeconds > 0:
		return fmt.Sprintf("Approve grants %s to %s at once; it ends by itself after the time. Deny ends the request.", d.Head(), who(d.Holder()))
	}
	return "Either decides at once, with your name and reason."
}

// missing returns how many approvals are missing.
func (d requestData) missing() (n int) {
	for _, w := range d.WaitingFor {
		n += max(0, w.Count-len(w.Have))
	}
	if d.WaitingFor == nil && d.Review != nil {
		for _, s := range d.Review.Seats {
			n += max(0, s.Count-len(s.FilledBy))
		}
	}
	return n
}

// ReasonHint says which decision needs a reason.
func (d requestData) ReasonHint() string {
	approve, deny := needsReason(d.Now().Approve), needsReason(d.Now().Deny)
	switch {
	case approve && (deny || !d.Now().Deny.May), deny && !d.Now().Approve.May:
		return "required"
	case approve:
		return "required to approve"
	case deny:
		return "required to deny"
	}
	return "optional"
}

func needsReason(a api.Allowed) bool { return a.ReasonRequired != nil && *a.ReasonRequired }

// CancelNeedsReason and RevokeNeedsReason report whether the actions need a reason.
func (d requestData) CancelNeedsReason() bool { return needsReason(d.Now().Cancel) }
func (d requestData) RevokeNeedsReason() bool { return needsReason(d.Now().Revoke) }

// MayOverride reports whether the person may set aside what code says of a decision.
func (d requestData) MayOverride() bool { return d.Now().Approve.Override || d.Now().Deny.Override }

// ApprovedBy names the people who approved a decided request together; nil if one did.
func (d requestData) ApprovedBy() []api.Person {
	if d.Decision == nil || d.Decision.Event != api.EventApprove || d.Review == nil || len(d.Review.ApprovedBy) < 2 {
		return nil
	}
	return d.Review.ApprovedBy
}

// Overridden is the entry of a decision by which an admin set a hook aside; nil if none.
func (d requestData) Overridden() *api.Override {
	if d.Decision == nil {
		return nil
	}
	for _, e := range d.History {
		if e.Event == d.Decision.Event && e.At.Equal(d.Decision.At) {
			return e.Override
		}
	}
	return nil
}

// Open is how long access was, or has been, open.
func (d requestData) Open() string { return openFor(d.Access.GoneAt.Sub(d.Access.StartsAt)) }

// ShorterKept is the shorter times, for the form to send back.
func (d requestData) ShorterKept() string {
	var all []string
	for _, c := range d.Shorter {
		all = append(all, c.Value)
	}
	return strings.Join(all, ",")
}

// usualTimes are offered to a person who does not see the flow: a hook may name
// approvers who are not concerned with the flow otherwise.
var usualTimes = []int{15 * 60, 30 * 60, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 24 * 3600}

// shorter returns the times of the request's flow that are shorter than what was
// requested.
func (p *page) shorter(r *api.Request) ([]option, error) {
	times := usualTimes
	flows, err := p.call.Flows(p.r.Context())
	if err != nil && problemOf(err).Status == http.StatusUnauthorized {
		return nil, err
	}
	// Without the flows, a person can still decide.
	for _, f := range flows {
		if f.Name == r.Flow {
			times = f.DurationsSeconds
		}
	}
	return shorterThan(r, times), nil
}

func shorterThan(r *api.Request, times []int) []option {
	times = slices.Clone(times)
	slices.Sort(times)
	var shorter []option
	for _, s := range slices.Compact(times) {
		if s > 0 && s < r.DurationSeconds {
			shorter = append(shorter, option{Value: strconv.Itoa(s), Label: duration(time.Duration(s) * time.Second)})
		}
	}
	return shorter
}

// requestPath returns the address of the page of a request.
func requestPath(id string) string { return Base + "/requests/" + url.PathEscape(id) }
