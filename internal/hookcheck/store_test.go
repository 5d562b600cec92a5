package hookcheck_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/hookcheck"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
)

// asked is what the functions of these tests read of an event.
type asked struct {
	Version, Hook string
	Accepts       []string
	Tomorrow      any `json:"a_member_of_tomorrow"`
	Run           struct {
		Requester struct{ Machine bool }
		Store     *struct {
			Person, Flow map[string]struct {
				Value   int
				Version string
			}
		}
	}
}

// tryOf checks a function of a flow that has these keys too.
func tryOf(t *testing.T, keys string, answer func(a asked) (int, string)) []hookcheck.Result {
	t.Helper()
	file := filepath.Join(t.TempDir(), "flows.yaml")
	if err := os.WriteFile(file, []byte("flows: [{name: f, admins: [root@example.com], "+keys+"}]"), 0o600); err != nil {
		t.Fatal(err)
	}
	return check(t, "f", file, func(document []byte) (int, string) {
		var a asked
		if err := json.Unmarshal(document, &a); err != nil {
			t.Error(err)
		}
		if a.Version != "1" {
			return 500, ""
		}
		return answer(a)
	})
}

// What a hook keeps is checked as the engine does: by what flows.yaml declares, by the
// versions that the event had, and by the limits of a store.
func TestCheck_Store(t *testing.T) {
	put := func(members string) string {
		return `{"transition":"approve","subscriptions":["on_request"],"puts":[{` + members + `}]}`
	}
	// counts is a function as it should be.
	counts := func(a asked) (int, string) {
		switch {
		case a.Hook != "on_request":
			return 200, `{}`
		case a.Run.Store == nil:
			return 200, `{"errors":[{"hook":"on_request","error":"this event has no store"}],"subscriptions":["on_request"]}`
		}
		is := a.Run.Store.Person["count"]
		return 200, put(fmt.Sprintf(`"scope":"person","key":"count","value":%d,"if_version":%q`, is.Value+1, is.Version))
	}
	always := func(response string) func(a asked) (int, string) {
		return func(a asked) (int, string) {
			if a.Hook != "on_request" || a.Run.Store == nil {
				return 200, `{"subscriptions":["on_request"]}`
			}
			return 200, response
		}
	}
	const store = "store: {person: [count], flow: [ids/*]}"
	for name, tc := range map[string]struct {
		keys   string
		answer func(a asked) (int, string)
		want   []string
		wrong  bool
	}{
		"one that counts": {store, counts, []string{"on_request, with what it has put", "without its store, as it may: on_request failed: this event has no store"}, false},
		"one that fails as a whole without its store": {store, func(a asked) (int, string) {
			if a.Hook == "on_request" && a.Run.Store == nil {
				return 500, ""
			}
			return counts(a)
		}, []string{"on_request, without its store: it fails without its store, as it may: 500"}, false},
		"no store in flows.yaml": {"label: F", func(a asked) (int, string) {
			if a.Hook == "on_request" && len(a.Accepts) > 0 {
				return 200, put(`"scope":"person","key":"count","value":1`)
			}
			return 200, `{}`
		}, []string{"puts: the flow has no store in flows.yaml"}, true},
		"an undeclared key": {store, always(put(`"scope":"person","key":"counts","value":1`)), []string{`key: the flow's store has no "counts" of scope person; it has count`}, true},
		"another scope":     {store, always(put(`"scope":"team","key":"count","value":1`)), []string{`scope: must be "person" or "flow"`}, true},
		"a large value":     {store, always(put(`"scope":"person","key":"count","value":"` + strings.Repeat("x", 4095) + `"`)), []string{"value: 4097 bytes, more than 4096"}, true},
		"a null condition":  {store, always(put(`"scope":"person","key":"count","value":1,"if_version":null`)), []string{"if_version: null is invalid"}, true},
		"a made-up version": {store, always(put(`"scope":"person","key":"count","value":1,"if_version":"x"`)), []string{"person/count is put on the condition of a version that the event did not have"}, true},
		"one that forgets that it has put": {store, always(put(`"scope":"person","key":"count","value":1,"if_version":""`)), []string{
			"on_request, with what it has put: person/count is put on the condition of a version that the event did not have",
		}, true},
		"too many values": {store, func(a asked) (int, string) {
			if a.Hook != "on_request" || a.Run.Store == nil {
				return 200, `{"subscriptions":["on_request"]}`
			}
			var puts []string
			for n := range 8 { // others than before
				puts = append(puts, fmt.Sprintf(`{"scope":"flow","key":"ids/%d-%d","value":1}`, len(a.Run.Store.Flow), n))
			}
			return 200, `{"subscriptions":["on_request"],"puts":[` + strings.Join(puts, ",") + `]}`
		}, []string{"on_request, with what it has put: on_request failed: puts: 16 values of scope flow would be kept, more than 10"}, true},
		"one that takes no store for an empty one": {store, func(a asked) (int, string) {
			if a.Hook == "on_request" && a.Run.Store == nil && len(a.Accepts) > 0 {
				return 200, put(`"scope":"person","key":"count","value":1,"if_version":""`)
			}
			return counts(a)
		}, []string{"on_request, without its store: it puts a value on the condition of a version, without the store that has it"}, true},
		"puts of who names people": {store, func(a asked) (int, string) {
			if a.Hook == "get_permissions" {
				return 200, `{"puts":[{"scope":"person","key":"count","value":1}]}`
			}
			return 200, `{}`
		}, []string{"get_permissions may not return it"}, true},
		"puts to an engine of version 1.0": {store, func(a asked) (int, string) {
			if a.Hook == "on_request" && len(a.Accepts) == 0 {
				return 200, put(`"scope":"person","key":"count","value":1`)
			}
			return counts(a)
		}, []string{"it returns puts to an engine of version 1.0"}, true},
	} {
		t.Run(name, func(t *testing.T) { wantLines(t, tryOf(t, tc.keys, tc.answer), tc.want, tc.wrong) })
	}
	for _, r := range tryOf(t, store, counts) {
		if r.Case == "on_request" && (len(r.Kept) != 1 || r.Kept[0] != "person/count") {
			t.Errorf("it keeps %v", r.Kept)
		}
	}
}

// Whether code shows a flow is checked as functions/request does.
func TestCheck_GetFlows(t *testing.T) {
	calls := 0
	answer := func(response string) func(a asked) (int, string) {
		return func(a asked) (int, string) {
			if a.Hook != "get_flows" {
				return 200, `{"subscriptions":["on_request"]}`
			}
			return 200, response
		}
	}
	for name, tc := range map[string]struct {
		answer func(a asked) (int, string)
		want   []string
		wrong  bool
	}{
		"shown":           {answer(`{"version":"1","flows":["f"]}`), []string{"get_flows, of a machine"}, false},
		"hidden":          {answer(`{"flows":[]}`), nil, false},
		"an unknown flow": {answer(`{"flows":["g"]}`), []string{`get_flows returned an invalid response: flows: "g" is none of the flows of the event`}, true},
		"nothing":         {answer(`{}`), []string{"flows: missing; must be a list"}, true},
		"null":            {answer(`{"flows":null}`), []string{"null is invalid"}, true},
		"no JSON":         {answer(`yes`), []string{"get_flows returned an invalid response"}, true},
		"too large":       {answer(`{"flows":["f"],"errors":"` + strings.Repeat("x", 64<<10) + `"}`), []string{"bytes, more than 65536"}, true},
		"an outcome":      {answer(`{"flows":["f"],"transition":"approve"}`), []string{"transition: unknown member"}, true},
		"its code fails":  {answer(`{"flows":[],"errors":[{"hook":"get_flows","flow":"f","error":"Okta did not respond"}]}`), []string{"get_flows failed: Okta did not respond"}, true},
		"all of it fails": {answer(`{"errors":[{"hook":"get_flows","error":"Okta did not respond"}]}`), []string{"get_flows failed: Okta did not respond"}, true},
		"it is killed": {func(a asked) (int, string) {
			if a.Hook == "get_flows" {
				return 502, ""
			}
			return 200, `{}`
		}, []string{"it failed: 502"}, true},
		"one that chokes on what is new": {func(a asked) (int, string) {
			if a.Hook == "get_flows" && a.Tomorrow != nil {
				return 500, ""
			}
			return answer(`{"flows":["f"]}`)(a)
		}, []string{"get_flows, with an unknown member: it failed: 500"}, true},
		"one that changes its mind": {func(a asked) (int, string) {
			if a.Hook == "get_flows" {
				calls++
				return 200, []string{`{"flows":["f"]}`, `{"flows":[]}`}[calls%2]
			}
			return 200, `{}`
		}, []string{"get_flows, once more: the same person saw the flow otherwise before"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			results := tryOf(t, "get_flows: true", tc.answer)
			wantLines(t, results, tc.want, tc.wrong)
			for _, r := range results {
				if r.Case == "get_flows" && !tc.wrong && (r.Shown == nil || *r.Shown != (name == "shown")) {
					t.Errorf("shown: %v", r.Shown)
				}
			}
		})
	}
	for _, r := range tryOf(t, "label: F", answer(`{"flows":["f"]}`)) {
		if r.Hook == "get_flows" {
			t.Errorf("%s is called for a flow that nothing hides", r.Case)
		}
	}
}

// A get_flows that hangs is given up after its five seconds.
func TestCheck_GetFlowsHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		about, err := hookcheck.FlowOf(&flow.Flow{Name: "f", Admins: []string{"root@example.com"}, GetFlows: true})
		if err != nil {
			t.Fatal(err)
		}
		results := hookcheck.Check(t.Context(), func(ctx context.Context, document []byte) (replay.Answer, error) {
			if strings.Contains(string(document), `"hook":"get_flows"`) {
				<-ctx.Done()
				return replay.Answer{}, ctx.Err()
			}
			return replay.Answer{Payload: []byte(`{"subscriptions":[]}`)}, nil
		}, about, hookcheck.Options{})
		wantLines(t, results, []string{"get_flows: no response within 5s, the time limit of a hook"}, true)
	})
}
