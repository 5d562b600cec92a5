package request_test

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/drain"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// While the installation is being removed no request is stored, and an
// earlier one is still found by its key.
func TestDraining(t *testing.T) {
	s := newTable()
	if got, _ := s.call(t, ada, "POST /requests", `{"flow":"open"}`, nil, "idempotency-key", "k"); got.StatusCode != 201 {
		t.Fatalf("got %d", got.StatusCode)
	}
	s.drains = time.Now()
	got, body := s.call(t, ada, "POST /requests", `{"flow":"open"}`, nil)
	if got.StatusCode != 503 || body["type"] != "urn:fasttrack:problem:draining" || len(s.runs) != 1 {
		t.Errorf("got %d %v, %d runs", got.StatusCode, body, len(s.runs))
	}
	if got, _ := s.call(t, ada, "POST /requests", `{"flow":"open"}`, nil, "idempotency-key", "k"); got.StatusCode != 200 {
		t.Errorf("the same request again: got %d, want it found", got.StatusCode)
	}
	s.drains, s.unread = time.Time{}, errors.New("throttled")
	if got, _ := s.call(t, ada, "POST /requests", `{"flow":"open"}`, nil); got.StatusCode < 500 || len(s.runs) != 1 {
		t.Errorf("when it can't be known: got %d, %d runs", got.StatusCode, len(s.runs))
	}
}

// That nothing is being removed is believed for as long as drain waits for, and
// no longer.
func TestDraining_Remembered(t *testing.T) {
	flows, err := flow.Parse("f", []byte("flows: [{name: open, admins: [root@example.com]}]"))
	if err != nil {
		t.Fatal(err)
	}
	s, now := newTable(), time.Now()
	api := request.New(request.Deps{
		Flows: flows, Identify: caller{run.Person{ID: ada, Email: ada}}, Store: s, Executions: s, HooksFunction: "hooks",
		Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
	})
	post := func() int {
		got, err := api.Handle(t.Context(), httpapi.Event{RouteKey: "POST /requests", Body: `{"flow":"open"}`, Headers: map[string]string{}})
		if err != nil {
			t.Fatal(err)
		}
		return got.StatusCode
	}
	for range 5 {
		if code := post(); code != 201 {
			t.Fatalf("got %d", code)
		}
	}
	if s.looked != 1 {
		t.Errorf("it looked %d times, want once", s.looked)
	}
	s.drains = now
	if code := post(); code != 201 {
		t.Errorf("got %d, want what is remembered to count", code)
	}
	now = now.Add(drain.Remembered)
	if code := post(); code != 503 {
		t.Errorf("%s later: got %d, want 503", drain.Remembered, code)
	}
}
