package bill_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/bench/bill"
)

// docs/costs.md says what the template's parts cost in a month, as they are: alarms,
// the dashboard, metrics, the key.
func TestStandingCosts(t *testing.T) {
	raw, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var template struct {
		Resources map[string]struct {
			Type      string `yaml:"Type"`
			Condition string `yaml:"Condition"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(raw, &template); err != nil {
		t.Fatal(err)
	}
	filters := 0
	s := bill.Standing{}
	for id, r := range template.Resources {
		switch off := r.Condition != "" && r.Condition != "HasDashboard" && r.Condition != "HasMetrics"; {
		case off:
		case r.Type == "AWS::CloudWatch::Alarm":
			s.Alarms++
		case r.Type == "AWS::CloudWatch::Dashboard":
			s.Dashboards++
		case r.Type == "AWS::KMS::Key":
			s.Keys++
		case r.Type == "AWS::Logs::MetricFilter" && id == "DocumentVersionFilter":
			s.Metrics++ // with every request; the others report failures only
		case r.Type == "AWS::Logs::MetricFilter":
			filters++
		}
	}
	quiet, _, err := s.Dollars(prices(t))
	if err != nil {
		t.Fatal(err)
	}
	s.Metrics += bill.CustomMetrics
	busy, total, err := s.Dollars(prices(t))
	if err != nil {
		t.Fatal(err)
	}
	idle := total - busy["metrics"]
	doc, err := os.ReadFile("../../docs/costs.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{
		fmt.Sprintf("| %d alarms | %.2f |", s.Alarms, quiet["alarms"]),
		fmt.Sprintf("| %d dashboard | %.2f |", s.Dashboards, quiet["dashboards"]),
		fmt.Sprintf("| functions/reconcile, once a minute | %.2f |", quiet["reconcile"]),
		fmt.Sprintf("| **together, nothing requested** | **%.2f** |", idle),
		fmt.Sprintf("| %d custom metrics, sent in every hour | %.2f |", s.Metrics, busy["metrics"]),
		fmt.Sprintf("| **together, requests in every hour** | **%.2f** |", total),
		fmt.Sprintf("%d more metrics report trouble", filters),
	} {
		if !strings.Contains(string(doc), row) {
			t.Errorf("docs/costs.md lacks %q", row)
		}
	}
}

// The sum, by hand.
func TestStanding(t *testing.T) {
	parts, total, err := bill.Standing{Alarms: 10, Dashboards: 1, Keys: 1, Metrics: 4}.Dollars(prices(t))
	if err != nil {
		t.Fatal(err)
	}
	if parts["alarms"] != 1 || parts["dashboards"] != 3 || parts["keys"] != 1 || parts["metrics"] != 1.2 || parts["reconcile"] < 0.05 || parts["reconcile"] > 0.15 {
		t.Errorf("the parts are %v", parts)
	}
	if sum := 6.2 + parts["reconcile"]; total < sum-1e-9 || total > sum+1e-9 {
		t.Errorf("together %v, want %v", total, sum)
	}
	if _, _, err := (bill.Standing{}).Dollars(nil); err == nil {
		t.Error("what has no price was priced")
	}
}
