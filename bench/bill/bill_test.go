package bill_test

import (
	"fmt"
	"maps"
	"math"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/bench/bill"
)

func prices(t *testing.T) []bill.Price {
	t.Helper()
	p, err := bill.Prices()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Each price says what it is for, by which page, and when it was read.
func TestPrices(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range prices(t) {
		source, err := url.Parse(p.Source)
		if err != nil || source.Host != "aws.amazon.com" || !strings.Contains(p.Source, "pricing") {
			t.Errorf("%s: its source is %s, want a page of AWS's prices", p.ID, p.Source)
		}
		if seen[p.ID] || p.Dollars <= 0 || p.For <= 0 || p.Unit == "" || p.Service == "" || p.Read == "" {
			t.Errorf("%+v is twice there, or not whole", p)
		}
		seen[p.ID] = true
	}
}

// The sums, by hand: four transitions are 100 dollars a million, 1,000 bytes of
// log 1/1.073741824 GB per million, and so on.
func TestBill(t *testing.T) {
	lines, total, err := bill.Usage{"transitions": 4, "writes": 8, "arm": 0.25, "logs": 1000}.Bill(prices(t))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{"transitions": 100, "writes": 5, "arm": 0.25 * 13.3334, "logs": 0.5 / 1.073741824}
	sum := 0.0
	for _, l := range lines {
		if math.Abs(l.Dollars-want[l.ID]) > 1e-9 {
			t.Errorf("%s: %v dollars, want %v", l.ID, l.Dollars, want[l.ID])
		}
		sum += want[l.ID]
	}
	if len(lines) != len(want) || math.Abs(total-sum) > 1e-9 {
		t.Errorf("%d lines that make %v, want %d that make %v", len(lines), total, len(want), sum)
	}
	if _, _, err := (bill.Usage{"gold": 1}).Bill(prices(t)); err == nil {
		t.Error("what has no price was priced")
	}
	if got := (bill.Usage{"arm": 1, "x86": 2, "writes": 3}).Slower(10); got["arm"] != 10 || got["x86"] != 20 || got["writes"] != 3 {
		t.Errorf("ten times slower is %v", got)
	}
}

// A bill of both kinds of executions, by hand: 130 ms are 200 ms of 64 MB, so 0.2/3600/16
// GB-hours; ten times as slow they are 1,300 ms.
func TestBillOfBothKinds(t *testing.T) {
	const hour, gb = 3600, 16.0
	for _, tc := range []struct {
		times   float64
		took    []time.Duration
		seconds float64
	}{
		{1, []time.Duration{130 * time.Millisecond}, 0.2},
		{1, []time.Duration{0}, 0.1},
		{1, []time.Duration{100 * time.Millisecond}, 0.1},
		{1, []time.Duration{101 * time.Millisecond, 6 * time.Millisecond}, 0.2 + 0.1},
		{10, []time.Duration{130 * time.Millisecond}, 1.3},
		{10, []time.Duration{6 * time.Millisecond, 24 * time.Millisecond}, 0.1 + 0.3},
		{1, []time.Duration{5 * time.Minute}, 300},
	} {
		got := bill.Express(tc.times, tc.took...)
		if got["express"] != float64(len(tc.took)) || math.Abs(got["express-time"]-tc.seconds/hour/gb) > 1e-12 {
			t.Errorf("%v, %g times: got %v, want %g s", tc.took, tc.times, got, tc.seconds)
		}
	}
	// Two requests: one ended in its Express execution, the other had 4 transitions more.
	usage := bill.Usage{"transitions": 2}.Plus(bill.Express(1, time.Millisecond, time.Millisecond), 2)
	lines, total, err := usage.Bill(prices(t))
	if want := 50 + 1 + 0.1/hour/gb*0.06*1e6; err != nil || len(lines) != 3 || math.Abs(total-want) > 1e-9 {
		t.Errorf("got %v dollars in %+v (%v), want %v", total, lines, err, want)
	}
}

// What Glide takes, added up by hand from its steps.
func TestGlide(t *testing.T) {
	for name, tc := range map[string]struct {
		reviewed bool
		want     bill.Usage
	}{
		"automatic": {false, bill.Usage{"rest": 2, "transitions": 5, "invocations": 2 + 4 + 12, "writes": 51, "events": 6, "x86": 2*0.01 + 16*0.125*0.01, "logs": 1800}},
		"reviewed":  {true, bill.Usage{"rest": 3, "transitions": 5, "invocations": 3 + 4 + 12, "writes": 49, "events": 6, "x86": 3*0.01 + 16*0.125*0.01, "logs": 1900}},
	} {
		got := bill.Glide(tc.reviewed, 10, 100)
		for id, want := range tc.want {
			if math.Abs(got[id]-want) > 1e-9 {
				t.Errorf("%s: %s is %v, want %v", name, id, got[id], want)
			}
		}
		if len(got) != len(tc.want) {
			t.Errorf("%s: got %v", name, got)
		}
	}
	for _, s := range bill.GlideSteps() {
		if s.What == "" || !strings.Contains(s.Source, "@") {
			t.Errorf("%+v does not say where it is from", s)
		}
	}
}

// docs/costs.md shows the prices and the steps that are summed up, as they are.
func TestDocs(t *testing.T) {
	raw, err := os.ReadFile("../../docs/costs.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(raw)
	for _, p := range prices(t) {
		dollars := strconv.FormatFloat(p.Dollars, 'f', -1, 64)
		if !strings.Contains(doc, "| "+p.Service+" | "+p.Unit+" | "+dollars) || !strings.Contains(doc, p.Read+" |") {
			t.Errorf("docs/costs.md does not show the price %+v", p)
		}
	}
	for _, s := range bill.GlideSteps() {
		life := "both"
		switch {
		case !s.Automatic:
			life = "reviewed"
		case !s.Reviewed:
			life = "automatic"
		}
		row := fmt.Sprintf("| %s | %s | %d | %d | %d | %d | %d | %s |", s.What, life, s.Calls, s.Transitions, len(s.Functions)+2*s.Events, s.Writes, s.Events, s.Source)
		if !strings.Contains(doc, row) {
			t.Errorf("docs/costs.md lacks %s", row)
		}
	}
}

// An estimate of durable functions, by hand: what the executions cost goes, 8 dollars a
// million for each operation come, and the bytes of the checkpoints.
func TestDurable(t *testing.T) {
	for _, tc := range []struct {
		reviewed, access               bool
		operations, bytes, invocations float64
	}{
		{false, false, 3, 1200, 5},
		{true, false, 5, 1900, 6},
		{true, true, 10, 4100, 7},
	} {
		u := bill.Usage{"transitions": 5, "express": 1, "express-time": 1e-6, "invocations": 5, "writes": 8}.Durable(tc.reviewed, tc.access, 0.5)
		want := bill.Usage{"invocations": tc.invocations, "writes": 8, "durable-operations": tc.operations, "durable-written": tc.bytes, "durable-kept": tc.bytes / 2}
		if !maps.Equal(u, want) {
			t.Errorf("reviewed %v, access %v: %v, want %v", tc.reviewed, tc.access, u, want)
		}
		if _, total, err := (bill.Usage{"durable-operations": tc.operations}).Bill(prices(t)); err != nil || math.Abs(total-8*tc.operations) > 1e-9 {
			t.Errorf("%v operations a request cost %v dollars a million (%v)", tc.operations, total, err)
		}
	}
}
