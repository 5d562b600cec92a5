package console

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"sort"
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
)

// fact is a field of a request, or a member of an output.
type fact struct {
	Label, Value string
	// Long reports that the value needs the whole width and keeps its lines.
	Long bool
	// Link is the value as a link; empty if it is none.
	Link string
	// Withheld reports that the value is shown to nobody.
	Withheld bool
}

// factsOf returns the fields of a request.
func factsOf(r *api.Request) []fact {
	var facts []fact
	for _, f := range r.FieldsShown {
		if r.RuleChange != nil && slices.Contains(ruleChangeFields, f.Name) {
			continue
		}
		facts = append(facts, textFact(orElse(f.Label, f.Name), f.Shown, f.Type == api.FieldText))
	}
	if r.FieldsShown == nil { // of an older release
		for _, name := range sortedNames(r.Fields) {
			facts = append(facts, textFact(name, plainJSON(r.Fields[name]), false))
		}
	}
	for _, f := range r.WithheldShown {
		facts = append(facts, fact{Label: f.Label, Withheld: true})
	}
	if r.WithheldShown == nil { // of an older release
		for _, name := range r.Withheld {
			facts = append(facts, fact{Label: outputLabel(name), Withheld: true})
		}
	}
	if from := r.Source.Text(); from != "" {
		facts = append(facts, textFact("From", from, false))
	}
	return facts
}

func textFact(label, value string, long bool) fact {
	return fact{Label: label, Value: value, Long: long && value != "" || len(value) > 80 || strings.Contains(value, "\n")}
}

// outputOf returns what a strategy returned. A text that is an https URL becomes a link,
// and nothing else does.
func outputOf(raw json.RawMessage) []fact {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		if text := plainJSON(raw); text != "" {
			return []fact{linked(textFact("Output", text, false))}
		}
		return nil
	}
	var facts []fact
	for _, name := range sortedNames(members) {
		facts = append(facts, linked(textFact(outputLabel(name), plainJSON(members[name]), false)))
	}
	return facts
}

func linked(f fact) fact {
	if u, err := url.Parse(f.Value); err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil && !strings.ContainsAny(f.Value, " \t\r\n\\") {
		f.Link, f.Long = u.String(), false
	}
	return f
}

// outputLabel returns the name of a member as people read it.
func outputLabel(name string) string {
	return capital(strings.NewReplacer("_", " ", "-", " ").Replace(name))
}

// plainJSON returns a value as text: a text as it is, all else as JSON.
func plainJSON(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var target struct{ Label string }
	if json.Unmarshal(raw, &target) == nil && target.Label != "" {
		return target.Label
	}
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil || b.String() == "null" {
		return ""
	}
	return b.String()
}

func sortedNames(m map[string]json.RawMessage) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
