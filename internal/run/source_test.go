package run_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// A run knows where it came from, and what of that is proven. The place is under the
// seal of the history, is left out of lists, and goes with an erasure.
func TestSource(t *testing.T) {
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	for channel, verified := range map[run.Channel]bool{run.ViaAPI: false, run.ViaCLI: false, run.ViaWeb: false, run.ViaSlack: true} {
		r, err := run.New(run.Draft{ID: run.NewID(now), Requester: run.Person{ID: "ada@example.com", Email: "ada@example.com"}, Channel: channel, Place: "laptop-of-ada"}, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := *r.View().Source; got != (run.Source{Channel: channel, Place: "laptop-of-ada", Verified: verified}) {
			t.Errorf("%s: got %+v", channel, got)
		}
		if r.Summary().View.Source != nil {
			t.Errorf("%s: a list has the source", channel)
		}
		raw, err := run.Encode(r.Summary())
		if err != nil || strings.Contains(string(raw), "laptop") {
			t.Errorf("%s: %s, %v", channel, raw, err)
		}
		if err := r.VerifyRecord(r.ID, nil); err != nil {
			t.Error(err)
		}
		if err := errors.Join(r.Append(now, run.Canceled, run.Entry{Event: run.Cancel, Actor: r.Requester.Actor(), Channel: channel}), r.Seal()); err != nil {
			t.Fatal(err)
		}
		r.Engine.Next = run.NextCanceled
		gone, _, _, err := run.Erase(r, run.Names{"ada@example.com"}, nil, now)
		if err != nil || gone.Source().Place != "" || run.Verify(gone.History) != nil {
			t.Errorf("%s: %+v is left of it, %v", channel, gone.Source(), err)
		}
		other, err := r.Clone()
		if err != nil {
			t.Fatal(err)
		}
		other.History[0].Place = "elsewhere"
		if other.VerifyRecord(r.ID, nil) == nil {
			t.Errorf("%s: another place is not noticed", channel)
		}
	}
}
