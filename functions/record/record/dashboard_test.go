package record

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
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

// emitted are the metrics of this package, each with the names of its dimensions,
// as the lines say that a life of a run logs.
func emitted() map[string]bool {
	stages := []*run.Run{
		{Status: run.Requested, History: []run.Entry{entry(run.Request, run.Requested)}},
		{Status: run.Approved, History: []run.Entry{entry(run.Request, run.Requested), {Event: run.Approve, Status: run.Approved, Error: "a hook failed"}}, Engine: run.Engine{Turn: 1},
			Decision: &run.Decision{Event: run.Approve, By: run.Actor{Type: run.HookActor, ID: string(run.OnRequest)}}},
	}
	more := func(e run.EventName, to run.Status) {
		next := *stages[len(stages)-1]
		next.Status, next.History = to, append(slices.Clone(next.History), entry(e, to))
		stages = append(stages, &next)
	}
	more(run.Escalate, run.Active)
	more(run.Deescalate, run.Ended)
	known := map[string]bool{}
	for i := range stages[1:] {
		attrs := measures("fasttrack", stages[i], stages[i+1], time.Now())
		line := attrs[len(attrs)-1].(embedded)
		for _, d := range line.CloudWatchMetrics {
			for _, m := range d.Metrics {
				for _, dimensions := range d.Dimensions {
					known[strings.Join(append([]string{"${AWS::StackName}", m.Name}, dimensions...), " ")] = true
				}
			}
		}
	}
	return known
}

// ofAWS are AWS's own metrics that the template uses, with their dimension:
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html and
// the like of Step Functions, HTTP APIs and SQS.
var ofAWS = map[string][]string{
	"AWS/Lambda FunctionName":    {"Errors", "Duration", "Invocations"},
	"AWS/States StateMachineArn": {"ExecutionsStarted", "ExecutionsFailed", "ExecutionsAborted", "ExecutionsTimedOut"},
	"AWS/ApiGateway ApiId":       {"Count", "4xx", "5xx", "Latency"},
	"AWS/SQS QueueName":          {"ApproximateNumberOfMessagesVisible"},
}

type observed struct {
	Resources map[string]struct {
		Type       string `yaml:"Type"`
		Properties struct {
			DashboardBody         string `yaml:"DashboardBody"`
			MetricTransformations []struct {
				MetricName string `yaml:"MetricName"`
			} `yaml:"MetricTransformations"`
			Namespace  string `yaml:"Namespace"`
			MetricName string `yaml:"MetricName"`
			Dimensions []struct {
				Name string `yaml:"Name"`
			} `yaml:"Dimensions"`
		} `yaml:"Properties"`
	} `yaml:"Resources"`
}

// readObserved reads the template, and every metric that there is.
func readObserved(t *testing.T) (template observed, known map[string]bool) {
	t.Helper()
	raw, err := os.ReadFile("../../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(raw, &template); err != nil {
		t.Fatal(err)
	}
	known = emitted()
	for _, r := range template.Resources {
		for _, m := range r.Properties.MetricTransformations {
			known["${AWS::StackName} "+m.MetricName] = true
		}
	}
	for name, metrics := range ofAWS {
		namespace, dimension, _ := strings.Cut(name, " ")
		for _, m := range metrics {
			known[namespace+" "+m+" "+dimension] = true
		}
	}
	return template, known
}

// The dashboard shows metrics that there are, under the dimensions that they
// have: those of this package, those that the template makes of log lines, and
// AWS's own. Its expressions name lines that are there.
func TestDashboardShowsMetricsThatThereAre(t *testing.T) {
	template, known := readObserved(t)
	var body struct {
		Widgets []struct {
			Properties struct {
				Title   string              `json:"title"`
				Stat    string              `json:"stat"`
				Metrics [][]json.RawMessage `json:"metrics"`
			} `json:"properties"`
		} `json:"widgets"`
	}
	if err := json.Unmarshal([]byte(template.Resources["Dashboard"].Properties.DashboardBody), &body); err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, w := range body.Widgets {
		ids := map[string]bool{}
		var expressions []string
		for _, line := range w.Properties.Metrics {
			var texts []string
			options := struct{ Expression, ID, Stat string }{Stat: w.Properties.Stat}
			for _, part := range line {
				var text string
				if json.Unmarshal(part, &text) == nil {
					texts = append(texts, text)
				} else if err := json.Unmarshal(part, &options); err != nil {
					t.Fatalf("%s: %v", w.Properties.Title, err)
				}
			}
			if options.Expression != "" {
				expressions = append(expressions, options.Expression)
				continue
			}
			ids[options.ID] = true
			name := texts[:2]
			for i := 2; i < len(texts); i += 2 { // without the values
				name = append(slices.Clone(name), texts[i])
			}
			metric := strings.Join(name, " ")
			if !known[metric] {
				t.Errorf("%s: nothing makes %s", w.Properties.Title, metric)
			}
			if options.Stat == "" {
				t.Errorf("%s: %s has no statistic", w.Properties.Title, metric)
			}
			shown[metric+" "+options.Stat] = true
		}
		for _, e := range expressions {
			for _, id := range regexp.MustCompile(`\b[a-z]+\b`).FindAllString(e, -1) {
				if !ids[id] {
					t.Errorf("%s: %s names %s, which is no line of it", w.Properties.Title, e, id)
				}
			}
		}
	}
	for what, metric := range map[string]string{
		"requests": "Requests Sum", "fast-track share": "FastTracked Sum", "of all decisions": "Decisions Sum",
		"time to decision, p50": "TimeToDecision p50", "time to decision, p95": "TimeToDecision p95",
		"hook errors": "HookErrors Sum", "failing hooks": "HookFailures Sum",
		"access given": "AccessGiven Sum", "access ended": "AccessEnded Sum", "failing deescalations": "TakeBackFailing Sum",
	} {
		if !shown["${AWS::StackName} "+metric] {
			t.Errorf("the dashboard doesn't show %s", what)
		}
	}
	for _, stat := range []string{"p50", "p95"} {
		if !shown["AWS/Lambda Duration FunctionName "+stat] {
			t.Errorf("the dashboard doesn't show the latency of hooks, %s", stat)
		}
	}
}

// Alarms look at metrics that there are: one that nothing makes never goes off.
func TestAlarmsLookAtMetricsThatThereAre(t *testing.T) {
	template, known := readObserved(t)
	alarms := 0
	for id, r := range template.Resources {
		if r.Type != "AWS::CloudWatch::Alarm" {
			continue
		}
		alarms++
		namespace := r.Properties.Namespace
		if namespace == "AWS::StackName" { // !Ref
			namespace = "${AWS::StackName}"
		}
		metric := namespace + " " + r.Properties.MetricName
		for _, d := range r.Properties.Dimensions {
			metric += " " + d.Name
		}
		if !known[metric] {
			t.Errorf("%s looks at %s, which nothing makes", id, metric)
		}
	}
	if alarms < 10 {
		t.Errorf("there are %d alarms", alarms)
	}
}
