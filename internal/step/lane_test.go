package step_test

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
)

// states are the states of a definition, as they are written.
func states(t *testing.T, file string) map[string]map[string]any {
	t.Helper()
	raw, err := os.ReadFile("../../" + file)
	if err != nil {
		t.Fatal(err)
	}
	var m struct{ States map[string]map[string]any }
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return m.States
}

// The lane and the lifecycle share states, which differ in nothing but the lane's time:
// it retries less, hands over where that fails, and says since when it runs.
func TestSharedStatesAreTheSame(t *testing.T) {
	lane, lifecycle := states(t, "statemachine.asl.json"), states(t, "lifecycle.asl.json")
	without := func(state map[string]any, members ...string) map[string]any {
		out := map[string]any{}
		for name, value := range state {
			if !slices.Contains(members, name) {
				out[name] = value
			}
		}
		return out
	}
	same := func(name string, a, b map[string]any) {
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s of the lane is %v, and of the lifecycle %v", name, a, b)
		}
	}
	shared := 0
	for name, state := range lane {
		of := name
		if name == "OnRequest" {
			of = "Hook" // the same but for its name
		}
		other, is := lifecycle[of]
		if !is {
			continue
		}
		shared++
		switch name {
		case "Route":
			continue // their targets differ; the cases in internal/local run each
		case "Hook", "OnRequest":
			same(name, without(state, "Comment", "Retry", "Catch"), without(other, "Comment", "Retry", "Catch"))
		case "Record":
			payload := state["Parameters"].(map[string]any)["Payload"].(map[string]any)
			if payload["lane_since.$"] != "$$.Execution.StartTime" {
				t.Errorf("Record of the lane says that it runs since %v", payload["lane_since.$"])
			}
			delete(payload, "lane_since.$")
			same(name, without(state, "Retry", "Catch"), without(other, "Retry", "Catch"))
		default:
			same(name, state, other)
		}
	}
	if shared != 12 {
		t.Errorf("%d states are shared, want OnRequest, Record, Route, Hook, Broken and seven ends", shared)
	}
	// A hook that fails itself goes to Record in both, by the same Catch.
	catches := func(state map[string]any) []any { return state["Catch"].([]any) }
	for _, name := range []string{"OnRequest", "Hook"} {
		if got, want := catches(lane[name])[1:], catches(lifecycle["Hook"]); !reflect.DeepEqual(got, want) {
			t.Errorf("%s of the lane catches %v beside what it hands over, want %v", name, got, want)
		}
	}
}

// retrier is one of a state's.
type retrier struct {
	ErrorEquals     []string
	IntervalSeconds float64
	BackoffRate     float64
	MaxAttempts     int
	MaxDelaySeconds float64
}

// atWorst returns how long a state takes at most. What AWS refuses to run fails at
// once; any other attempt may take as long as the state's time limit.
func atWorst(t *testing.T, state map[string]any) time.Duration {
	t.Helper()
	raw, err := json.Marshal(state["Retry"])
	if err != nil {
		t.Fatal(err)
	}
	var retriers []retrier
	if err := json.Unmarshal(raw, &retriers); err != nil {
		t.Fatal(err)
	}
	limit, _ := state["TimeoutSeconds"].(float64) // that of a hook is in the document
	total := limit
	for _, r := range retriers {
		delay := r.IntervalSeconds
		for range r.MaxAttempts {
			total += min(delay, r.MaxDelaySeconds)
			delay *= r.BackoffRate
			if slices.Contains(r.ErrorEquals, "States.ALL") {
				total += limit
			}
		}
	}
	return time.Duration(total) * time.Second
}

// A hook that looks at active access is called only while its state, with all retries, ends
// before access is to be removed.
func TestALookEndsInTime(t *testing.T) {
	hook := states(t, "lifecycle.asl.json")["Hook"]
	if pauses := atWorst(t, hook); pauses > engine.HookReserve {
		t.Errorf("Hook pauses for %v at most, more than %v", pauses, engine.HookReserve)
	}
	attempts := 1
	raw, err := json.Marshal(hook["Retry"])
	if err != nil {
		t.Fatal(err)
	}
	var retriers []retrier
	if err := json.Unmarshal(raw, &retriers); err != nil {
		t.Fatal(err)
	}
	for _, r := range retriers {
		if !slices.Contains(r.ErrorEquals, "Lambda.TooManyRequestsException") { // these are refused at once
			attempts += r.MaxAttempts
		}
	}
	if attempts > engine.HookAttempts {
		t.Errorf("Hook may take its time limit %d times, more than %d", attempts, engine.HookAttempts)
	}
}

// Access is granted anew, for a confirm, only while that is over before it is to be removed.
func TestAConfirmEndsInTime(t *testing.T) {
	if worst := atWorst(t, states(t, "lifecycle.asl.json")["Grant"]); worst > engine.GrantReserve {
		t.Errorf("Grant takes %v at worst, more than %v", worst, engine.GrantReserve)
	}
}

// Whatever fails, the lane has time to hand over before its five minutes are over: it
// calls no hook for which they are too short.
func TestTheLaneHandsOverInTime(t *testing.T) {
	const laneTime, handOver = 5 * time.Minute, 20 * time.Second
	lane := states(t, "statemachine.asl.json")
	// The longest on_request: three hooks of 60 s and 5 s around them.
	first := atWorst(t, lane["OnRequest"]) + 185*time.Second + atWorst(t, lane["Record"])
	if first+handOver > laneTime {
		t.Errorf("on_request and Record may take %v, which leaves less than %v", first, handOver)
	}
	around := atWorst(t, lane["Hook"]) + atWorst(t, lane["Record"]) + handOver
	began := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for seconds := 5; seconds <= 185; seconds += 5 {
		d := stepfn.Document{Hook: &stepfn.HookTask{Seconds: seconds}}
		latest := time.Duration(-1)
		for after := time.Duration(0); after <= laneTime; after += time.Second {
			if d.FitLane(began, began.Add(after)); d.InLane {
				latest = after
			}
		}
		if latest < 0 {
			t.Errorf("a hook of %d s never fits", seconds)
		}
		if end := latest + time.Duration(seconds)*time.Second + around; end > laneTime {
			t.Errorf("a hook of %d s is called after %v, and may end after %v", seconds, latest, end)
		}
	}
	for name, d := range map[string]stepfn.Document{"no hook": {}, "not from the lane": {Hook: &stepfn.HookTask{Seconds: 5}}} {
		since := began
		if d.Hook != nil {
			since = time.Time{}
		}
		if d.FitLane(since, began); d.InLane {
			t.Errorf("%s: the lane calls a hook", name)
		}
	}
}
