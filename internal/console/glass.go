package console

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// reviewForm is the review of an emergency as it was sent, with what is wrong in it.
type reviewForm struct {
	Verdict, VerdictWrong, NoteWrong string
}

// wrong reports whether a field has an error.
func (f reviewForm) wrong() bool { return f.VerdictWrong+f.NoteWrong != "" }

// reviewOf returns what was sent, and puts each error at its field.
func reviewOf(in url.Values, problem *api.Problem) reviewForm {
	f := reviewForm{Verdict: in.Get("verdict")}
	if problem.Status != http.StatusBadRequest {
		return f
	}
	for _, e := range problem.Errors {
		switch e.Field {
		case "verdict":
			f.VerdictWrong = sentence(e.Detail)
		case "note":
			f.NoteWrong = sentence(e.Detail)
		}
	}
	return f
}

// MayReview reports whether the person may review the emergency now.
func (d requestData) MayReview() bool { r := d.Now().Review; return r != nil && r.May }

// Parties names those who never review the request.
func (d requestData) Parties() string {
	if d.For != nil {
		return who(d.Requester) + " and " + who(*d.For)
	}
	return who(d.Requester)
}

// unreviewed lists the emergencies that nobody has reviewed.
func (p *page) unreviewed() error {
	cursor := p.r.URL.Query().Get("cursor")
	list, err := p.call.List(p.r.Context(), api.ListInput{View: api.ViewUnreviewed, Limit: 20, Cursor: cursor})
	if err != nil {
		return err
	}
	p.render(http.StatusOK, "unreviewed", "Unreviewed emergencies", paged(list, "/inbox/unreviewed", nil, cursor))
	return nil
}

// reviews reports whether there may be emergencies to review: some flow allows them, or
// nobody could count them.
func reviews(c api.Counts) bool {
	return c.Unreviewed != nil || slices.Contains(c.Failed, "unreviewed")
}

// formGlass is the part of a form that breaks the glass.
type formGlass struct {
	// May reports whether the form has it.
	May bool
	// Rules say for how long, and how soon it is reviewed.
	Rules []string
	// On reports that it was chosen. No address chooses it: only a person does.
	On    bool
	Wrong string
}

// maxGlassTargets is how many targets a form names beside a rule.
const maxGlassTargets = 10

func glassOf(f api.Flow, in url.Values, sent bool) formGlass {
	g := formGlass{On: sent && in.Get("break_glass") == "true"}
	var rules []api.BreakGlassRule
	targets := map[api.BreakGlassRule][]string{}
	var never []string
	for _, t := range f.Targets {
		if t.BreakGlass == nil {
			never = append(never, orElse(t.Label, t.ID))
			continue
		}
		if targets[*t.BreakGlass] == nil {
			rules = append(rules, *t.BreakGlass)
		}
		targets[*t.BreakGlass] = append(targets[*t.BreakGlass], orElse(t.Label, t.ID))
	}
	if len(rules) == 0 && f.BreakGlass != nil {
		rules = append(rules, *f.BreakGlass)
	}
	g.May = g.On || len(rules) > 0
	for _, r := range rules {
		of := ""
		if len(rules) > 1 || len(never) > 0 && len(targets) > 0 {
			of = some(targets[r]) + ": "
		}
		g.Rules = append(g.Rules, of+glassSays(r))
	}
	if len(rules) > 0 && len(never) > 0 {
		g.Rules = append(g.Rules, "Not for "+some(never)+".")
	}
	return g
}

// some names the first of many.
func some(names []string) string {
	if more := len(names) - maxGlassTargets; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:maxGlassTargets], ", "), more)
	}
	return series(names, "and")
}

func spell(seconds int) string { return duration(time.Duration(seconds) * time.Second) }

// glassSays says a rule.
func glassSays(r api.BreakGlassRule) string {
	says := "Somebody else reviews it within " + spell(r.ReviewWithinSeconds)
	if r.MaxDurationSeconds > 0 {
		says = "Access for at most " + spell(r.MaxDurationSeconds) + ". " + says + " of its end"
	}
	return fmt.Sprintf("%s. You may do this up to %s within 24 hours.", says, text.Count(r.MaxPerPersonPerDay, "time"))
}
