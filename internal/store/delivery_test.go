package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// What is stored of messages is read back, the oldest first, of one run alone.
func TestDeliveries(t *testing.T) {
	s := open(t)
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	message := func(seq, seconds int, to, person, state, why string) api.Delivery {
		return api.Delivery{To: to, Person: person, By: "slack", Seq: seq, At: at(seconds), State: state, Why: why}
	}
	const sre, grace, linus = "group:sre", "grace@example.com", "linus@example.com"
	save := func(id string, d api.Delivery) {
		t.Helper()
		if err := s.SaveDelivery(t.Context(), id, d); err != nil {
			t.Fatal(err)
		}
	}
	check := func(id string, want ...api.Delivery) {
		t.Helper()
		got, more, err := s.Deliveries(t.Context(), id)
		if diff := cmp.Diff(append([]api.Delivery{}, want...), got); err != nil || more || diff != "" {
			t.Errorf("%s: more is %v, %v; -want +got:\n%s", id, more, err, diff)
		}
	}
	check("r1")
	first, failed := message(2, 1, sre, linus, "sent", ""), message(2, 1, sre, grace, "failed", "no Slack user")
	requester := message(3, 60, "ada@example.com", "ada@example.com", "skipped", "opted out")
	save("r1", requester)
	save("r1", first)
	save("r1", failed)
	save("r10", message(1, 0, "sns", "", "sent", ""))
	check("r1", failed, first, requester)

	// A retry replaces a failure; nothing replaces what was sent, and nothing older what
	// is newer.
	save("r1", message(2, 5, sre, grace, "failed", "Slack did not respond"))
	save("r1", message(2, 3, sre, grace, "failed", "from before"))
	check("r1", first, message(2, 5, sre, grace, "failed", "Slack did not respond"), requester)
	save("r1", message(2, 9, sre, grace, "sent", ""))
	save("r1", message(2, 12, sre, grace, "failed", "twice"))
	check("r1", first, message(2, 9, sre, grace, "sent", ""), requester)
}

// Texts are bounded and on one line, so that a page of them is.
func TestDeliveriesAreBounded(t *testing.T) {
	s := open(t)
	long := api.Delivery{To: strings.Repeat("t", 1000), Person: strings.Repeat("é", 1000), By: "mail", Seq: 1, At: start, State: api.DeliveryFailed, Why: "a\nb" + strings.Repeat("\u202e", 500)}
	if err := s.SaveDelivery(t.Context(), "r", long); err != nil {
		t.Fatal(err)
	}
	got, _, err := s.Deliveries(t.Context(), "r")
	if err != nil || len(got) != 1 {
		t.Fatal(got, err)
	}
	d := got[0]
	if n := len([]rune(d.To)); n != 320 {
		t.Errorf("to has %d characters", n)
	}
	if n := len([]rune(d.Person)); n != 320 {
		t.Errorf("person has %d characters", n)
	}
	if n := len([]rune(d.Why)); n != 300 || strings.ContainsAny(d.Why, "\n\u202e") {
		t.Errorf("why has %d characters: %q", n, d.Why)
	}
	for i := range store.MaxDeliveries + 20 {
		d := api.Delivery{To: fmt.Sprintf("p%03d@example.com", i), By: "mail", Seq: 2 + i/50, At: start.Add(time.Duration(i) * time.Second), State: api.DeliverySent}
		if err := s.SaveDelivery(t.Context(), "r", d); err != nil {
			t.Fatal(err)
		}
	}
	got, more, err := s.Deliveries(t.Context(), "r")
	if err != nil || !more || len(got) != store.MaxDeliveries || got[len(got)-1].To != "p119@example.com" {
		t.Errorf("%d deliveries, more is %v, the last is %+v (%v)", len(got), more, got[len(got)-1], err)
	}
	for name, d := range map[string]api.Delivery{
		"no state": {To: "sns", By: "sns", Seq: 1, At: start}, "another state": {To: "sns", By: "sns", Seq: 1, At: start, State: "lost"},
		"no time": {To: "sns", By: "sns", Seq: 1, State: "sent"}, "no entry": {To: "sns", By: "sns", At: start, State: "sent"},
		"no way": {To: "sns", Seq: 1, At: start, State: "sent"}, "nobody": {By: "sns", Seq: 1, At: start, State: "sent"},
	} {
		if err := s.SaveDelivery(t.Context(), "x", d); err == nil {
			t.Errorf("%s is stored", name)
		}
	}
}

// An erasure deletes the messages to somebody, and leaves those to others.
func TestDeliveriesAreErased(t *testing.T) {
	s := open(t)
	for _, person := range []string{"grace@example.com", "linus@example.com"} {
		if err := s.SaveDelivery(t.Context(), "r", api.Delivery{To: "group:sre", Person: person, By: "mail", Seq: 1, At: start, State: api.DeliverySent}); err != nil {
			t.Fatal(err)
		}
	}
	erased := 0
	err := s.Erase(t.Context(), store.Erasure{Who: run.Names{"grace@example.com"}, Report: func(store.Erased) { erased++ }}, start)
	got, _, failed := s.Deliveries(t.Context(), "r")
	if err != nil || failed != nil || erased != 1 || len(got) != 1 || got[0].Person != "linus@example.com" {
		t.Errorf("%d items were erased, %+v are left (%v, %v)", erased, got, err, failed)
	}
}
