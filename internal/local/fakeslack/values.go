package fakeslack

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// Values are what a user fills in, by block: a text, the value or the text of an option,
// a user's id, or several ([]string). An [Option] stands for itself.
type Values map[string]any

// Option is an option of a menu.
type Option struct {
	Text  string
	Value string
}

func (o Option) json() object {
	return object{"text": object{"type": "plain_text", "text": o.Text, "emoji": false}, "value": o.Value}
}

// Button is a button of a message or a view.
type Button struct{ BlockID, ActionID, Text, Value, URL, Style string }

// Element is an interactive element, as far as the workspace reads it.
type Element struct {
	Type           string       `json:"type"`
	ActionID       string       `json:"action_id"`
	Text           textObject   `json:"text"`
	Value          string       `json:"value"`
	URL            string       `json:"url"`
	Style          string       `json:"style"`
	Placeholder    textObject   `json:"placeholder"`
	Multiline      bool         `json:"multiline"`
	MinLength      int          `json:"min_length"`
	MaxLength      int          `json:"max_length"`
	InitialValue   string       `json:"initial_value"`
	InitialOption  *rawOption   `json:"initial_option"`
	InitialOptions []rawOption  `json:"initial_options"`
	InitialUser    string       `json:"initial_user"`
	InitialUsers   []string     `json:"initial_users"`
	InitialDate    string       `json:"initial_date"`
	InitialTime    string       `json:"initial_time"`
	Options        []rawOption  `json:"options"`
	OptionGroups   []optionList `json:"option_groups"`
	MinValue       string       `json:"min_value"`
	MaxValue       string       `json:"max_value"`
	Decimal        bool         `json:"is_decimal_allowed"`
	MinQuery       *int         `json:"min_query_length"`
}

type optionList struct {
	Label   textObject  `json:"label"`
	Options []rawOption `json:"options"`
}

type rawOption struct {
	Text  textObject `json:"text"`
	Value string     `json:"value"`
}

func (o rawOption) option() Option { return Option{o.Text.Text, o.Value} }

// Choices returns the options that an element lists itself, those of groups included.
func (e Element) Choices() []Option {
	var all []Option
	for _, o := range e.Options {
		all = append(all, o.option())
	}
	for _, g := range e.OptionGroups {
		for _, o := range g.Options {
			all = append(all, o.option())
		}
	}
	return all
}

// initial returns what an element holds before a user touches it.
func (e Element) initial() any {
	var several []Option
	for _, o := range e.InitialOptions {
		several = append(several, o.option())
	}
	switch {
	case e.InitialOption != nil:
		return e.InitialOption.option()
	case len(several) > 0:
		return several
	case e.InitialUser != "":
		return e.InitialUser
	case len(e.InitialUsers) > 0:
		return e.InitialUsers
	case e.InitialValue != "":
		return e.InitialValue
	case e.InitialDate != "":
		return e.InitialDate
	case e.InitialTime != "":
		return e.InitialTime
	}
	return nil
}

// Block is a block, as far as the workspace reads it.
type Block struct {
	Type      string            `json:"type"`
	BlockID   string            `json:"block_id"`
	Text      *textObject       `json:"text"`
	Fields    []textObject      `json:"fields"`
	Label     textObject        `json:"label"`
	Hint      textObject        `json:"hint"`
	Optional  bool              `json:"optional"`
	Dispatch  bool              `json:"dispatch_action"`
	Element   *Element          `json:"element"`
	Accessory *Element          `json:"accessory"`
	Elements  []json.RawMessage `json:"elements"`
}

// ParseBlocks reads the blocks of a message or a view.
func ParseBlocks(raw json.RawMessage) (blocks []Block) {
	_ = json.Unmarshal(raw, &blocks)
	return blocks
}

// Interactive returns the interactive elements of a block.
func (b Block) Interactive() []Element {
	var all []Element
	switch {
	case b.Type == "actions":
		for _, raw := range b.Elements {
			var e Element
			if json.Unmarshal(raw, &e) == nil {
				all = append(all, e)
			}
		}
	case b.Element != nil:
		all = append(all, *b.Element)
	case b.Accessory != nil:
		all = append(all, *b.Accessory)
	}
	return all
}

func buttons(raw json.RawMessage) []Button {
	var all []Button
	for _, b := range ParseBlocks(raw) {
		for _, e := range b.Interactive() {
			if e.Type == "button" {
				all = append(all, Button{b.BlockID, e.ActionID, e.Text.Text, e.Value, e.URL, e.Style})
			}
		}
	}
	return all
}

// field is an input of a view.
type field struct {
	Block
	Element Element
}

// fields returns the inputs of a view, in order.
func fields(raw json.RawMessage) []field {
	var all []field
	for _, b := range ParseBlocks(raw) {
		if b.Type == "input" && b.Element != nil {
			all = append(all, field{b, *b.Element})
		}
	}
	return all
}

// fill takes what a user fills in, and returns what is wrong with it by block: what
// Slack's own forms refuse before they ask the app.
func (v *View) fill(given Values) map[string]string {
	if v.state == nil {
		v.state = Values{}
	}
	wrong := map[string]string{}
	have := fields(v.Head().Blocks)
	for id, value := range given {
		i := slices.IndexFunc(have, func(f field) bool { return f.BlockID == id })
		if i < 0 {
			wrong[id] = fmt.Sprintf("the form has no input %q", id)
			continue
		}
		chosen, err := v.choose(have[i], value)
		if err != nil {
			wrong[id] = err.Error()
			continue
		}
		v.state[id] = chosen
	}
	return wrong
}

// missing returns the inputs that must be filled in and are not, and texts that are too
// long or too short.
func (v *View) missing() map[string]string {
	wrong := map[string]string{}
	for _, f := range fields(v.Head().Blocks) {
		value := v.held(f)
		s, _ := value.(string)
		switch n := len([]rune(s)); {
		case !f.Optional && empty(value):
			wrong[f.BlockID] = "Please complete this required field."
		case f.Element.MaxLength > 0 && n > f.Element.MaxLength:
			wrong[f.BlockID] = fmt.Sprintf("This is too long: at most %d characters.", f.Element.MaxLength)
		case s != "" && n < f.Element.MinLength:
			wrong[f.BlockID] = fmt.Sprintf("This is too short: at least %d characters.", f.Element.MinLength)
		}
	}
	return wrong
}

func empty(value any) bool {
	switch x := value.(type) {
	case nil:
		return true
	case string:
		return x == ""
	case []Option:
		return len(x) == 0
	case []string:
		return len(x) == 0
	}
	return false
}

// held returns what an input holds now.
func (v *View) held(f field) any {
	if x, touched := v.state[f.BlockID]; touched {
		return x
	}
	return f.Element.initial()
}

// choose returns a value as its input keeps it: options in place of their values.
func (v *View) choose(f field, value any) (any, error) {
	offered := append(f.Element.Choices(), v.offered[f.BlockID]...)
	switch f.Element.Type {
	case "static_select", "external_select", "radio_buttons":
		if value == nil || value == "" {
			return nil, nil
		}
		return pickOption(offered, value)
	case "multi_static_select", "multi_external_select", "checkboxes":
		var several []Option
		for _, x := range each(value) {
			o, err := pickOption(offered, x)
			if err != nil {
				return nil, err
			}
			several = append(several, o)
		}
		return several, nil
	case "multi_users_select":
		var several []string
		for _, x := range each(value) {
			several = append(several, fmt.Sprint(x))
		}
		return several, nil
	}
	if value == nil {
		return nil, nil
	}
	return fmt.Sprint(value), nil
}

// each returns one value or several as a list.
func each(value any) []any {
	var all []any
	switch x := value.(type) {
	case nil:
	case []string:
		for _, s := range x {
			all = append(all, s)
		}
	case []Option:
		for _, o := range x {
			all = append(all, o)
		}
	default:
		all = append(all, x)
	}
	return all
}

func pickOption(offered []Option, value any) (Option, error) {
	if o, is := value.(Option); is {
		return o, nil
	}
	for _, same := range []func(Option) bool{
		func(o Option) bool { return o.Value == value },
		func(o Option) bool { return o.Text == value },
	} {
		if i := slices.IndexFunc(offered, same); i >= 0 {
			return offered[i], nil
		}
	}
	return Option{}, fmt.Errorf("no option %q", value)
}

// values returns what is filled in, as payloads carry it: by block and action.
func (v *View) values() object {
	all := object{}
	for _, f := range fields(v.Head().Blocks) {
		all[f.BlockID] = object{f.Element.ActionID: stateOf(f.Element.Type, v.held(f))}
	}
	return all
}

// stateOf returns what an element holds, as payloads carry it.
func stateOf(kind string, value any) object {
	out := object{"type": kind}
	switch kind {
	case "static_select", "external_select", "radio_buttons":
		out["selected_option"] = nil
		if o, is := value.(Option); is {
			out["selected_option"] = o.json()
		}
	case "multi_static_select", "multi_external_select", "checkboxes":
		several := []object{}
		for _, x := range each(value) {
			if o, is := x.(Option); is {
				several = append(several, o.json())
			}
		}
		out["selected_options"] = several
	case "users_select":
		out["selected_user"] = value
	case "multi_users_select":
		out["selected_users"] = append([]any{}, each(value)...)
	case "datepicker":
		out["selected_date"] = value
	case "timepicker":
		out["selected_time"] = value
	case "datetimepicker": // Unix seconds
		out["selected_date_time"] = nil
		if n, err := strconv.ParseInt(fmt.Sprint(value), 10, 64); err == nil {
			out["selected_date_time"] = n
		}
	default:
		out["value"] = value
		if value == "" {
			out["value"] = nil
		}
	}
	return out
}
