package main

import (
	"maps"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/bench/bill"
	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
	"github.com/fasttrack-dev/fasttrack/localaws/stepfunctions"
)

// What is billed is added up for one request: milliseconds rounded up, lines of
// functions with what the services add, and nothing of reconcile.
func TestMeter(t *testing.T) {
	m := newMeter()
	for range 2 {
		m.invoked(lambda.Invoked{Function: "RecordFunction", MemoryMB: 256, Took: 1100 * time.Microsecond})
	}
	m.invoked(lambda.Invoked{Function: sweeper, MemoryMB: 256, Took: time.Second})
	m.capacity(localaws.Capacity{Function: "RecordFunction", Operation: "PutItem", Write: true, Units: 3, Request: []byte(`{"Item":{"pk":{"S":"RUN#1"},"sk":{"S":"RUN"}}}`)})
	m.capacity(localaws.Capacity{Function: "RecordFunction", Operation: "PutItem", Write: true, Units: 1, Request: []byte(`{"Item":{"pk":{"S":"LIMIT#a"},"sk":{"S":"LIMIT"}}}`)})
	// What is written in one transaction with the request is the engine's.
	m.capacity(localaws.Capacity{Function: "RecordFunction", Operation: "TransactWriteItems", Write: true, Units: 1, Request: []byte(
		`{"TransactItems":[{"Update":{"Key":{"pk":{"S":"LIMIT#a"},"sk":{"S":"LIMIT"}}}},{"Put":{"Item":{"pk":{"S":"RUN#1"},"sk":{"S":"RUN"}}}}]}`)})
	m.capacity(localaws.Capacity{Function: "RecordFunction", Operation: "Query", Units: 1.5})
	m.capacity(localaws.Capacity{Function: "RequestFunction", Operation: "GetItem", Units: 1, Request: []byte(`{"Key":{"pk":{"S":"LIMIT#a"},"sk":{"S":"LIMIT"}}}`)})
	m.capacity(localaws.Capacity{Function: sweeper, Operation: "Query", Units: 8})
	m.capacity(localaws.Capacity{Operation: "GetItem", Units: 8}) // by whoever measures
	m.called(localaws.Call{Action: "events:PutEvents"})
	m.called(localaws.Call{Action: "dynamodb:PutItem"})
	for _, part := range []string{"fasttrack-engine-record | {}\nfasttrack-engine-", "reconcile | {}\nlocal: something else\n", "fasttrack-hooks | 12345"} {
		if _, err := m.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	started := time.Now()
	m.executed(stepfunctions.ExpressExecution{StartedAt: started, StoppedAt: started.Add(130 * time.Millisecond)})
	usage, express, beside, by := m.each(2)
	if len(beside) != 1 || !maps.Equal(beside["limits of requests"], bill.Usage{"writes": 0.5, "reads": 0.5}) {
		t.Errorf("beside the engine: %v", beside)
	}
	if len(express) != 1 || express[0] != 130*time.Millisecond {
		t.Errorf("express executions took %v", express)
	}
	want := map[string]float64{
		"invocations": 1, "arm": 0.25 * 0.002, "writes": 2.5, "reads": 1.25, "events": 0.5,
		"logs": platformLog + (2+logOverhead)/2.0, // of one line; the last is not finished
	}
	for id, units := range want {
		if usage[id] != units {
			t.Errorf("%s: %v, want %v", id, usage[id], units)
		}
	}
	if len(usage) != len(want) || by["RecordFunction"] != (invoked{times: 2, millis: 4}) || len(by) != 1 {
		t.Errorf("got %v and %v", usage, by)
	}
}

// A budget is missed above it alone, and only where there is one.
func TestFigures(t *testing.T) {
	for _, tc := range []struct {
		figure
		want string
	}{
		{figure{"at it", 4, "ms", 4}, "held"},
		{figure{"above", 4.01, "ms", 4}, "MISSED"},
		{figure{"without", 4, "ms", 0}, ""},
	} {
		if got := tc.held(); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.what, got, tc.want)
		}
	}
	all := (&bench{}).parts()
	if parts, err := chosen(all, nil); err != nil || len(parts) != len(all) {
		t.Errorf("%d parts without a name (%v), want all %d", len(parts), err, len(all))
	}
	if parts, err := chosen(all, []string{"put", "costs"}); err != nil || len(parts) != 2 || parts[0].name != "put" {
		t.Errorf("got %v, %v", parts, err)
	}
	if _, err := chosen(all, []string{"none"}); err == nil {
		t.Error("a part that is not there was chosen")
	}
}
