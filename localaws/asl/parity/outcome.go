package parity

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Outcome is what became of a case on an engine.
type Outcome struct {
	// Refused is why the engine did not take the definition, "" if it did.
	Refused string `json:"refused,omitempty"`
	Status  string `json:"status"`
	Output  any    `json:"output,omitempty"`
	Error   string `json:"error,omitempty"`
	Cause   string `json:"cause,omitempty"`
	// States are the state events in order: "+A" is A being entered, "-A" left.
	States []string `json:"states"`
	// Events are the types of all events of the history in order, where an
	// engine has one.
	Events []string `json:"-"`
	// Follows are their previousEventIds.
	Follows []int64 `json:"-"`
	// Took is set where time is simulated.
	Took time.Duration `json:"-"`
}

// Differs says in short how the outcome is not what the case has, "" if it is.
func (o Outcome) Differs(c Case) string {
	switch {
	case c.Refused != "" && o.Refused != "":
		return ""
	case c.Refused != "":
		return strings.TrimSpace("accepts the definition: " + o.Status + " " + o.Error)
	case o.Refused != "":
		return "refuses the definition"
	}
	if o.Status != c.Status {
		return strings.TrimSpace(o.Status + " " + o.Error)
	}
	if c.Error != nil && o.Error != *c.Error {
		return fmt.Sprintf("error %q", o.Error)
	}
	if c.Cause != nil && !alike(*c.Cause, o.Cause) {
		return fmt.Sprintf("cause %q", o.Cause)
	}
	if c.Status == "SUCCEEDED" && !alike(c.Output, o.Output) {
		raw, _ := json.Marshal(o.Output) // it came from JSON
		const most = 300
		return "output " + string(raw[:min(len(raw), most)])
	}
	want, got := ordered(c.Definition, c.Story()), ordered(c.Definition, o.States)
	if !reflect.DeepEqual(want, got) {
		return "states " + strings.Join(got, " ")
	}
	if c.Follows != nil && o.Follows != nil && !slices.Equal(o.Follows, c.Follows) {
		return fmt.Sprintf("events follow %v", o.Follows)
	}
	return ""
}

var instant = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`)

// alike compares what is wanted with what came. In what is wanted, "<any>" is
// anything, "<time>" a time, "<text>" a string, and "<cause: why>" the cause of
// a function's error: its document, or its message.
func alike(want, got any) bool { return Alike(want, got, alikeText) }

func alikeText(want string, got any) bool {
	g, ok := got.(string)
	if message, is := strings.CutPrefix(want, "<cause: "); is {
		message = strings.TrimSuffix(message, ">")
		var document struct{ ErrorMessage string }
		return ok && (g == message || json.Unmarshal([]byte(g), &document) == nil && document.ErrorMessage == message)
	}
	switch want {
	case "<any>":
		return true
	case "<text>":
		return ok
	case "<time>":
		return ok && instant.MatchString(g)
	}
	return ok && g == want
}

// Alike compares two JSON values, as encoding/json decodes them. text says whether
// a text that is wanted is like what came in its place.
func Alike(want, got any, text func(want string, got any) bool) bool {
	switch want := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok || len(g) != len(want) {
			return false
		}
		for k := range want {
			other, there := g[k]
			if !there || !Alike(want[k], other, text) {
				return false
			}
		}
		return true
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(want) {
			return false
		}
		for i := range want {
			if !Alike(want[i], g[i], text) {
				return false
			}
		}
		return true
	case string:
		return text(want, got)
	}
	return reflect.DeepEqual(want, got)
}
