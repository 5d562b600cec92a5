package hook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/fasttrack-dev/fasttrack/hook"
)

// services finds the services that have what was typed in their name.
func services(_ context.Context, s *hook.Search) ([]hook.Option, error) {
	var found []hook.Option
	for _, name := range s.Flow.Vars.Strings("services") {
		if strings.Contains(name, strings.ToLower(s.Query)) {
			found = append(found, hook.Option{Value: name, Label: "Service " + name})
		}
	}
	return found, nil
}

// The options of a field: for what a person typed, and for the value that was
// chosen.
func ExampleHooks_prefetch() {
	flows := hook.Flows{"deploy": hook.Hooks{
		Prefetch: map[string]func(context.Context, *hook.Search) ([]hook.Option, error){"service": services},
	}}
	for _, asked := range []string{
		`{"version": "1", "hook": "prefetch", "field": "service", "query": "BILL", "run": {"flow": {"name": "deploy", "vars": {"services": ["billing", "billing-eu", "docs"]}}}}`,
		`{"version": "1", "hook": "prefetch", "field": "service", "query": "billing", "value": "billing", "run": {"flow": {"name": "deploy", "vars": {"services": ["billing", "billing-eu", "docs"]}}}}`,
	} {
		answer, err := flows.Respond(context.Background(), json.RawMessage(asked))
		fmt.Println(string(answer), err)
	}
	// Output:
	// {"version":"1","options":[{"value":"billing","label":"Service billing"},{"value":"billing-eu","label":"Service billing-eu"}]} <nil>
	// {"version":"1","options":[{"value":"billing","label":"Service billing"}]} <nil>
}
