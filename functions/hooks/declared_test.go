package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/hook/hooktest"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// The hooks read only what their flow declares in flows.yaml.
func TestHooksReadWhatIsDeclared(t *testing.T) {
	file, err := flow.Load("../../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, f := range file.Flows {
		if f.Hooks != flow.OwnHooks {
			continue
		}
		tried++
		options := []hooktest.Option{hooktest.Flow(f.Name), hooktest.DeclareFields(), hooktest.DeclareVars()}
		var fields, vars []string
		for _, field := range f.Fields {
			fields = append(fields, field.Name)
		}
		for name, value := range f.Vars {
			vars = append(vars, name)
			switch {
			case strings.HasSuffix(name, "_url"):
				value = "http://127.0.0.1:1"
			case name == "decider":
				value = "" // none, so that none is called
			}
			options = append(options, hooktest.Var(name, value))
		}
		options = append(options, hooktest.DeclareFields(fields...), hooktest.DeclareVars(vars...))
		if f.Store != nil {
			options = append(options, hooktest.Store(), hooktest.DeclareStore(f.Store.Person, f.Store.Flow), acceptPuts)
		}
		for _, name := range []string{"on_request", "on_approve", "on_escalate", "while_active"} {
			raw, err := flows.Respond(t.Context(), hooktest.Invocation(append(slices.Clone(options), hooktest.Hook(name))...))
			if err != nil {
				t.Errorf("%s of %s: %v", name, f.Name, err)
				continue
			}
			var got struct{ Errors []struct{ Error string } }
			if err := json.Unmarshal(raw, &got); err != nil {
				t.Fatal(err)
			}
			for _, e := range got.Errors {
				if strings.Contains(e.Error, "it declares ") || strings.Contains(e.Error, "store of flow") {
					t.Errorf("%s of %s: %s", name, f.Name, e.Error)
				}
			}
		}
	}
	if tried < 5 {
		t.Errorf("%d flows were tried", tried)
	}
}

// acceptPuts has the event come from an engine that has stores.
func acceptPuts(document map[string]any) {
	document["accepts"] = []string{"transition", "reason", "checks", "errors", "puts"}
}
