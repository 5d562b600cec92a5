package console

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/loopback"
)

// ask makes a request of what a form sent, or finds options if a button for that was
// pressed.
func (p *page) ask(in url.Values) error {
	f, err := p.flowToRequest()
	if err != nil {
		return err
	}
	field, changed := in.Get("search"), fill(f, in, true).changed()
	if field != "" || in.Has("next") || len(changed) > 0 {
		d := formOf(f, in, true)
		d.Key = in.Get("key")
		if err := p.searchFirst(d.Inputs, field); err != nil {
			return err
		}
		if field == "" && !in.Has("next") {
			d.Note = note{"Nothing was sent yet", "What you chose changes the form. Check this, then send it: " + strings.Join(changed, ", ") + "."}
		}
		p.renderForm(http.StatusOK, d)
		return nil
	}
	body := requestOf(f, in)
	body.Place = p.place()
	startsAt, wrong := startOf(f, in).time()
	if wrong != nil {
		p.renderForm(wrong.Status, formRefused(formOf(f, in, true), wrong))
		return nil
	}
	body.StartsAt = startsAt
	made, err := p.call.Create(p.r.Context(), body)
	if err == nil {
		http.Redirect(p.w, p.r, Base+"/requests/"+url.PathEscape(made.ID)+"?done=ask", http.StatusSeeOther)
		return nil
	}
	var problem *api.Problem
	if !errors.As(err, &problem) || unknownOutcome(problem.Status) {
		return err
	}
	p.renderForm(problem.Status, formRefused(formOf(f, in, true), problem))
	return nil
}

// place returns the address of the page, which a request comes from; empty if it is too
// long to be one.
func (p *page) place() string {
	scheme := "https"
	if host, _, err := net.SplitHostPort(p.r.Host); err == nil && loopback.Is(host) || loopback.Is(p.r.Host) {
		scheme = "http"
	}
	at := (&url.URL{Scheme: scheme, Host: p.r.Host, Path: p.r.URL.Path}).String()
	if len(at) > api.MaxPlace {
		return ""
	}
	return at
}

// requestOf returns the request that a form describes.
func requestOf(f api.Flow, in url.Values) api.CreateInput {
	body := api.CreateInput{Flow: f.Name, Fields: fill(f, in, true).values(), Reason: strings.TrimSpace(plainLines(in.Get("reason"))), IdempotencyKey: in.Get("key")}
	if address := strings.TrimSpace(in.Get("for")); address != "" {
		body.For = &api.Beneficiary{Email: address}
	}
	if n, err := strconv.Atoi(in.Get("duration")); err == nil && len(f.DurationsSeconds) > 0 {
		body.DurationSeconds = n
	}
	body.UntilRevoked = in.Get("duration") == untilRevoked
	body.BreakGlass = in.Get("break_glass") == "true"
	return body
}

// formRefused returns the form with what the API found wrong, each at its field.
func formRefused(d formData, problem *api.Problem) formData {
	var others []string
	for _, e := range problem.Errors {
		if !d.place(e) {
			others = append(others, e.Field+": "+e.Detail)
		}
	}
	if problem.ErrorsMore > 0 {
		others = append(others, fmt.Sprintf("There are %d more.", problem.ErrorsMore))
	}
	d.Note = note{Head: "Nothing was sent", Text: strings.Join(others, "\n")}
	switch {
	case problem.Status == http.StatusUnprocessableEntity:
		d.Note.Text = "This form has made a request already, with other values. You find it in your requests. Press the button again to make another one."
	case len(problem.Errors) == 0:
		d.Note.Text = problem.Detail + retryAfter(problem)
	}
	return d
}

// place puts an error at its field, and reports whether the form has it.
func (d *formData) place(e api.FieldError) bool {
	detail := capital(e.Detail)
	switch {
	case (e.Field == "for" || e.Field == "for.email") && d.Flow.MayRequestFor():
		d.ForWrong = detail
		d.Mistakes = append(d.Mistakes, mistake{"for", "For whom", detail})
		return true
	case e.Field == "break_glass" && d.Glass.May:
		d.Glass.Wrong = detail
		d.Mistakes = append(d.Mistakes, mistake{"break_glass", "Break glass", detail})
		return true
	case e.Field == "reason":
		d.ReasonWrong = detail
		d.Mistakes = append(d.Mistakes, mistake{"reason", "Why", detail})
		return true
	case e.Field == "starts_at" && d.Start.Within > 0:
		d.Start.Wrong = detail
		d.Mistakes = append(d.Mistakes, mistake{"starts", "Start", detail})
		return true
	case e.Field == "duration_seconds" && len(d.Durations) > 0:
		d.DurationWrong = detail
		d.Mistakes = append(d.Mistakes, mistake{"duration", "For how long", detail})
		return true
	}
	for n := range d.Inputs {
		i := &d.Inputs[n]
		rest, is := strings.CutPrefix(e.Field, "fields."+i.Name)
		if !is || rest != "" && rest[0] != '[' && rest[0] != '.' {
			continue
		}
		i.Wrong = detail
		d.Mistakes = append(d.Mistakes, mistake{i.ID(), i.Head(), detail})
		return true
	}
	return false
}

// formAgain shows the form as it was sent, with the same idempotency key.
func (p *page) formAgain(in url.Values, status int, n note) {
	d := formOf(carried(p.r.PathValue("flow"), in), in, true)
	d.Key, d.Note, d.Ended = in.Get("key"), n, status == http.StatusUnauthorized
	p.renderForm(status, d)
}
