package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws"
)

// A write is printed with each item's kind and bytes; keys, numbers of entries and
// people are left out. What the indexes took is not the table's.
func TestPrintWrites(t *testing.T) {
	calls := []localaws.Capacity{
		{
			Function: "RecordFunction", Operation: "TransactWriteItems", Units: 10, Indexes: map[string]float64{"mine": 1, "due": 1},
			Request: json.RawMessage(`{"TransactItems":[{"Put":{"Item":{"pk":{"S":"RUN#1"},"sk":{"S":"RUN"},"n":{"S":"x"}}}},{"Update":{"Key":{"pk":{"S":"STATS#f"},"sk":{"S":"2026-11-29#0"}}}}]}`),
		},
		{Function: "NotifyFunction", Operation: "PutItem", Units: 1, Request: json.RawMessage(`{"Item":{"pk":{"S":"DELIVERY#1"},"sk":{"S":"000002#ab"}}}`)},
	}
	var out strings.Builder
	if err := printWrites(&out, "a kind", calls); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"a kind: 11 write units",
		"function operation items and bytes units table indexes",
		"Record TransactWriteItems RUN 14 B + STATS 10 8 due 1, mine 1",
		"Notify Put DELIVERY 23 B 1 1",
	}
	for i, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		if got := strings.Join(strings.Fields(line), " "); i >= len(want) || got != want[i] {
			t.Errorf("line %d is %q", i+1, got)
		}
	}
	if err := printWrites(&out, "", []localaws.Capacity{{Request: json.RawMessage("{")}}); err == nil {
		t.Error("a body that is not JSON was printed")
	}
}
