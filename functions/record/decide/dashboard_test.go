package decide

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// entry is one that led to a status.
func entry(e run.EventName, to run.Status) run.Entry { return run.Entry{Event: e, Status: to} }

// Access is measured when it begins to be there, and when it no longer is.
func TestMeasuresOfAccess(t *testing.T) {
	approved := &run.Run{Status: run.Approved, History: []run.Entry{entry(run.Request, run.Requested), entry(run.Approve, run.Approved)}, Decision: &run.Decision{Event: run.Approve}, Engine: run.Engine{Turn: 1}}
	more := func(r *run.Run, entries ...run.Entry) *run.Run {
		next := *r
		next.History = append(slices.Clone(r.History), entries...)
		next.Status = next.History[len(next.History)-1].Status
		return &next
	}
	active := more(approved, entry(run.Escalate, run.Active))
	for name, tc := range map[string]struct {
		before, after *run.Run
		want          map[string]any
	}{
		"given":                {approved, active, map[string]any{"AccessGiven": 1}},
		"ended":                {active, more(active, entry(run.Deescalate, run.Ended)), map[string]any{"AccessEnded": 1}},
		"revoked, then a hook": {active, more(active, entry(run.Revoke, run.Revoked), entry(run.Ignore, run.Revoked)), map[string]any{"AccessEnded": 1}},
		"never given":          {approved, more(approved, entry(run.Fail, run.Failed)), map[string]any{}},
		"nothing":              {active, active, map[string]any{}},
	} {
		got := map[string]any{}
		attrs := measures("fasttrack", tc.before, tc.after, time.Now())
		for i := 0; i < len(attrs); i += 2 {
			if name := attrs[i].(string); name != "_aws" {
				got[name] = attrs[i+1]
			}
		}
		if !maps.Equal(got, tc.want) {
			t.Errorf("%s: got %v, want %v", name, got, tc.want)
		}
	}
}

// The dashboard is JSON, and shows metrics that there are: those of this package,
// and those that the template makes of log lines.
func TestDashboardShowsMetricsThatThereAre(t *testing.T) {
	raw, err := os.ReadFile("../../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var template struct {
		Resources map[string]struct {
			Properties struct {
				DashboardBody         string `yaml:"DashboardBody"`
				MetricTransformations []struct {
					MetricName string `yaml:"MetricName"`
				} `yaml:"MetricTransformations"`
			} `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(raw, &template); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{"Requests": true, "Decisions": true, "TimeToDecision": true, "FastTracked": true, "HookErrors": true, "AccessGiven": true, "AccessEnded": true}
	for _, r := range template.Resources {
		for _, m := range r.Properties.MetricTransformations {
			known[m.MetricName] = true
		}
	}
	body := template.Resources["Dashboard"].Properties.DashboardBody
	if !json.Valid([]byte(body)) {
		t.Errorf("the dashboard is no JSON: %s", body)
	}
	shown := regexp.MustCompile(`\["\$\{AWS::StackName\}", "(\w+)"`).FindAllStringSubmatch(body, -1)
	if len(shown) < 10 {
		t.Errorf("the dashboard shows %d metrics of the stack", len(shown))
	}
	for _, m := range shown {
		if !known[m[1]] {
			t.Errorf("the dashboard shows %s, which nothing makes", m[1])
		}
	}
}
