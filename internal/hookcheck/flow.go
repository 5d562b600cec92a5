package hookcheck

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
)

// Flow is the flow that events are about.
type Flow struct {
	About hookapi.Flow
	// Fields has a value for each field that is shown and not sensitive.
	Fields map[string]json.RawMessage
	// Strategy is the flow's strategy block as a strategy function gets it.
	Strategy json.RawMessage
	// Person is the requester, "" for a made-up one.
	Person   string
	declared *hookapi.Declared
	// prefetched are the fields whose options come from hooks.
	prefetched  []flow.Field
	targets     []flow.Target
	targetField string
	// getFlows reports that code says who sees the flow.
	getFlows bool
	// confirmEvery is how often access without an end is confirmed, 0 where the flow grants
	// none.
	confirmEvery int
}

// SampleFlow returns a flow without fields.
func SampleFlow() Flow {
	return Flow{About: hookapi.Flow{Name: "sample", Vars: json.RawMessage(`{}`)}, Fields: map[string]json.RawMessage{}}
}

// FlowOf returns a flow of a file, with a value for each of its fields: the first
// allowed one, or one of its type. A field that these values hide has none.
func FlowOf(f *flow.Flow) (Flow, error) {
	vars, err := json.Marshal(f.Vars)
	if err != nil {
		return Flow{}, err
	}
	out := Flow{About: hookapi.Flow{Name: f.Name, Label: f.Label, Vars: vars}, Fields: map[string]json.RawMessage{}, targets: f.Targets, getFlows: f.GetFlows, confirmEvery: f.ConfirmEverySeconds}
	for _, field := range f.Fields {
		if field.Prefetch {
			out.prefetched = append(out.prefetched, field)
		}
		if field.Type == flow.TargetOf && out.targetField == "" {
			out.targetField = field.Name
		}
		if field.Sensitive {
			continue
		}
		if out.Fields[field.Name], err = sampleValue(f, field); err != nil {
			return Flow{}, err
		}
	}
	out.Fields = f.Form().Prune(out.Fields)
	if f.Strategy != nil && f.Strategy.Settings != nil {
		if out.Strategy, err = json.Marshal(f.Strategy.Settings); err != nil {
			return Flow{}, err
		}
	}
	version, err := f.Version()
	if err != nil {
		return Flow{}, err
	}
	block, err := f.ForRun(flow.OwnHooks)
	if err != nil {
		return Flow{}, err
	}
	out.declared = hookapi.Declare(block, version)
	return out, nil
}

func sampleValue(f *flow.Flow, field flow.Field) (json.RawMessage, error) {
	switch {
	case field.Type == flow.TargetOf && len(f.Targets) > 0:
		return json.Marshal(f.Targets[0])
	case field.Default != nil:
		return field.Default, nil
	case len(field.Allowed) > 0:
		return field.Allowed[0], nil
	case field.Type == flow.Int, field.Type == flow.Duration:
		return json.RawMessage(`1`), nil
	case field.Type == flow.Bool:
		return json.RawMessage(`true`), nil
	case field.Type == flow.Strings:
		return json.RawMessage(`["a"]`), nil
	}
	return json.RawMessage(`"a"`), nil
}

// HasTargets reports whether a request of the flow has a target.
func (f Flow) HasTargets() bool { return f.targetField != "" && len(f.targets) > 0 }

// Target returns the target of a request, nil where the flow has none.
func (f Flow) Target() json.RawMessage { return f.Fields[f.targetField] }

// As returns f with a requester, and for a target; "" leaves either as it is.
func (f Flow) As(person, target string) (Flow, error) {
	f.Person = person
	if target == "" {
		return f, nil
	}
	i := slices.IndexFunc(f.targets, func(t flow.Target) bool { return t.ID == target })
	if i < 0 || f.targetField == "" {
		return f, fmt.Errorf("flow %q has no target %q", f.About.Name, target)
	}
	raw, err := json.Marshal(f.targets[i])
	f.Fields[f.targetField] = raw
	return f, err
}
