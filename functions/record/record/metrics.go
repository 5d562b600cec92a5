package record

import (
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// The embedded metric format: CloudWatch extracts metrics from such a log line
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
type (
	embedded struct {
		Timestamp         int64       `json:"Timestamp"` // Unix milliseconds
		CloudWatchMetrics []directive `json:"CloudWatchMetrics"`
	}
	directive struct {
		Namespace  string     `json:"Namespace"`
		Dimensions [][]string `json:"Dimensions"`
		Metrics    []metric   `json:"Metrics"`
	}
	metric struct {
		Name string `json:"Name"`
		Unit string `json:"Unit"`
	}
)

// decidedBy is the dimension of decisions: code, people or nobody. A dimension for
// each flow would cost a metric for each; the log line has the flow.
const decidedBy = "decided_by"

// measure logs the metrics of a change once it is written, in a line of its own. A
// retry after that changes nothing, and logs none.
func (h *Handler) measure(before, after *run.Run) {
	if attrs := measures(h.Namespace, before, after, h.Now()); attrs != nil {
		h.Log.Info("metrics", append(attrs, "run_id", after.ID, "flow", after.Flow.Name)...)
	}
}

// measures returns the metrics of a change, by the entries that it adds; nil without
// metrics or without a namespace.
func measures(namespace string, before, after *run.Run, now time.Time) []any {
	if namespace == "" {
		return nil
	}
	var attrs []any
	var all, decided []metric
	count := func(name string, n int) {
		if n > 0 {
			all = append(all, metric{name, "Count"})
			attrs = append(attrs, name, n)
		}
	}
	if before.Engine.Turn == 0 {
		count("Requests", 1)
	}
	if before.Decision == nil && after.BrokeGlass() {
		count("BreakGlass", 1)
	}
	given, ended, failed, status := 0, 0, 0, before.Status
	for _, e := range after.History[len(before.History):] {
		switch {
		case e.Event == run.Escalate:
			given++
		case status == run.Active && e.Status != run.Active:
			ended++
		}
		status = e.Status
		if e.Error != "" && !strings.HasPrefix(e.Error, run.NotNotified) {
			failed++
		}
	}
	count("AccessGiven", given)
	count("AccessEnded", ended)
	count("HookErrors", failed)
	if d := after.Decision; d != nil && before.Decision == nil {
		decided = []metric{{"Decisions", "Count"}, {"TimeToDecision", "Milliseconds"}}
		attrs = append(attrs, "Decisions", 1, "TimeToDecision", d.At.Sub(after.CreatedAt).Milliseconds(), decidedBy, decider(d.By))
		if d.Event == run.Approve && d.By.ID == string(run.OnRequest) && d.By.Type == run.HookActor {
			count("FastTracked", 1)
		}
	}
	line := embedded{Timestamp: now.UnixMilli()}
	if len(all) > 0 {
		line.CloudWatchMetrics = append(line.CloudWatchMetrics, directive{namespace, [][]string{{}}, all})
	}
	if len(decided) > 0 {
		line.CloudWatchMetrics = append(line.CloudWatchMetrics, directive{namespace, [][]string{{}, {decidedBy}}, decided})
	}
	if len(line.CloudWatchMetrics) == 0 {
		return nil
	}
	return append(attrs, "_aws", line)
}

func decider(by run.Actor) string {
	switch by.Type {
	case run.HookActor:
		return "code"
	case run.UserActor:
		return "people"
	}
	return "nobody"
}
