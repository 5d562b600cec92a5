// Package blockkit checks Block Kit as Slack does: what a message, a modal or an App Home
// may hold, by the limits that Slack documents. Slack publishes no schema; each rule is
// from the reference pages of docs.slack.dev, and its wording from Slack's responses.
package blockkit

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf16"
)

// Surface is where blocks are shown.
type Surface string

const (
	Message Surface = "message"
	Modal   Surface = "modal"
	Home    Surface = "home"
)

// maxBlocks limits the blocks of one message, modal or App Home.
var maxBlocks = map[Surface]int{Message: 50, Modal: 100, Home: 100}

// Blocks returns why Slack refuses a list of blocks on a surface: nothing if it takes
// them. Each problem ends with the JSON pointer of its place, which begins with at.
func Blocks(raw json.RawMessage, on Surface, at string) []string {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return []string{"must provide an array [json-pointer:" + at + "]"}
	}
	c := &check{surface: on}
	c.blocks(at, v)
	return c.problems
}

// View returns why Slack refuses a modal or an App Home: nothing if it takes it.
func View(raw json.RawMessage) []string {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return []string{"must provide an object [json-pointer:/view]"}
	}
	c := &check{}
	view(c, "/view", v)
	return c.problems
}

// Length returns the length of a text as Slack counts it: in UTF-16 units.
func Length(s string) int { return len(utf16.Encode([]rune(s))) }

// check collects the problems of one body.
type check struct {
	surface  Surface
	problems []string
	blockIDs map[string]bool
	focus    bool // an element has focus_on_load
}

func (c *check) fail(at, format string, a ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, a...)+" [json-pointer:"+at+"]")
}

// rule checks one value at a JSON pointer.
type rule func(c *check, at string, v any)

// members are the members that an object may have.
type members map[string]rule

// object is the rule of an object that has no members but those given, and those
// required.
func object(may members, required ...string) rule {
	return func(c *check, at string, v any) {
		m, is := v.(map[string]any)
		if !is {
			c.fail(at, "must provide an object")
			return
		}
		for _, name := range required {
			if _, has := m[name]; !has {
				c.fail(at, "missing required field: %s", name)
			}
		}
		for _, name := range sortedNames(m) {
			allowed, known := may[name]
			if !known {
				c.fail(at, "invalid additional property: %s", name)
				continue
			}
			allowed(c, at+"/"+name, m[name])
		}
	}
}

func sortedNames(m map[string]any) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// also adds a rule across members to that of an object.
func also(r rule, across func(c *check, at string, m map[string]any)) rule {
	return func(c *check, at string, v any) {
		r(c, at, v)
		if m, is := v.(map[string]any); is {
			across(c, at, m)
		}
	}
}

// byType is the rule of an object whose member type says which it is.
func byType(kinds map[string]rule) rule {
	return func(c *check, at string, v any) {
		m, is := v.(map[string]any)
		if !is {
			c.fail(at, "must provide an object")
			return
		}
		kind, _ := m["type"].(string)
		r, known := kinds[kind]
		switch {
		case m["type"] == nil:
			c.fail(at, "missing required field: type")
		case !known:
			c.fail(at+"/type", "unsupported type: %s", kind)
		default:
			r(c, at, v)
		}
	}
}

// list is the rule of an array with a number of items.
func list(least, most int, item rule) rule {
	return func(c *check, at string, v any) {
		items, is := v.([]any)
		if !is {
			c.fail(at, "must provide an array")
			return
		}
		if len(items) > most {
			c.fail(at, "no more than %d items allowed", most)
		}
		if len(items) < least {
			c.fail(at, "no fewer than %d items allowed", least)
		}
		for i, x := range items {
			item(c, at+"/"+strconv.Itoa(i), x)
		}
	}
}

// str is the rule of a text without formatting.
func str(least, most int) rule {
	return func(c *check, at string, v any) {
		s, is := v.(string)
		if !is {
			c.fail(at, "must provide a string")
			return
		}
		length(c, at, s, least, most)
	}
}

func length(c *check, at, s string, least, most int) {
	if n := Length(s); n > most {
		c.fail(at, "must be less than %d characters", most+1)
	} else if n < least {
		c.fail(at, "must be more than %d characters", least-1)
	}
}

// word is the rule of a text that is one of a few.
func word(words ...string) rule {
	return func(c *check, at string, v any) {
		if s, is := v.(string); !is || !slices.Contains(words, s) {
			c.fail(at, "must be one of %q", words)
		}
	}
}

func boolean(c *check, at string, v any) {
	if _, is := v.(bool); !is {
		c.fail(at, "must provide a boolean")
	}
}

// whole is the rule of a whole number.
func whole(least, most float64) rule {
	return func(c *check, at string, v any) {
		n, is := v.(float64)
		switch {
		case !is || n != float64(int64(n)):
			c.fail(at, "must provide an integer")
		case n < least || n > most:
			c.fail(at, "must be from %v to %v", least, most)
		}
	}
}

// decimal is the rule of a number that is written as a text.
func decimal(c *check, at string, v any) {
	s, is := v.(string)
	if !is {
		c.fail(at, "must provide a string")
		return
	}
	if _, err := strconv.ParseFloat(s, 64); err != nil {
		c.fail(at, "must be a number")
	}
}

// Options returns why Slack refuses the options of an external menu, or their groups:
// nothing if it takes them. An empty list is one that finds nothing.
func Options(list, groups json.RawMessage) []string {
	c := &check{}
	for _, part := range []struct {
		at   string
		raw  json.RawMessage
		rule rule
	}{{"/options", list, options(0, 100, plain)}, {"/option_groups", groups, optionGroups}} {
		if len(part.raw) == 0 || string(part.raw) == "null" {
			continue
		}
		var v any
		if err := json.Unmarshal(part.raw, &v); err != nil {
			c.fail(part.at, "must provide an array")
			continue
		}
		part.rule(c, part.at, v)
	}
	return c.problems
}
