package console

import (
	"encoding/json"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// formData is the form of a flow with what was typed.
type formData struct {
	Flow      api.Flow
	Inputs    []input
	Durations []option
	Reason    string
	// For is the address of whom the request is for; empty for who is signed in.
	For, ForWrong string
	Start         formStart
	Glass         formGlass
	// NeedsReason reports whether the flow requires a reason.
	NeedsReason                bool
	ReasonWrong, DurationWrong string
	// Mistakes are links to what is wrong.
	Mistakes []mistake
	Note     note
	// Prefilled reports that the address filled in values.
	Prefilled bool
	// Ended reports that nobody is signed in any more.
	Ended bool
	// Lost reports that a sensitive value must be typed again.
	Lost bool
	// Key is the idempotency key; empty for a new one.
	Key string
	// Shape is the flow as this form shows it, for the form to send back: so it can be
	// shown again without the API.
	Shape string
	// Shown are the names of the fields on the page, for a form whose fields depend on one
	// another; empty for others.
	Shown string
	// Next says what happens after the request; nil if unknown.
	Next []step
}

// mistake is one thing to correct, and where.
type mistake struct{ ID, Label, Detail string }

// step is a step of "What happens then".
type step struct{ Head, Text string }

// form shows the empty form of a flow, or one that its address fills in. Nothing is sent
// before a person presses the button.
func (p *page) form() error {
	f, err := p.flowToRequest()
	if err != nil {
		return err
	}
	in := p.r.URL.Query()
	d := formOf(f, in, false)
	for key := range in {
		d.Prefilled = d.Prefilled || strings.HasPrefix(key, "f.") || key == "reason" || key == "duration" || key == "for" || key == "starts"
	}
	if err := p.searchFirst(d.Inputs, ""); err != nil {
		return err
	}
	p.renderForm(200, d)
	return nil
}

// searchFirst reads the options of one field: the named one, or else the first that has
// options and is not chosen yet, or else the first, for the label of what an address
// chose. A page makes no more calls than that. Options that depend on an empty field
// wait for it, and those that a form sent back are read already.
func (p *page) searchFirst(inputs []input, name string) error {
	first := func(is func(input) bool) int {
		return slices.IndexFunc(inputs, func(i input) bool { return i.Searched() && i.Waits == "" && is(i) })
	}
	if name != "" {
		if n := first(func(i input) bool { return i.Name == name }); n >= 0 {
			return p.search(&inputs[n], inputs[n].Query)
		}
		return nil
	}
	if n := first(func(i input) bool { return i.Value() == "" && !i.Found }); n >= 0 {
		return p.search(&inputs[n], "")
	}
	if n := first(func(i input) bool { return !i.Found && len(i.Values) == 1 && len(i.Value()) <= 200 }); n >= 0 {
		return p.search(&inputs[n], inputs[n].Value())
	}
	return nil
}

// formOf returns the form with what was typed into it.
func formOf(f api.Flow, in url.Values, sent bool) formData {
	d := formData{Flow: f, Reason: plainLines(in.Get("reason")), For: strings.TrimSpace(in.Get("for")), NeedsReason: slices.Contains(f.RequireReason, "request"), Shape: shapeOf(f), Next: nextOf(f), Start: startOf(f, in), Glass: glassOf(f, in, sent)}
	now := fill(f, in, sent)
	if now.Depends() {
		d.Shown = now.names()
	}
	for _, field := range f.Fields {
		if now.on(field) {
			i := inputOf(f, field, now)
			d.Inputs, d.Lost = append(d.Inputs, i), d.Lost || i.Lost
		}
	}
	chosen := in.Get("duration")
	if n, err := strconv.Atoi(chosen); (err != nil || !slices.Contains(f.DurationsSeconds, n)) && (chosen != untilRevoked || !f.UntilRevoked) {
		chosen = ""
	}
	for n, s := range f.DurationsSeconds {
		v := strconv.Itoa(s)
		d.Durations = append(d.Durations, option{v, duration(time.Duration(s) * time.Second), v == chosen || chosen == "" && n == 0})
	}
	if f.UntilRevoked {
		d.Durations = append(d.Durations, option{untilRevoked, "Until revoked", chosen == untilRevoked || len(f.DurationsSeconds) == 0})
	}
	return d
}

// untilRevoked is the choice of access that lasts until it is revoked.
const untilRevoked = "until_revoked"

func (p *page) renderForm(status int, d formData) {
	p.render(status, "form", "New request: "+flowName(d.Flow), d)
}

func flowName(f api.Flow) string {
	if f.Label != "" {
		return f.Label
	}
	return f.Name
}

// maxShape bounds a flow that a form carries, in bytes.
const maxShape = 32 << 10

// shapeOf returns the flow for the form to carry; empty if it is too large.
func shapeOf(f api.Flow) string {
	raw, err := json.Marshal(api.Flow{Name: f.Name, Label: f.Label, Fields: f.Fields, Targets: f.Targets, DurationsSeconds: f.DurationsSeconds, UntilRevoked: f.UntilRevoked, ConfirmEverySeconds: f.ConfirmEverySeconds, RequireReason: f.RequireReason, May: f.May, BreakGlass: f.BreakGlass, Rules: api.Rules{StartsWithinSeconds: f.Rules.StartsWithinSeconds}})
	if err != nil || len(raw) > maxShape {
		return ""
	}
	return string(raw)
}

// carried returns the flow that a form carried, or one made of what was typed. It is
// what the sender's own page says and decides nothing: the API checks every request.
func carried(name string, in url.Values) api.Flow {
	var f api.Flow
	if shape := in.Get("shape"); len(shape) <= maxShape && json.Unmarshal([]byte(shape), &f) == nil && f.Name == name {
		return f
	}
	f = api.Flow{Name: name}
	for key, typed := range in {
		kind, field, found := strings.Cut(key, ".")
		if !found || kind != "f" && kind != "s" {
			continue
		}
		shape := api.Field{Name: field, Type: api.FieldText, Sensitive: kind == "s"}
		if len(typed) > 1 {
			shape.Type = api.FieldStrings
		}
		f.Fields = append(f.Fields, shape)
	}
	sort.Slice(f.Fields, func(a, b int) bool { return f.Fields[a].Name < f.Fields[b].Name })
	if n, err := strconv.Atoi(in.Get("duration")); err == nil && n > 0 {
		f.DurationsSeconds = []int{n}
	}
	f.UntilRevoked = in.Get("duration") == untilRevoked
	if in.Get("starts") != "" {
		f.Rules.StartsWithinSeconds = 1
	}
	return f
}

// nextOf says what happens to a request of a flow.
func nextOf(f api.Flow) []step {
	r := f.Rules
	if r.Mode == "" {
		return nil
	}
	var steps []step
	switch r.Mode {
	case api.ModeLive:
		steps = append(steps, step{"Code looks first", "It decides what it can, usually within a second."})
	case api.ModeShadow:
		steps = append(steps, step{"Code is on trial", "It looks at the request and decides nothing."})
	}
	people := step{"People decide the rest", anyOf(r.Approvers)}
	if r.Mode != api.ModeLive {
		people.Head = "People decide"
	}
	if r.TimeoutSeconds > 0 {
		people.Text += ", within " + duration(time.Duration(r.TimeoutSeconds)*time.Second)
	}
	people.Text = sentence(people.Text)
	steps = append(steps, people)
	if r.Strategy != "" {
		ends := "It ends by itself, on time."
		if f.UntilRevoked {
			ends = "It ends by itself, on time, or once it is not confirmed."
		}
		steps = append(steps, step{"Access is granted, then ended", ends + " You may end it early."})
	}
	return steps
}
