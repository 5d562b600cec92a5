package flow_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

const extendable = `
flows:
  - name: prod
    admins: [root@example.com]
    fields: [{name: target, type: target, required: true}]
    targets: [{id: db}]
    durations: [1h, 30m]
    strategy: {type: lambda, function: give}
    extend: `

func TestExtendKey(t *testing.T) {
	for in, want := range map[string]*run.ExtendRule{
		"{max_total: 8h}":                   {MaxTotalSeconds: 8 * 3600, DurationsSeconds: []int{3600, 1800}},
		"{max_total: 8h, durations: [15m]}": {MaxTotalSeconds: 8 * 3600, DurationsSeconds: []int{900}},
	} {
		f, err := flow.Parse("f", []byte(extendable+in))
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if got := f.Flows[0].ExtendRule(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"{}":                                   "flows[0].extend.max_total: it is missing",
		"{max_total: 8h, most: 1}":             "flows[0].extend.most: unknown key; known: durations, max_total",
		"{max_total: 301d}":                    "flows[0].extend.max_total: ",
		"{max_total: 8h, durations: []}":       "flows[0].extend.durations: must name at least one",
		"{max_total: 8h, durations: [9h]}":     "flows[0].extend.durations: 9h is no shorter than max_total",
		"{max_total: 50m, durations: [40m]}":   "flows[0].extend.max_total: must be at least 1h10m",
		"{max_total: 8h, durations: [1h, 1h]}": "appears twice",
		"8h":                                   "flows[0].extend: must be a mapping",
	} {
		_, err := flow.Parse("f", []byte(extendable+in))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", in, err, want)
		}
	}
	_, err := flow.Parse("f", []byte("flows: [{name: a, admins: [root@example.com], extend: {max_total: 8h}}]"))
	if err == nil || !strings.Contains(err.Error(), "only a flow with a strategy has access to extend") {
		t.Errorf("without a strategy: %v", err)
	}
}
