package slackui

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/api"
)

// byIndex begins the value of an option that names its place in the flow's list, since a
// value may be longer than Slack takes. A form whose lists have changed is refused.
const byIndex = "#"

// fieldBlock is the input of a field, or what to do about one that Slack can't have. One
// that others depend on is sent at once when it is changed.
func (f Filled) fieldBlock(d api.Field) slack.Block {
	id := f.block(d)
	if d.Sensitive {
		says := " is sensitive, and has no place in Slack. To fill it in, make the request on the web."
		if d.Required {
			says = " is required and sensitive. What is typed in Slack stays in Slack. Make the request on the web."
		}
		return slack.NewSectionBlock(Plain(cmp.Or(d.Label, d.Name)+says, maxSection), nil, nil, slack.SectionBlockOptionBlockID(id))
	}
	filled := d
	filled.Default = f.initial(d)
	b := slack.NewInputBlock(id, Plain(cmp.Or(d.Label, d.Name), maxLabel), nil, fieldElement(f.flow, filled)).WithOptional(!d.Required)
	if hint := f.hint(d); hint != "" {
		b.Hint = Plain(hint, maxLabel)
	}
	if f.Governs(d.Name) {
		b = b.WithDispatchAction(true)
	}
	return b
}

// hint is what stands below a field.
func (f Filled) hint(d api.Field) string {
	hints := []string{}
	if d.Description != "" {
		hints = append(hints, d.Description)
	}
	if label := f.Waits(d); label != "" {
		hints = append(hints, "First choose: "+label+".")
	}
	if source, there := f.Field(d.DefaultFrom); there && !copies(d) {
		hints = append(hints, "Left empty, it is that of "+cmp.Or(source.Label, source.Name)+".")
	}
	if f.Governs(d.Name) && len(choices(f.flow, d)) == 0 && !d.Prefetch && d.Type != api.FieldUser {
		hints = append(hints, "Other fields depend on it. Press Enter to see them.")
	}
	return strings.Join(hints, " ")
}

// fieldElement is what a field is filled in with.
func fieldElement(f api.Flow, d api.Field) slack.BlockElement {
	values := choices(f, d)
	several := d.Type == api.FieldStrings
	switch {
	case d.Prefetch, len(values) > maxOptions:
		any := 0
		if several {
			e := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeExternal, Plain("Type to search", maxPlaceholder), Element)
			e.MinQueryLength = &any
			return e
		}
		e := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, Plain("Type to search", maxPlaceholder), Element)
		e.MinQueryLength = &any
		return e
	case len(values) > 0 && several:
		e := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeStatic, Plain("Choose", maxPlaceholder), Element, optionsOf(values, "")...)
		e.InitialOptions = initials(values, d.Default)
		return e
	case len(values) > 0:
		e := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, Plain("Choose", maxPlaceholder), Element, optionsOf(values, "")...)
		if all := initials(values, d.Default); len(all) > 0 {
			e.InitialOption = all[0]
		}
		return e
	case d.Type == api.FieldInt:
		return numberElement(d)
	case d.Type == api.FieldUser:
		return slack.NewOptionsSelectBlockElement(slack.OptTypeUser, Plain("Choose", maxPlaceholder), Element)
	}
	return textElement(d)
}

func numberElement(d api.Field) slack.BlockElement {
	e := slack.NewNumberInputBlockElement(nil, Element, false)
	if d.Min != nil {
		e.MinValue = strconv.FormatInt(*d.Min, 10)
	}
	if d.Max != nil {
		e.MaxValue = strconv.FormatInt(*d.Max, 10)
	}
	if n := written(d.Default); d.Default != nil {
		e.InitialValue = n
	}
	return e
}

func textElement(d api.Field) slack.BlockElement {
	e := slack.NewPlainTextInputBlockElement(nil, Element)
	e.MaxLength = maxInput
	initial := ""
	switch d.Type {
	case api.FieldStrings:
		e.Multiline, e.Placeholder = true, Plain("One a line", maxPlaceholder)
		var list []string
		if json.Unmarshal(d.Default, &list) == nil {
			initial = strings.Join(list, "\n")
		}
	case api.FieldDuration:
		e.Placeholder = Plain("Such as 30m or 2h", maxPlaceholder)
		if seconds, err := strconv.Atoi(string(d.Default)); err == nil {
			initial = For(time.Duration(seconds) * time.Second)
		}
	default:
		e.Multiline = d.Type == api.FieldText
		if d.Max != nil && *d.Max > 0 && *d.Max < maxInput {
			e.MaxLength = int(*d.Max)
		}
		initial = written(d.Default)
	}
	if len(utf16.Encode([]rune(initial))) <= e.MaxLength {
		e.InitialValue = initial
	}
	return e
}

// choice is a value of a list, and what people read for it.
type choice struct {
	value json.RawMessage
	label string
}

// choices returns the only values that a field takes; none if it takes any.
func choices(f api.Flow, d api.Field) []choice {
	var all []choice
	switch {
	case d.Type == api.FieldTarget:
		labels := map[string]string{}
		for _, t := range f.Targets {
			labels[t.ID] = t.Label
			if len(d.Allowed) == 0 {
				all = append(all, choice{quoted(t.ID), t.Label})
			}
		}
		for _, raw := range d.Allowed {
			all = append(all, choice{raw, cmp.Or(labels[written(raw)], written(raw))})
		}
	case len(d.Allowed) > 0:
		for _, raw := range d.Allowed {
			c := choice{raw, written(raw)}
			if seconds, err := strconv.Atoi(string(raw)); err == nil && d.Type == api.FieldDuration {
				c.label = For(time.Duration(seconds) * time.Second)
			}
			all = append(all, c)
		}
	case d.Type == api.FieldBool: // not a checkbox: Slack can't submit a required one without a tick
		all = []choice{{json.RawMessage("true"), "Yes"}, {json.RawMessage("false"), "No"}}
	}
	return all
}

func quoted(s string) json.RawMessage {
	raw, err := json.Marshal(s)
	if err != nil {
		return nil // no string fails
	}
	return raw
}

// written returns a text as it is, and any other JSON as it is written; "" for none.
func written(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// optionsOf returns the options of a list for what was typed, at most as many as Slack
// takes.
func optionsOf(values []choice, typed string) []*slack.OptionBlockObject {
	all := []*slack.OptionBlockObject{}
	for i, c := range values {
		if len(all) < maxOptions && found(c.label, typed) {
			all = append(all, optionAt(i, c))
		}
	}
	return all
}

func optionAt(i int, c choice) *slack.OptionBlockObject {
	return slack.NewOptionBlockObject(byIndex+strconv.Itoa(i), Plain(c.label, maxOptionText), nil)
}

// initials returns the options of a default: of a list each of its items.
func initials(values []choice, def json.RawMessage) []*slack.OptionBlockObject {
	var list []json.RawMessage
	if json.Unmarshal(def, &list) != nil {
		list = []json.RawMessage{def}
	}
	var all []*slack.OptionBlockObject
	for i, c := range values {
		for _, one := range list {
			if len(one) > 0 && string(one) == string(c.value) {
				all = append(all, optionAt(i, c))
			}
		}
	}
	return all
}

// found reports whether a label contains what was typed, in either case.
func found(label, typed string) bool {
	return strings.Contains(strings.ToLower(label), strings.ToLower(strings.TrimSpace(typed)))
}

// StaticOptions returns the options of a field's own list for what was typed.
func StaticOptions(f api.Flow, d api.Field, typed string) []*slack.OptionBlockObject {
	return optionsOf(choices(f, d), typed)
}

// HookOptions returns the options that a hook offers. One whose value is longer than
// Slack takes is left out.
func HookOptions(list []api.Option) []*slack.OptionBlockObject {
	all := []*slack.OptionBlockObject{}
	for _, o := range list {
		if o.Value == "" || len(utf16.Encode([]rune(o.Value))) > maxOptionValue || len(all) == maxOptions {
			continue
		}
		all = append(all, slack.NewOptionBlockObject(o.Value, Plain(cmp.Or(o.Label, o.Value), maxOptionText), nil))
	}
	return all
}
