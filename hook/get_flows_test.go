package hook_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/fasttrack-dev/fasttrack/hook"
)

// Each flow's own hook says whether a person sees it; one that fails, or is missing, shows
// nothing and is reported by itself.
func TestGetFlows(t *testing.T) {
	team := func(_ context.Context, v *hook.Viewer) (bool, error) {
		return slices.Contains(v.Requester.Groups, v.Flow.Vars.String("team")), nil
	}
	flows := hook.Flows{
		"a": {GetFlows: team}, "b": {GetFlows: team}, "c": {},
		"d": {GetFlows: func(context.Context, *hook.Viewer) (bool, error) { return true, errors.New("Okta did not respond") }},
		"e": {GetFlows: func(context.Context, *hook.Viewer) (bool, error) { panic("oops") }},
		"f": {GetFlows: func(_ context.Context, v *hook.Viewer) (bool, error) { return v.Flow.Vars.String("taem") == "", nil }},
	}
	const asked = `{"version":"1","hook":"get_flows","timeout_seconds":5,"accepts":["flows","errors"],"run":{"requester":{"id":"ada@example.com","groups":["sre"]}},"flows":[
		{"name":"a","vars":{"team":"sre"}},{"name":"b","vars":{"team":"dev"}},{"name":"c"},{"name":"d"},{"name":"e"},{"name":"f","vars":{"team":"x"}},{"name":"g"}]}`
	const want = `{"version":"1","flows":["a"],"errors":[` +
		`{"hook":"get_flows","flow":"c","error":"the flow's hooks have no GetFlows"},` +
		`{"hook":"get_flows","flow":"d","error":"Okta did not respond"},` +
		`{"hook":"get_flows","flow":"e","error":"panic: oops"},` +
		`{"hook":"get_flows","flow":"f","error":"flow \"f\" has no var \"taem\"; it declares team"},` +
		`{"hook":"get_flows","flow":"g","error":"flow \"g\" has no hooks in this function, which has hooks for a, b, c, d, e, f; add them, or set hooks: none for the flow in flows.yaml"}]}`
	got, err := flows.Respond(t.Context(), []byte(asked))
	if err != nil || string(got) != want {
		t.Errorf("got %s (%v)\nwant %s", got, err, want)
	}
}
