package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/api"
)

// One call at a time sends a message: what was sent, or failed for good, is not sent
// again; what a call dropped is, a minute later.
func TestClaimDelivery(t *testing.T) {
	s := open(t)
	d := api.Delivery{To: "group:sre", Person: "grace@example.com", By: "email", Seq: 2}
	claim := func(seconds int, wantOK bool, wantBefore string) {
		t.Helper()
		ok, before, err := s.ClaimDelivery(t.Context(), "r", d, start.Add(time.Duration(seconds)*time.Second))
		if err != nil || ok != wantOK || before != wantBefore {
			t.Errorf("claimed at %d s: %v, before %q (%v)", seconds, ok, before, err)
		}
	}
	shown := func(want ...api.Delivery) {
		t.Helper()
		got, _, err := s.Deliveries(t.Context(), "r")
		if diff := cmp.Diff(append([]api.Delivery{}, want...), got); err != nil || diff != "" {
			t.Errorf("%v; -want +got:\n%s", err, diff)
		}
	}
	became := func(seconds int, state, why string) api.Delivery {
		out := d
		out.At, out.State, out.Why = start.Add(time.Duration(seconds)*time.Second), state, why
		return out
	}
	claim(0, true, "")
	claim(1, false, "claimed")
	shown() // nothing became of it yet
	claim(60, true, "")
	claim(61, false, "claimed")

	throttled := became(62, api.DeliveryFailed, "SES is busy")
	if err := s.RetryDelivery(t.Context(), "r", throttled); err != nil {
		t.Fatal(err)
	}
	shown(throttled)
	claim(63, true, "")
	refused := became(64, api.DeliveryFailed, "the address is not verified")
	if err := s.SaveDelivery(t.Context(), "r", refused); err != nil {
		t.Fatal(err)
	}
	claim(600, false, api.DeliveryFailed)
	shown(refused)

	d.Seq = 3
	claim(601, true, "")
	if err := s.SaveDelivery(t.Context(), "r", became(602, api.DeliverySent, "")); err != nil {
		t.Fatal(err)
	}
	claim(6000, false, api.DeliverySent)
	d.By = ""
	if _, _, err := s.ClaimDelivery(t.Context(), "r", d, start); err == nil {
		t.Error("a message without a way is claimed")
	}
}

// What was sent and did not arrive has failed, and is not sent again by itself. Nothing
// else is touched.
func TestLoseDelivery(t *testing.T) {
	s := open(t)
	d := api.Delivery{To: "group:sre", Person: "grace@example.com", By: "email", Seq: 2, Why: "mail bounced", At: start}
	lose := func(want ...api.Delivery) {
		t.Helper()
		if err := s.LoseDelivery(t.Context(), "r", d); err != nil {
			t.Fatal(err)
		}
		got, _, err := s.Deliveries(t.Context(), "r")
		if diff := cmp.Diff(append([]api.Delivery{}, want...), got); err != nil || diff != "" {
			t.Errorf("%v; -want +got:\n%s", err, diff)
		}
	}
	lose()
	if _, _, err := s.ClaimDelivery(t.Context(), "r", d, start); err != nil {
		t.Fatal(err)
	}
	lose()
	sent := d
	sent.State, sent.Why = api.DeliverySent, ""
	if err := s.SaveDelivery(t.Context(), "r", sent); err != nil {
		t.Fatal(err)
	}
	failed := d
	failed.State = api.DeliveryFailed
	lose(failed)
	if ok, before, err := s.ClaimDelivery(t.Context(), "r", d, start.Add(time.Hour)); ok || before != api.DeliveryFailed || err != nil {
		t.Errorf("claimed: %v, before %q (%v)", ok, before, err)
	}
	// fasttrack notify replay releases it.
	if err := s.RetryDelivery(t.Context(), "r", failed); err != nil {
		t.Fatal(err)
	}
	if ok, _, err := s.ClaimDelivery(t.Context(), "r", d, start.Add(time.Hour)); !ok || err != nil {
		t.Errorf("a replay does not claim: %v", err)
	}
}
