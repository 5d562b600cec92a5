package backtest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/backtest"
	"github.com/fasttrack-dev/fasttrack/internal/export"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// present has one hook function for each flow but "gone".
type present struct{ call replay.Function }

func (p present) Block(f *flow.Flow) (run.Flow, error) { return f.ForRun("hooks") }
func (p present) Name(block run.Flow) string           { return block.Hooks }
func (p present) Of(_ context.Context, f *flow.Flow) (replay.Function, error) {
	if f.Name == "gone" {
		return nil, replay.Missing("gone-hooks")
	}
	return p.call, nil
}

type quiet struct{}

func (quiet) Start(string, int, int) {}
func (quiet) At(int)                 {}
func (quiet) End()                   {}

// past makes n requests of each flow, all denied by people.
func past(t *testing.T, n int, flows ...string) func(context.Context, func(export.Run) error) error {
	t.Helper()
	return func(_ context.Context, f func(export.Run) error) error {
		for i := range n {
			for _, name := range flows {
				v := decided(run.Deny, run.Actor{Type: run.UserActor, ID: "grace@example.com"})
				v.ID, v.Flow, v.Fields = run.HashID(fmt.Sprint(name, i)), name, nil
				asked := export.Asked{Requester: run.Person{ID: "ada@example.com"}, Channel: run.ViaAPI, Flow: run.Flow{
					Name: name, Hooks: "then", HookTimeoutSeconds: 10, Admins: []string{"root@example.com"}, Review: run.ReviewRule{Approvals: []run.Requirement{{Count: 1}}, TimeoutSeconds: 60},
				}}
				if err := f(export.Run{View: v, Asked: asked}); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

func options(t *testing.T, call replay.Function, each func(context.Context, func(export.Run) error) error) backtest.Options {
	t.Helper()
	file, err := flow.Parse("flows.yaml", []byte(`flows:
  - {name: deploy, admins: [root@example.com], vars: {of: today}}
  - {name: gone, admins: [root@example.com]}
  - {name: limited, admins: [root@example.com], fast_track: {max_per_hour: 1}}
`))
	if err != nil {
		t.Fatal(err)
	}
	return backtest.Options{
		Each: each, Source: "a test", Flows: file, FlowsFile: "flows.yaml", Hooks: present{call}, Workers: 2, Progress: quiet{},
		Journal: filepath.Join(t.TempDir(), "journal"), Key: "k",
	}
}

func approves(context.Context, []byte) (replay.Answer, error) {
	return replay.Answer{Payload: []byte(`{"transition":"approve","subscriptions":["on_request"]}`), Version: "7"}, nil
}

// Requests are tried with the flow and the function of today; those that can't be
// are left out, by why, and limits hold.
func TestRun(t *testing.T) {
	r, err := backtest.Run(t.Context(), options(t, approves, past(t, 3, "deploy", "gone", "unknown", "limited")))
	if err != nil {
		t.Fatal(err)
	}
	if r.Requests != 6 || len(r.DeniedWouldApprove) != 4 || r.Sum(backtest.Held, "") != 2 || r.Function != "hooks" || r.Source != "a test" {
		t.Errorf("got %+v", r)
	}
	for _, why := range []string{`flows.yaml has no flow "unknown"`, replay.Missing("gone-hooks").Error()} {
		if r.Skipped[why] != 3 {
			t.Errorf("skipped %v, want 3 for %q", r.Skipped, why)
		}
	}
	o := options(t, approves, past(t, 3, "deploy", "limited"))
	o.FlowNames = []string{"deploy"}
	if r, err := backtest.Run(t.Context(), o); err != nil || r.Requests != 3 {
		t.Errorf("of one flow: %d requests, %v", r.Requests, err)
	}
	if _, err := backtest.Run(t.Context(), options(t, approves, past(t, 1, "gone"))); err == nil || !strings.Contains(err.Error(), "gone-hooks") {
		t.Errorf("with nothing to try: %v", err)
	}
}

// AsAsked tries the flow of that time in place of today's.
func TestRun_AsAsked(t *testing.T) {
	for _, asAsked := range []bool{false, true} {
		vars := map[string]bool{}
		o := options(t, func(ctx context.Context, event []byte) (replay.Answer, error) {
			var e struct {
				Run struct{ Flow struct{ Vars map[string]any } }
			}
			if err := json.Unmarshal(event, &e); err != nil {
				return replay.Answer{}, err
			}
			vars[fmt.Sprint(e.Run.Flow.Vars["of"])] = true
			return approves(ctx, event)
		}, past(t, 1, "deploy"))
		o.AsAsked, o.Workers = asAsked, 1
		if _, err := backtest.Run(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		if vars["today"] == asAsked {
			t.Errorf("as asked %v: the hooks saw vars of %v", asAsked, vars)
		}
	}
}

// The hooks see what an extension extends, as it then was: by how much the access was extended
// before, whatever became of it since. Other requests extend nothing.
func TestRun_Extensions(t *testing.T) {
	const first = "6PZZ5RPQ2D18H9FRF73P0KE6VC"
	x := run.Extends{ID: first, Number: 2, StartedAt: start.Add(-3 * time.Hour), EndsAt: start.Add(time.Hour), TotalSeconds: 4 * 3600}
	for _, asAsked := range []bool{false, true} {
		each := past(t, 2, "deploy")
		o := options(t, func(_ context.Context, event []byte) (replay.Answer, error) {
			var e struct {
				Run struct{ Extends *run.Extends }
			}
			if err := json.Unmarshal(event, &e); err != nil {
				return replay.Answer{}, err
			}
			if e.Run.Extends == nil {
				return approves(t.Context(), event)
			}
			raw, err := json.Marshal(e.Run.Extends)
			return replay.Answer{Payload: []byte(`{"transition":"deny","reason":` + strconv.Quote(string(raw)) + `,"subscriptions":["on_request"]}`), Version: "7"}, err
		}, func(ctx context.Context, f func(export.Run) error) error {
			n := 0
			return each(ctx, func(r export.Run) error {
				if n++; n == 2 {
					r.Extends = &x
				}
				return f(r)
			})
		})
		o.AsAsked = asAsked
		r, err := backtest.Run(t.Context(), o)
		if err != nil || len(r.Cases) != 2 {
			t.Fatalf("%+v, %v", r, err)
		}
		want, _ := json.Marshal(x)
		extensions := 0
		for _, c := range r.Cases {
			if c.Extends == "" {
				if c.Now.Says != backtest.Approve {
					t.Errorf("the other request extends something: %+v", c.Now)
				}
				continue
			}
			extensions++
			if c.Extends != first || c.Now.Says != backtest.Deny || c.Now.Reason != string(want) {
				t.Errorf("as asked %v, the hooks saw %s of %s, want %s", asAsked, c.Now.Reason, c.Extends, want)
			}
		}
		if extensions != 1 {
			t.Errorf("%d extensions", extensions)
		}
	}
}

// A backtest that stops says how far it was, and the next one goes on from there.
func TestRun_GoesOn(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	calls := 0
	count := func(ctx context.Context, event []byte) (replay.Answer, error) {
		if calls++; calls == 3 {
			stop()
		}
		return approves(ctx, event)
	}
	o := options(t, count, past(t, 10, "deploy"))
	o.Workers = 1
	_, err := backtest.Run(ctx, o)
	var stopped backtest.Stopped
	if !errors.As(err, &stopped) || stopped.All != 10 || stopped.Done < 1 || stopped.Done > 4 {
		t.Fatalf("stopped with %v", err)
	}
	r, err := backtest.Run(t.Context(), o)
	if err != nil || r.Requests != 10 || calls > 10+1 {
		t.Errorf("%d requests after %d calls, %v", r.Requests, calls, err)
	}
	if r.Since != (time.Time{}) {
		t.Errorf("since %v", r.Since)
	}
}

// At most Max requests are tried, and the report says that there are more. Without a
// journal nothing is kept.
func TestRun_Max(t *testing.T) {
	for n, truncated := range map[int]bool{3: false, 4: true} {
		o := options(t, approves, past(t, n, "deploy"))
		o.Max, o.Journal = 3, ""
		r, err := backtest.Run(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if r.Requests != 3 || r.Truncated != truncated {
			t.Errorf("of %d: %d requests, truncated: %v", n, r.Requests, r.Truncated)
		}
	}
}

// What hooks denied and would approve today is a flip of its own.
func TestCompare_CodeDenied(t *testing.T) {
	r := backtest.Compare([]backtest.Case{
		{ID: "a", Then: backtest.Then{Kind: backtest.CodeDenied}, Now: backtest.Now{Says: backtest.Approve}},
		{ID: "b", Then: backtest.Then{Kind: backtest.CodeDenied}, Now: backtest.Now{Says: backtest.People}},
	})
	if len(r.CodeDeniedWouldApprove) != 1 || r.CodeDeniedWouldApprove[0].ID != "a" {
		t.Errorf("got %+v", r.CodeDeniedWouldApprove)
	}
}
