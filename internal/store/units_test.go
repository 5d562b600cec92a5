package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// counting returns a store over the table that adds up the write units of its
// puts.
func (tab table) counting(units *float64) *store.Store {
	options := tab.client.Options()
	options.APIOptions = append(options.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("units", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if put, ok := in.Parameters.(*sdk.PutItemInput); ok {
				put.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
			}
			out, meta, err := next.HandleInitialize(ctx, in)
			if put, ok := out.Result.(*sdk.PutItemOutput); ok && err == nil {
				*units += *put.ConsumedCapacity.CapacityUnits
			}
			return out, meta, err
		}), middleware.After)
	})
	return store.New(sdk.New(options), tab.name)
}

// took returns the units that do took.
func took(units *float64, do func()) float64 {
	before := *units
	do()
	return *units - before
}

// A fast-tracked run is two writes of the item, one each into two lists, and one
// each to become due and to be so no more. What follows while it is due by the same
// minute writes the item alone. Parking the first wait makes it due by the wait's end.
func TestWriteUnits(t *testing.T) {
	tab := openTable(t)
	var units float64
	s := tab.counting(&units)
	var r *run.Run
	created := took(&units, func() { r = asked(t, s, 1, "f", "ada@example.com") })
	decided := took(&units, func() { heard(t, s, r, approve) })
	if created > 5 || decided > 3 {
		t.Errorf("a fast-tracked run of at most 2 KB took %v and %v units, want at most 5 and 3", created, decided)
	}
	r = asked(t, s, 2, "f", "ada@example.com")
	routed := took(&units, func() { r = heard(t, s, r, toPeople) })
	if routed > 8 {
		t.Errorf("routing a run took %v units, want at most 8: item, two lists, the inbox, and another time to be due", routed)
	}
	parked := took(&units, func() {
		next, _, _, err := engine.Park(r, engine.Parking{Turn: r.Engine.Turn, Token: strings.Repeat("t", 665), Order: run.TokenOrder{EnteredAt: start}}, start.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Save(t.Context(), next); err != nil {
			t.Fatal(err)
		}
	})
	if parked > 5 {
		t.Errorf("parking took %v units, want at most 5: the item, and another time to be due", parked)
	}
}

// What follows within the minute in which a run was created is due by the same, and has
// the same entries in lists: only the item is written.
func TestWriteUnitsOfTheNextHook(t *testing.T) {
	tab := openTable(t)
	var units float64
	s := tab.counting(&units)
	r := askedAt(t, s, start.Add(30*time.Second), 1, "f", "ada@example.com")
	r.Engine.Subscriptions, r.Engine.SubscriptionsKnown, r.Engine.SubscriptionsVersion = []run.HookName{run.OnApprove}, true, "1"
	asking := took(&units, func() { r = heard(t, s, r, `{"transition":"approve"}`) })
	if r.Engine.Hook != run.OnApprove || asking > 2 {
		t.Errorf("asking %s took %v units, want on_approve and at most 2: the item of at most 2 KB", r.Engine.Hook, asking)
	}
}

// Routed to people within the minute of its request, a run is due by the same until it is
// parked: together that takes no more than being due by the review's end at once.
func TestWriteUnitsOfAReview(t *testing.T) {
	tab := openTable(t)
	var units float64
	s := tab.counting(&units)
	r := askedAt(t, s, start.Add(-30*time.Second), 1, "f", "ada@example.com")
	routed := took(&units, func() { r = heard(t, s, r, toPeople) })
	parked := took(&units, func() {
		next, _, _, err := engine.Park(r, engine.Parking{Turn: r.Engine.Turn, Token: strings.Repeat("t", 665), Order: run.TokenOrder{EnteredAt: start}}, start.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Save(t.Context(), next); err != nil {
			t.Fatal(err)
		}
	})
	if routed > 6 || parked > 5 {
		t.Errorf("routing took %v units and parking %v, want at most 6 and 5", routed, parked)
	}
}

// The act of a reviewer is one write of its item, and one each into what is due
// and what they reviewed. A cancel is in no list of a reviewer.
func TestWriteUnitsOfAnAct(t *testing.T) {
	tab := openTable(t)
	var units float64
	s := tab.counting(&units)
	r := heard(t, s, asked(t, s, 1, "f", "ada@example.com"), toPeople)
	for event, most := range map[run.EventName]float64{run.Approve: 3, run.Deny: 3, run.Cancel: 2} {
		a := run.Act{ID: run.NewID(start), Event: event, Person: login("https://idp.example.com|00u1a2b3c4d5", "grace@example.com"), Reason: "as asked", At: start}
		took := took(&units, func() {
			if err := s.AddAct(t.Context(), r, a); err != nil {
				t.Fatal(err)
			}
		})
		if took > most {
			t.Errorf("%s took %v units, want at most %v", event, took, most)
		}
	}
}

func BenchmarkWriteUnits(b *testing.B) {
	tab := openTable(b)
	var units float64
	s := tab.counting(&units)
	n := 0
	for b.Loop() {
		heard(b, s, asked(b, s, n, "f", "ada@example.com"), approve)
		n++
	}
	b.ReportMetric(units/float64(n), "units/run")
}
