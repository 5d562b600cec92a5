package console

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// input is a field of a form with what is in it.
type input struct {
	api.Field
	// Flow is the name of the flow.
	Flow string
	// Values are what was typed or chosen. Always empty for a sensitive field.
	Values []string
	// Wrong says what is wrong with it.
	Wrong string
	// Choices are what can be chosen.
	Choices []option
	// Query is what was searched for, and Found says that Choices are the result.
	Query string
	Found bool
	// More reports that a longer search finds others.
	More bool
	// Unavailable reports that nothing could be found out.
	Unavailable bool
	// Governs reports that other fields depend on this one.
	Governs bool
	// Copied is what the page took from another field; Copies reports that it may.
	Copied string
	Copies bool
	// Others are the values that the options depend on, as JSON. Waits is the label of the
	// one that must be filled in first; empty if none.
	Others, Waits string
	// Lost reports that a sensitive value was typed and has not been kept.
	Lost bool
}

// option is something to choose.
type option struct {
	Value string `json:"v"`
	Label string `json:"l"`
	On    bool   `json:"-"`
}

// Key is the name of the form's control. Sensitive values have names of their own, so
// that no page can show one again.
func (i input) Key() string { return fieldKey(i.Field) }

func fieldKey(f api.Field) string {
	if f.Sensitive {
		return "s." + f.Name
	}
	return "f." + f.Name
}

// ID is the id of the control.
func (i input) ID() string { return "f-" + i.Name }

// Head is the label for people.
func (i input) Head() string {
	if i.Label != "" {
		return i.Label
	}
	return i.Name
}

// Value is the value as text.
func (i input) Value() string { return strings.Join(i.Values, "\n") }

// As is what of the field depends on other fields: the script replaces a field whose As is
// another.
func (i input) As() string { return i.Others + i.Copied }

// Search is the address that finds choices for what is typed.
func (i input) Search() string {
	q := url.Values{"label": {i.Head()}}
	if i.Many() {
		q.Set("many", "")
	}
	if i.Others != "" {
		q.Set("fields", i.Others)
	}
	return Base + "/options/" + url.PathEscape(i.Flow) + "/" + url.PathEscape(i.Name) + "?" + q.Encode()
}

// Many reports whether several can be chosen.
func (i input) Many() bool { return i.Type == api.FieldStrings }

// Searched reports whether the choices are found by a search.
func (i input) Searched() bool { return i.Prefetch && !i.Sensitive }

// Listed reports whether the choices stand on the page, each with a control of its own.
func (i input) Listed() bool {
	return len(i.Choices) > 0 && !i.Searched() && (i.Type == api.FieldTarget || i.Many() || len(i.Choices) <= 4)
}

// Segments reports whether the choices stand side by side.
func (i input) Segments() bool { return !i.Many() && i.Type != api.FieldTarget }

// Described is the value of aria-describedby.
func (i input) Described() string {
	var ids []string
	if i.Description != "" || i.Limits() != "" {
		ids = append(ids, i.ID()+"-h")
	}
	if i.Wrong != "" || i.Lost {
		ids = append(ids, i.ID()+"-w")
	}
	return strings.Join(ids, " ")
}

// Limits says what is accepted.
func (i input) Limits() string {
	var parts []string
	unit := map[string]string{api.FieldString: " characters", api.FieldText: " characters", api.FieldStrings: " items"}[i.Type]
	say := func(n int64) string {
		if i.Type == api.FieldDuration {
			return duration(time.Duration(n) * time.Second)
		}
		return strconv.FormatInt(n, 10) + unit
	}
	switch {
	case len(i.Allowed) > 0:
	case i.Min != nil && i.Max != nil:
		parts = append(parts, fmt.Sprintf("From %s to %s.", strings.TrimSuffix(say(*i.Min), unit), say(*i.Max)))
	case i.Min != nil:
		parts = append(parts, fmt.Sprintf("At least %s.", say(*i.Min)))
	case i.Max != nil:
		parts = append(parts, fmt.Sprintf("At most %s.", say(*i.Max)))
	}
	switch {
	case i.Type == api.FieldStrings && len(i.Allowed) == 0 && !i.Prefetch:
		parts = append(parts, "One on each line.")
	case i.Type == api.FieldDuration && len(i.Allowed) == 0:
		parts = append(parts, "Such as 30m or 1h30m.")
	}
	if i.Pattern != "" && i.Description == "" {
		parts = append(parts, "Must match "+i.Pattern+".")
	}
	if d := typedOf(i.Default); len(d) > 0 && (i.Type == api.FieldInt || i.Type == api.FieldDuration || i.Type == api.FieldUser) {
		parts = append(parts, "Left empty: "+shownDefault(i.Field, d[0])+".")
	}
	return strings.Join(parts, " ")
}

func shownDefault(f api.Field, typed string) string {
	if n, err := strconv.Atoi(typed); err == nil && f.Type == api.FieldDuration {
		return duration(time.Duration(n) * time.Second)
	}
	return typed
}

// OptionsKept are the found choices, for the form to send them back: so they are still
// there after a mistake, without another search.
func (i input) OptionsKept() string {
	if !i.Found || len(i.Choices) == 0 {
		return ""
	}
	raw, err := json.Marshal(i.Choices)
	if err != nil || len(raw) > 16<<10 {
		return ""
	}
	return string(raw)
}

// inputOf returns a field of a form with what was typed, or else its default.
func inputOf(f api.Flow, field api.Field, now filled) input {
	i := input{Field: field, Flow: f.Name, Governs: now.Governs(field.Name), Others: now.others(field), Waits: now.waits(field)}
	in, sent := now.in, now.sent
	typed, given := in[fieldKey(field)]
	there := sent && now.rendered(field) && !now.copies[field.Name]
	if i.Copies = field.DefaultFrom != ""; i.Copies {
		i.Copied = strings.Join(now.copied(field), "\n")
	}
	moved := sent && now.rendered(field) && in.Has("shown") && len(field.DependsOn) > 0 && in.Get("p."+field.Name) != i.Others
	switch {
	case field.Sensitive:
		i.Lost = sent && strings.Join(typed, "") != ""
	case moved: // what was chosen was an option of other values
	case given && (there || !sent):
		i.Values = typed
	case !there:
		i.Values = now.copied(field)
	}
	switch {
	case field.Type == api.FieldTarget:
		for _, t := range f.Targets {
			i.Choices = append(i.Choices, option{Value: t.ID, Label: t.Label})
		}
	case len(field.Allowed) > 0:
		for _, allowed := range field.Allowed {
			v := strings.Join(typedOf(allowed), " ")
			i.Choices = append(i.Choices, option{Value: v, Label: shownDefault(field, v)})
		}
	case field.Prefetch:
		i.Query = in.Get("q." + field.Name)
		var kept []option
		if sent && !moved && json.Unmarshal([]byte(in.Get("o."+field.Name)), &kept) == nil {
			i.Choices, i.Found = kept, len(kept) > 0
		}
	}
	i.choose()
	return i
}

// choose marks what is chosen. In a search it stays, whatever is found.
func (i *input) choose() {
	for n := range i.Choices {
		i.Choices[n].On = slices.Contains(i.Values, i.Choices[n].Value)
	}
	if !i.Searched() {
		return
	}
	for _, v := range i.Values {
		if v != "" && !slices.ContainsFunc(i.Choices, func(c option) bool { return c.Value == v }) {
			i.Choices = append([]option{{v, v, true}}, i.Choices...)
		}
	}
}
