package bus_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/bus"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// put is one entry of a PutEvents call.
type put struct{ EventBusName, Source, DetailType, Detail string }

// puts records the calls of PutEvents; answer is what it answers, "" that all
// were taken.
type puts struct {
	calls  [][]put
	answer string
}

func (p *puts) bus(t *testing.T) bus.Bus {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Entries []put }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			t.Error(err)
		}
		p.calls = append(p.calls, in.Entries)
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		answer := p.answer
		if answer == "" {
			answer = `{"FailedEntryCount":0}`
		}
		_, _ = w.Write([]byte(answer))
	}))
	t.Cleanup(server.Close)
	return bus.New(eventbridge.New(eventbridge.Options{
		BaseEndpoint: aws.String(server.URL), Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("x", "x", ""),
	}), "bus")
}

// happened is an event with that many bytes of checks, of a run with as many.
func happened(seq, bytes int) api.Event {
	cs := []run.Check{{Name: "n", Detail: strings.Repeat("<", bytes)}}
	return api.Event{
		ID: "run-" + string(rune('a'+seq)), Type: "fasttrack.run.approve", Time: time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC),
		Request: api.Request{ID: "run", Decision: &api.Decision{Event: run.Approve, Reason: "ok", Checks: cs}, Fields: map[string]json.RawMessage{"a": json.RawMessage(`"b"`)}},
		Entry:   run.Entry{Seq: seq, Event: run.Approve, Checks: cs, Hash: "h"},
	}
}

func TestPublishKeepsToTheLimits(t *testing.T) {
	for name, tc := range map[string]struct {
		events, bytes int
		calls         []int // entries of each
		leftOut       string
	}{
		"none":                  {0, 0, nil, ""},
		"one":                   {1, 10, []int{1}, ""},
		"more than a call":      {23, 10, []int{10, 10, 3}, ""},
		"larger than a call":    {5, 60 << 10, []int{2, 2, 1}, ""},
		"each as large as most": {2, 125 << 10, []int{1, 1}, ""},
		"too large by itself":   {2, 140 << 10, []int{2}, "checks,errors"},
	} {
		t.Run(name, func(t *testing.T) {
			p := &puts{}
			var events []api.Event
			for n := range tc.events {
				events = append(events, happened(n, tc.bytes))
			}
			if err := p.bus(t).Publish(t.Context(), events); err != nil {
				t.Fatal(err)
			}
			var calls []int
			var ids []string
			for _, call := range p.calls {
				calls = append(calls, len(call))
				size := 0
				for _, e := range call {
					size += 14 + len(e.Source) + len(e.DetailType) + len(e.Detail)
					var detail api.Event
					if err := json.Unmarshal([]byte(e.Detail), &detail); err != nil {
						t.Fatal(err)
					}
					ids = append(ids, detail.ID)
					if got := strings.Join(detail.LeftOut, ","); got != tc.leftOut {
						t.Errorf("left out is %q, want %q", got, tc.leftOut)
					}
					if whole := len(detail.Entry.Checks) == 1 && len(detail.Request.Decision.Checks) == 1; whole != (tc.leftOut == "") {
						t.Errorf("%s: the checks are there: %v", detail.ID, whole)
					}
					if e.EventBusName != "bus" || e.Source != "fasttrack" || e.DetailType != detail.Type {
						t.Errorf("sent to %s from %s as %s", e.EventBusName, e.Source, e.DetailType)
					}
				}
				if size >= 256<<10 {
					t.Errorf("a call of %d bytes", size)
				}
			}
			if !slices.Equal(calls, tc.calls) {
				t.Errorf("calls have %v entries, want %v", calls, tc.calls)
			}
			for n, e := range events {
				if ids[n] != e.ID {
					t.Errorf("event %d is %s, want %s", n, ids[n], e.ID)
				}
				if len(e.Entry.Checks) != 1 || len(e.Request.Decision.Checks) != 1 {
					t.Error("publishing changed the event")
				}
			}
		})
	}
}

// A run of everything that is large still gets its event out.
func TestPublishLeavesOutWhatItMust(t *testing.T) {
	p := &puts{}
	e := happened(1, 0)
	e.Request.Review = &api.Review{Approvers: []string{strings.Repeat("a", 300<<10)}}
	e.Request.Fields["a"] = json.RawMessage(`"` + strings.Repeat("f", 300<<10) + `"`)
	if err := p.bus(t).Publish(t.Context(), []api.Event{e}); err != nil {
		t.Fatal(err)
	}
	var detail api.Event
	if err := json.Unmarshal([]byte(p.calls[0][0].Detail), &detail); err != nil {
		t.Fatal(err)
	}
	if want := []string{"checks", "errors", "review", "to", "fields"}; !slices.Equal(detail.LeftOut, want) {
		t.Errorf("left out is %v, want %v", detail.LeftOut, want)
	}
	if detail.Entry.Hash != "h" || detail.Request.ID != "run" {
		t.Errorf("the rest is %+v", detail)
	}
}

func TestEventsThatWereNotTaken(t *testing.T) {
	for name, tc := range map[string]struct{ answer, want string }{
		"one of them":        {`{"FailedEntryCount":1,"Entries":[{"EventId":"1"},{"ErrorCode":"ThrottlingException","ErrorMessage":"slow down"}]}`, "EventBridge rejected 1 of 2 events: ThrottlingException: slow down"},
		"without saying why": {`{"FailedEntryCount":2,"Entries":[{},{}]}`, "EventBridge rejected 2 of 2 events: no error code"},
	} {
		p := &puts{answer: tc.answer}
		err := p.bus(t).Publish(t.Context(), []api.Event{happened(1, 1), happened(2, 1)})
		if err == nil || err.Error() != tc.want {
			t.Errorf("%s: got %v, want %s", name, err, tc.want)
		}
	}
}
