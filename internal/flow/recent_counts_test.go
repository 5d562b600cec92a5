package flow_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

const countedFlows = `flows:
  - {name: own, admins: [root@example.com], recent: %s, fields: [{name: t, type: target, required: true}], targets: [{id: prod}, {id: dev}]}
  - {name: deploy, admins: [root@example.com], fields: [{name: to, type: target}], targets: [{id: prod}, {id: eu.west/1}]}
`

// What is counted is in the file, once, and not too much.
func TestRecentOf(t *testing.T) {
	for recent, want := range map[string]string{
		"1h": "", "{windows: [1h]}": "", "{windows: [24h, 1h], flows: [deploy, own], targets: [prod, eu.west/1, dev]}": "",
		"{}":                          "recent.windows: must name at least one",
		"{windows: []}":               "recent.windows: must name at least one",
		"{windows: [1h, 1h]}":         "recent.windows[1]: appears twice",
		"{windows: [1h, 60m]}":        "recent.windows[1]: appears twice",
		"{windows: [367d]}":           "recent.windows[0]",
		"{windows: [1h], flows: [x]}": `recent.flows: unknown flow "x"`,
		"{windows: [1h], flows: [deploy, deploy]}": `recent.flows: "deploy" appears twice`,
		"{windows: [1h], targets: [eu.west/1]}":    `recent.targets: none of the flows has the target "eu.west/1"`,
		"{windows: [1h], targets: [prod, prod]}":   `recent.targets: "prod" appears twice`,
		"{windows: [1h, 2h, 3h, 4h, 5h, 6h]}":      "recent.windows: must be at most 5, got 6",
		"{windows: [1h], what: [x]}":               "recent.what",
		"[1h]":                                     "recent: must be a duration",
	} {
		_, err := flow.Parse("f", []byte(fmt.Sprintf(countedFlows, recent)))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: got %v, want %q", recent, err, want)
		}
	}
	ids := make([]string, 20)
	for i := range ids {
		ids[i] = fmt.Sprint("t", i)
	}
	many := fmt.Sprintf("flows: [{name: own, admins: [root@example.com], recent: {windows: [1h, 2h, 3h, 4h, 5h], targets: [%s]}, targets: [{id: %s}]}]", strings.Join(ids, ", "), strings.Join(ids, "}, {id: "))
	if _, err := flow.Parse("f", []byte(many)); err == nil || !strings.Contains(err.Error(), "makes 105 counts") {
		t.Errorf("too many counts: %v", err)
	}
}

// Each window has exactly its requests, or none at all where the newest that were read do
// not have all of it.
func TestCountIsExact(t *testing.T) {
	file, err := flow.Parse("f", []byte(fmt.Sprintf(countedFlows, "{windows: [1h, 24h, 720h], flows: [deploy], targets: [prod, eu.west/1]}")))
	if err != nil {
		t.Fatal(err)
	}
	f, now := &file.Flows[0], time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 12).Draw(t, "requests")
		var all []run.Summary // the newest first
		at := now
		for range n {
			at = at.Add(-rapid.SampledFrom([]time.Duration{0, time.Millisecond, 20 * time.Minute, time.Hour, 23 * time.Hour, 300 * time.Hour}).Draw(t, "before"))
			if now.Sub(at) > 720*time.Hour {
				break
			}
			v := api.Request{Flow: rapid.SampledFrom([]string{"own", "deploy", "other"}).Draw(t, "flow"), CreatedAt: at, Fields: map[string]json.RawMessage{
				"t": json.RawMessage(fmt.Sprintf(`{"id":%q,"label":"prod"}`, rapid.SampledFrom([]string{"prod", "dev", "eu.west/1"}).Draw(t, "target"))), "s": json.RawMessage(`"prod"`),
			}}
			if event := rapid.SampledFrom([]run.EventName{"", run.Approve, run.Deny, run.Expire}).Draw(t, "decision"); event != "" {
				v.Decision = &api.Decision{Event: event}
			}
			if rapid.Bool().Draw(t, "granted") {
				v.Access = &api.Access{StartsAt: at}
			}
			all = append(all, run.Summary{View: v})
		}
		read := rapid.IntRange(0, len(all)).Draw(t, "read")
		counted := f.Count(nil, all[:read], read < len(all), now)
		if got := counted.Recent != nil; got != (read == len(all)) {
			t.Fatalf("the longest window is counted: %t", got)
		}
		got := counted.Counts
		if len(got.WindowsSeconds)+len(got.Uncounted) != 3 || read == len(all) && len(got.Uncounted) > 0 {
			t.Fatalf("windows %v, uncounted %v", got.WindowsSeconds, got.Uncounted)
		}
		for _, seconds := range got.WindowsSeconds {
			for _, name := range []string{"own", "deploy"} {
				for _, target := range []string{"", "prod", "eu.west/1"} {
					want := run.RecentCount{WindowSeconds: seconds, Flow: name, Target: target}
					for _, r := range all {
						var id struct{ ID string }
						if err := json.Unmarshal(r.View.Fields["t"], &id); err != nil {
							t.Fatal(err)
						}
						if now.Sub(r.View.CreatedAt) <= time.Duration(seconds)*time.Second && r.View.Flow == name && (target == "" || id.ID == target) {
							want.Count(r.View)
						}
					}
					is := run.RecentCount{WindowSeconds: seconds, Flow: name, Target: target}
					for _, c := range got.Counts {
						if c.WindowSeconds == seconds && c.Flow == name && c.Target == target {
							is = c
						}
					}
					if is != want {
						t.Fatalf("of %d read %d: got %+v, want %+v", len(all), read, is, want)
					}
				}
			}
		}
	})
}
