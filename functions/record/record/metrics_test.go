package record_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/functions/record/record"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
)

// measured plays steps, and returns the lines of metrics.
func measured(t *testing.T, f *fakes, steps ...step.RecordRequest) (lines []map[string]any) {
	t.Helper()
	var b bytes.Buffer
	h := record.New(record.Deps{
		Store: f, Bus: f, Waker: f, Now: func() time.Time { return start.Add(90 * time.Second) }, Log: slog.New(slog.NewJSONHandler(&b, nil)),
		HooksFunction: "hooks", Serves: seven, Namespace: "fasttrack",
	})
	for _, s := range steps {
		if _, err := h.Handle(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range strings.Split(strings.TrimSpace(b.String()), "\n") {
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		if v["msg"] == "metrics" {
			lines = append(lines, v)
		}
	}
	return lines
}

// A decision is measured once, however often its step is repeated, in the form
// that CloudWatch reads: each metric that is named has a number, each dimension a
// text.
func TestMetrics(t *testing.T) {
	f := newFakes(t)
	lines := measured(t, f, f.step(1, approve), f.step(1, approve))
	if len(lines) != 1 {
		t.Fatalf("got %d lines of metrics, want 1: %v", len(lines), lines)
	}
	line := lines[0]
	for name, want := range map[string]any{"Requests": 1.0, "FastTracked": 1.0, "Decisions": 1.0, "TimeToDecision": 90000.0, "decided_by": "code", "flow": "f"} {
		if line[name] != want {
			t.Errorf("%s is %v, want %v", name, line[name], want)
		}
	}
	raw, err := json.Marshal(line["_aws"])
	if err != nil {
		t.Fatal(err)
	}
	var embedded struct {
		Timestamp         int64
		CloudWatchMetrics []struct {
			Namespace  string
			Dimensions [][]string
			Metrics    []struct{ Name, Unit string }
		}
	}
	if err := json.Unmarshal(raw, &embedded); err != nil {
		t.Fatal(err)
	}
	if embedded.Timestamp != start.Add(90*time.Second).UnixMilli() {
		t.Errorf("the time is %d", embedded.Timestamp)
	}
	var names []string
	for _, d := range embedded.CloudWatchMetrics {
		if d.Namespace != "fasttrack" || len(d.Dimensions) == 0 {
			t.Errorf("got %+v", d)
		}
		for _, m := range d.Metrics {
			names = append(names, m.Name)
			if _, is := line[m.Name].(float64); !is || m.Unit == "" {
				t.Errorf("%s is %v in %q", m.Name, line[m.Name], m.Unit)
			}
		}
		for _, name := range slices.Concat(d.Dimensions...) {
			if _, is := line[name].(string); !is {
				t.Errorf("dimension %s is %v", name, line[name])
			}
		}
	}
	slices.Sort(names)
	if want := []string{"Decisions", "FastTracked", "Requests", "TimeToDecision"}; !slices.Equal(names, want) {
		t.Errorf("metrics are %v, want %v", names, want)
	}
}

// What people decide is theirs, and hooks that fail are counted.
func TestMetricsOfPeople(t *testing.T) {
	f := newFakes(t)
	lines := measured(t, f, f.step(1, `{"errors":[{"hook":"on_request","error":"down"}],"subscriptions":["on_request"]}`))
	if len(lines) != 1 || lines[0]["HookErrors"] != 1.0 || lines[0]["Decisions"] != nil || lines[0]["Requests"] != 1.0 {
		t.Errorf("got %v", lines)
	}
	f.rec.Acts = []run.Act{{ID: "1", Event: run.Deny, Person: run.Person{ID: "root@example.com"}, At: start.Add(time.Minute), Channel: run.ViaAPI}}
	lines = measured(t, f, f.step(2, ""))
	if len(lines) != 1 || lines[0]["decided_by"] != "people" || lines[0]["FastTracked"] != nil || lines[0]["Requests"] != nil {
		t.Errorf("got %v", lines)
	}
}
