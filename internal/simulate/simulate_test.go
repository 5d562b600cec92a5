package simulate_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/simulate"
)

const flows = `flows:
  - name: deploy
    requesters: [ada@example.com, "group:sre"]
    on_behalf: {who: [ada@example.com, desk@example.com], for: [group:web]}
    admins: [root@example.com]
    fast_track: {max_per_hour: 1}
    recent: 24h
    mode: shadow
    fields:
      - {name: service, type: string, required: true, prefetch: true}
directory: {groups: {web: [grace@example.com, ada@example.com]}}
`

var now = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// read returns the flow of the file, and the file.
func read(t *testing.T) (*flow.Flow, *flow.File) {
	t.Helper()
	file, err := flow.Parse("flows.yaml", []byte(flows))
	if err != nil {
		t.Fatal(err)
	}
	f, _ := file.Find("deploy")
	return f, file
}

// asked returns a request for a service, by ada@example.com.
func asked(t *testing.T, service string) (*flow.Flow, run.Draft) {
	t.Helper()
	f, file := read(t)
	block, err := f.ForRun("hooks")
	if err != nil {
		t.Fatal(err)
	}
	a, err := simulate.Check(file, f, block, simulate.Person(file, "ada@example.com", nil), simulate.Request{Fields: map[string]json.RawMessage{"service": json.RawMessage(`"` + service + `"`)}})
	if err != nil {
		t.Fatal(err)
	}
	return f, a
}

// hooks has one option, billing, and approves.
func hooks(_ context.Context, event []byte) (replay.Answer, error) {
	var e struct{ Hook string }
	if err := json.Unmarshal(event, &e); err != nil {
		return replay.Answer{}, err
	}
	if e.Hook == "prefetch" {
		return replay.Answer{Payload: []byte(`{"options":[{"value":"billing"}]}`)}, nil
	}
	return replay.Answer{Payload: []byte(`{"transition":"approve","reason":"fine","subscriptions":["on_request","on_approve"]}`), Version: "7"}, nil
}

// The result is the outcome of the hooks, with what a real request would meet
// besides.
func TestRun(t *testing.T) {
	f, a := asked(t, "billing")
	for name, tc := range map[string]struct {
		recent *run.Recent
		notes  []string
	}{
		"without earlier requests": {nil, []string{"shadow mode", "fast_track", "no earlier requests"}},
		"with earlier requests":    {&run.Recent{}, []string{"shadow mode", "fast_track"}},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := simulate.Run(t.Context(), a, simulate.Options{
				Flow: f, Function: hooks, Name: "hooks", Now: now,
				Recent: func(context.Context, run.Draft, time.Time) (flow.Counted, error) {
					return flow.Counted{Recent: tc.recent}, nil
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			if r.Outcome != replay.Approve || r.Reason != "fine" || r.Flow != "deploy" || r.Hook != "hooks" || r.HooksVersion != "7" || !slices.Contains(r.NotCalled, run.OnApprove) {
				t.Errorf("got %+v", r)
			}
			if len(r.Notes) != len(tc.notes) {
				t.Fatalf("notes %q, want %q", r.Notes, tc.notes)
			}
			for i, want := range tc.notes {
				if !strings.Contains(r.Notes[i], want) {
					t.Errorf("note %q, want %q", r.Notes[i], want)
				}
			}
		})
	}
}

// A value that is no option is refused, and so is every value while prefetch fails.
func TestRun_Options(t *testing.T) {
	f, other := asked(t, "bill")
	if _, err := simulate.Run(t.Context(), other, simulate.Options{Flow: f, Function: hooks, Now: now}); err == nil || !strings.HasPrefix(err.Error(), "fields.service: ") {
		t.Errorf("got %v", err)
	}
	f, a := asked(t, "billing")
	for name, call := range map[string]replay.Function{
		"fails": func(context.Context, []byte) (replay.Answer, error) {
			return replay.Answer{FunctionError: "Unhandled", Payload: []byte(`{"errorMessage":"503"}`)}, nil
		},
		"responds nonsense": func(context.Context, []byte) (replay.Answer, error) { return replay.Answer{Payload: []byte(`{}`)}, nil },
		"can't be called":   func(context.Context, []byte) (replay.Answer, error) { return replay.Answer{}, errors.New("gone") },
	} {
		if r, err := simulate.Run(t.Context(), a, simulate.Options{Flow: f, Function: call, Now: now}); err == nil {
			t.Errorf("prefetch %s: got %+v", name, r)
		}
	}
}

// A request is checked as the API checks it.
func TestCheck(t *testing.T) {
	f, file := read(t)
	good := map[string]json.RawMessage{"service": json.RawMessage(`"billing"`)}
	for name, tc := range map[string]struct {
		id     string
		groups []string
		fields map[string]json.RawMessage
		want   string
	}{
		"a requester":         {"ada@example.com", nil, good, ""},
		"a member of a group": {"kim@example.com", []string{"sre"}, good, ""},
		"a stranger":          {"kim@example.com", nil, good, `kim@example.com is not among the requesters of flow "deploy"`},
		"a machine":           {"arn:aws:iam::123456789012:role/ci", nil, good, "not among the requesters"},
		"a wrong field":       {"ada@example.com", nil, map[string]json.RawMessage{"service": json.RawMessage(`7`), "colour": json.RawMessage(`1`)}, "fields.colour: "},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := simulate.Check(file, f, run.Flow{}, simulate.Person(file, tc.id, tc.groups), simulate.Request{Fields: tc.fields})
			if (tc.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
	if _, err := simulate.ReadRequest([]byte(`{"flow":"deploy","colour":1}`)); err == nil {
		t.Error("a body with an unknown member is read")
	}
}

// A request for somebody else is checked as the API checks it, and hooks read whom it is
// for.
func TestCheck_OnBehalf(t *testing.T) {
	f, file := read(t)
	fields := map[string]json.RawMessage{"service": json.RawMessage(`"billing"`)}
	for name, tc := range map[string]struct{ as, other, want string }{
		"for a member of the group": {"desk@example.com", "Grace@example.com", ""},
		"nobody is named":           {"desk@example.com", "", "for: it is required"},
		"for oneself":               {"ada@example.com", "ada@example.com", "for.email: is your own"},
		"for somebody else":         {"ada@example.com", "eve@example.com", `for.email: this flow can't be requested for this person`},
		"not an address":            {"ada@example.com", "grace", "for.email: "},
		"by who may not":            {"grace@example.com", "ada@example.com", "for: you may not request this flow for somebody else"},
	} {
		t.Run(name, func(t *testing.T) {
			r := simulate.Request{Fields: fields}
			if tc.other != "" {
				r.For = &simulate.Beneficiary{Email: tc.other}
			}
			a, err := simulate.Check(file, f, run.Flow{}, simulate.Person(file, tc.as, nil), r)
			if tc.want != "" {
				if err == nil || !strings.Contains(err.Error(), tc.want) {
					t.Errorf("got %v, want %q", err, tc.want)
				}
				return
			}
			if err != nil || a.For == nil || a.For.Email != "grace@example.com" || !slices.Contains(a.For.Groups, "web") {
				t.Errorf("it is for %+v (%v)", a.For, err)
			}
		})
	}
}

// Access without an end is simulated as it is requested: by name, or where the flow has no
// other. A hook that says for how long sets its end.
func TestUntilRevoked(t *testing.T) {
	const of = `flows:
  - name: team
    admins: [root@example.com]
    fields: [{name: target, type: target, required: true}]
    targets: [{id: prod}]
    durations: [%s]
    confirm_every: 30d
    strategy: {type: lambda, function: grant-prod}
`
	target := map[string]json.RawMessage{"target": json.RawMessage(`"prod"`)}
	seconds := 3600
	for name, tc := range map[string]struct {
		durations string
		asked     simulate.Request
		answers   string
		seconds   int
		endless   bool
		wrong     string
	}{
		"requested":       {"1h, until_revoked", simulate.Request{UntilRevoked: true}, `{"transition":"approve"}`, 30 * 24 * 3600, true, ""},
		"not requested":   {"1h, until_revoked", simulate.Request{}, `{"transition":"approve"}`, 3600, false, ""},
		"the only one":    {"until_revoked", simulate.Request{}, `{"transition":"approve"}`, 30 * 24 * 3600, true, ""},
		"by people":       {"until_revoked", simulate.Request{}, `{}`, 30 * 24 * 3600, true, ""},
		"shortened":       {"until_revoked", simulate.Request{}, `{"transition":"approve","duration_seconds":60}`, 60, false, ""},
		"with a duration": {"1h, until_revoked", simulate.Request{UntilRevoked: true, DurationSeconds: &seconds}, `{}`, 0, false, "duration_seconds: must be absent with until_revoked"},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := flow.Parse("flows.yaml", fmt.Appendf(nil, of, tc.durations))
			if err != nil {
				t.Fatal(err)
			}
			f, _ := file.Find("team")
			block, err := f.ForRun("hooks")
			if err != nil {
				t.Fatal(err)
			}
			tc.asked.Fields = target
			a, err := simulate.Check(file, f, block, simulate.Person(file, "ada@example.com", nil), tc.asked)
			if tc.wrong != "" {
				if err == nil || err.Error() != tc.wrong {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			seen := ""
			answer := func(_ context.Context, event []byte) (replay.Answer, error) {
				if seen == "" {
					seen = string(event)
				}
				return replay.Answer{Payload: []byte(tc.answers), Version: "7"}, nil
			}
			got, err := simulate.Run(t.Context(), a, simulate.Options{Flow: f, Function: answer, Name: "hooks", Now: now})
			if err != nil || got.DurationSeconds != tc.seconds || got.UntilRevoked != tc.endless {
				t.Fatalf("%d s, until it is revoked: %v (%v)", got.DurationSeconds, got.UntilRevoked, err)
			}
			asked := tc.endless || name == "shortened"
			if strings.Contains(seen, `"until_revoked":true`) != asked {
				t.Errorf("hooks get %s", seen)
			}
			if noted := slices.Contains(got.Notes, "access would last until it is revoked, as long as its holder confirms it every 30d"); noted != asked {
				t.Errorf("notes %q", got.Notes)
			}
		})
	}
}
