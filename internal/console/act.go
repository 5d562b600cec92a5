package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// actions are what a form can do to a request, with the words of its button.
var actions = map[string]string{"approve": "Approve", "deny": "Deny", "cancel": "Cancel the request", "withdraw": "Withdraw your approval", "revoke": "End access now", "extend": "Request the extension", "confirm": "Confirm that you still need it", "review": "Record your review"}

// act approves, denies, cancels, revokes, withdraws, confirms or reviews, if the request is still as it was seen.
func (p *page) act(in url.Values) error {
	what := p.r.PathValue("act")
	if _, known := actions[what]; !known {
		return notFound("This page does not exist.")
	}
	r, accepted, err := p.send(what, in)
	if err == nil {
		done := what
		switch {
		case accepted:
			done = "stored"
		case what == "extend":
			done = "ask" // the extension is a request of its own
		}
		http.Redirect(p.w, p.r, requestPath(r.ID)+"?done="+done, http.StatusSeeOther)
		return nil
	}
	var problem *api.Problem
	if !errors.As(err, &problem) || unknownOutcome(problem.Status) || problem.Status == http.StatusNotFound {
		return err
	}
	now, readErr := p.readRequest()
	if readErr != nil {
		return readErr
	}
	p.renderRequest(problem.Status, refusedAction(now, what, in, problem))
	return nil
}

// send makes the call of an action.
func (p *page) send(what string, in url.Values) (*api.Request, bool, error) {
	ctx, id := p.r.Context(), p.r.PathValue("id")
	o := api.ActionOptions{IfMatch: in.Get("seen"), IdempotencyKey: in.Get("key")}
	reason, override := strings.TrimSpace(plainLines(in.Get("reason"))), in.Get("override") == "true"
	switch what {
	case "approve":
		seconds, err := chosenSeconds(in.Get("duration"))
		if err != nil {
			return nil, false, err
		}
		return p.call.Approve(ctx, id, api.ApproveInput{Reason: reason, DurationSeconds: seconds, Override: override, ActionOptions: o})
	case "deny":
		return p.call.Deny(ctx, id, api.DenyInput{Reason: reason, Override: override, ActionOptions: o})
	case "extend":
		seconds, err := chosenSeconds(in.Get("duration"))
		if err != nil {
			return nil, false, err
		}
		r, err := p.call.Extend(ctx, id, api.ExtendInput{DurationSeconds: seconds, Reason: reason, IdempotencyKey: in.Get("key")})
		return r, false, err
	case "review":
		return p.call.Review(ctx, id, api.ReviewInput{Verdict: api.ReviewVerdict(in.Get("verdict")), Note: reason, ActionOptions: o})
	case "confirm":
		return p.call.Confirm(ctx, id, api.ConfirmInput{Note: reason, ActionOptions: o})
	case "withdraw":
		return p.call.Withdraw(ctx, id, api.WithdrawInput{Reason: reason, ActionOptions: o})
	case "revoke":
		return p.call.Revoke(ctx, id, api.RevokeInput{Reason: reason, Override: override, ActionOptions: o})
	}
	return p.call.Cancel(ctx, id, api.CancelInput{Reason: reason, ActionOptions: o})
}

// chosenSeconds returns the shorter duration that was chosen, 0 for the requested one. What
// is no duration is refused, since 0 would grant access for longer.
func chosenSeconds(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, &api.Problem{Type: api.ProblemInvalidRequest, Status: http.StatusBadRequest, Detail: "Choose how long access lasts."}
	}
	return n, nil
}

// refusedAction returns the page of a request on which an action was not done, with
// what was typed.
func refusedAction(r *api.Request, what string, in url.Values, problem *api.Problem) requestData {
	d := requestOn(r)
	d.Tried, d.Typed, d.Length, d.Override = what, plainLines(in.Get("reason")), in.Get("duration"), in.Get("override") == "true"
	d.Note = note{Head: refusedHead[problem.Status], Text: problem.Detail + retryAfter(problem)}
	if what == "review" {
		d.Reviewing = reviewOf(in, problem)
	}
	if d.Note.Head == "" {
		d.Note.Head = "That did not work"
	}
	if problem.Type == api.ProblemNotExtendable {
		d.Note.Head = "It can't be extended"
	}
	if problem.Type == api.ProblemNotConfirmable {
		d.Note.Head = "It was not confirmed"
	}
	switch problem.Status {
	case http.StatusBadRequest:
		d.Note.Text = problem.Error()
		if len(problem.Errors) == 1 && problem.Errors[0].Field == "reason" {
			d.Note.Text = "Reason: " + problem.Errors[0].Detail
		}
		if d.Reviewing.wrong() {
			d.Note.Text = "Correct what is marked in your review."
		}
	case http.StatusPreconditionFailed:
		d.Changed = since(d.Steps, in.Get("seen"))
		d.Note.Text = "Nothing was done, and what you typed is kept. Look again, then decide."
	case http.StatusUnprocessableEntity:
		d.Note.Text = "This form has done something already, with another reason or time. Look at what happened before you press again."
	}
	if d.MayDecide() && d.DurationSeconds > 0 {
		d.Shorter = shorterThan(r, numbers(in.Get("shorter")))
	}
	return d
}

var refusedHead = map[int]string{
	http.StatusBadRequest:          "Nothing was done",
	http.StatusForbidden:           "That is not yours to do",
	http.StatusConflict:            "Somebody was first",
	http.StatusPreconditionFailed:  "The request has changed since you opened this page",
	http.StatusUnprocessableEntity: "Nothing was done this time",
	http.StatusTooManyRequests:     "Too many actions at once",
}

// since says what has happened since the entry with a hash.
func since(steps []timelineStep, seen string) []string {
	n := slices.IndexFunc(steps, func(s timelineStep) bool { return s.Hash == seen })
	var changed []string
	for _, s := range steps[n+1:] {
		changed = append(changed, sentence(s.Says))
	}
	if n < 0 {
		return nil
	}
	return changed
}

// numbers returns the numbers of a list with commas, up to 50.
func numbers(list string) []int {
	var all []int
	for s := range strings.SplitSeq(list, ",") {
		if n, err := strconv.Atoi(s); err == nil && len(all) < 50 {
			all = append(all, n)
		}
	}
	return all
}

// actData is an action that was not done, without the request.
type actData struct {
	ID, What, Do string
	// About says which request it is, as the form said it.
	About                                      string
	Key, Seen, Reason, Length, Chosen, Shorter string
	Override, Ended                            bool
	// Verdict is that of a review.
	Verdict string
	Note    note
}

// actAgain shows the form of an action as it was sent, with the same idempotency key.
func (p *page) actAgain(in url.Values, status int, n note) {
	what := p.r.PathValue("act")
	if _, known := actions[what]; !known {
		p.fail(notFound("This page does not exist."))
		return
	}
	d := actData{
		ID: p.r.PathValue("id"), What: what, Do: actions[what], About: in.Get("about"), Key: in.Get("key"), Seen: in.Get("seen"),
		Reason: plainLines(in.Get("reason")), Length: in.Get("duration"), Shorter: in.Get("shorter"),
		Override: in.Get("override") == "true", Verdict: in.Get("verdict"), Ended: status == http.StatusUnauthorized, Note: n,
	}
	if seconds := numbers(d.Length); len(seconds) == 1 && what == "approve" {
		d.Chosen = duration(time.Duration(seconds[0]) * time.Second)
	}
	p.render(status, "act", d.Do, d)
}

// actShown sends whoever opens the address of an action to the request.
func (p *page) actShown() error {
	if _, known := actions[p.r.PathValue("act")]; !known {
		return notFound("This page does not exist.")
	}
	http.Redirect(p.w, p.r, requestPath(p.r.PathValue("id")), http.StatusSeeOther)
	return nil
}
