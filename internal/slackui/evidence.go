package slackui

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
)

// The limits of lists in a message. Slack's own is maxFacts, of the fields of a section.
const (
	maxFacts  = 10
	maxChecks = 8
	maxErrors = 3
)

// facts are the duration and the fields of a request. Values of sensitive fields are
// unknown here, only their names.
func facts(r api.Request) []*slack.TextBlockObject {
	var all []string
	if r.DurationSeconds > 0 {
		all = append(all, strings.ToUpper(lasting(r)[:1])+lasting(r)[1:])
	}
	if x := ofExtension(r); x != "" {
		all = append(all, x)
	}
	if !r.StartsAt.IsZero() {
		all = append(all, "Starts: "+At(r.StartsAt))
	}
	if from := r.Source.Text(); from != "" {
		all = append(all, "From: "+from)
	}
	for _, f := range shown(r) {
		all = append(all, f.Label+": "+f.Shown)
	}
	for _, label := range withheld(r) {
		all = append(all, label+": not shown in Slack")
	}
	if len(all) > maxFacts {
		all = append(all[:maxFacts-1], "and more: open the request")
	}
	texts := make([]*slack.TextBlockObject, len(all))
	for i, s := range all {
		texts[i] = Plain(s, maxFact)
	}
	return texts
}

// withheld returns the labels of the sensitive fields. An event has them by name alone.
func withheld(r api.Request) []string {
	if r.WithheldShown == nil {
		return r.Withheld
	}
	var all []string
	for _, f := range r.WithheldShown {
		all = append(all, f.Label)
	}
	return all
}

// shown returns the fields for people. An event has them by name alone.
func shown(r api.Request) []api.FieldShown {
	if change := ruleChange(r); change != nil {
		return change
	}
	if r.FieldsShown != nil {
		return r.FieldsShown
	}
	var all []api.FieldShown
	for _, name := range slices.Sorted(maps.Keys(r.Fields)) {
		all = append(all, api.FieldShown{Name: name, Label: name, Shown: value(r.Fields[name])})
	}
	return all
}

// value returns a field's value for people.
func value(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	if label, is := targetLabel(raw); is {
		return label
	}
	var items []string
	if json.Unmarshal(raw, &items) == nil {
		return strings.Join(items, ", ")
	}
	return string(raw)
}

// evidence lists what hooks found, and how they failed.
func evidence(r api.Request) []slack.RichTextElement {
	var all []slack.RichTextElement
	for _, c := range first(checks(r), maxChecks) {
		mark := "✗ "
		if c.Passed {
			mark = "✓ "
		}
		parts := []slack.RichTextSectionElement{glue(mark), bold(c.Name, maxName)}
		if c.Detail != "" {
			parts = append(parts, glue(" "), spoken(c.Detail, maxFact))
		}
		all = append(all, section(parts...))
	}
	if r.Review != nil {
		for _, e := range first(r.Review.Errors, maxErrors) {
			all = append(all, section(glue("! "), bold(e.Hook, maxName), glue(" failed: "), spoken(e.Error, maxFact)))
		}
	}
	return all
}

// checks returns the evidence: for the decision once there is one.
func checks(r api.Request) []api.Check {
	switch {
	case r.Decision != nil && len(r.Decision.Checks) > 0:
		return r.Decision.Checks
	case r.Review != nil:
		return r.Review.Checks
	}
	return nil
}

func first[T any](list []T, most int) []T { return list[:min(len(list), most)] }
