package deadletter_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/deadletter"
)

const function = "fasttrack-engine-notify"

// fake is a queue that may deliver a message that was deleted once more, as SQS
// does at times.
type fake struct {
	messages []deadletter.Message
	hidden   map[string]bool
	deleted  map[string]bool
	twice    map[string]bool
	shown    []string
	fail     error
}

func newFake(bodies ...string) *fake {
	f := &fake{hidden: map[string]bool{}, deleted: map[string]bool{}, twice: map[string]bool{}}
	for i, body := range bodies {
		f.messages = append(f.messages, deadletter.Message{ID: fmt.Sprint("m", i), Receipt: fmt.Sprint("m", i), Body: body, Sent: time.Unix(1795867200, 0)})
	}
	return f
}

func (f *fake) Receive(context.Context, time.Duration) (batch []deadletter.Message, err error) {
	for _, m := range f.messages {
		switch again := f.deleted[m.ID] && f.twice[m.ID]; {
		case f.fail != nil:
			return nil, f.fail
		case f.hidden[m.ID] && !again || f.deleted[m.ID] && !again || len(batch) == 10:
			continue
		}
		f.twice[m.ID], f.hidden[m.ID] = false, true
		batch = append(batch, m)
	}
	return batch, nil
}

func (f *fake) Delete(_ context.Context, receipt string) error {
	f.deleted[receipt] = true
	return nil
}

func (f *fake) Show(_ context.Context, receipt string) error {
	f.shown, f.hidden[receipt] = append(f.shown, receipt), false
	return nil
}

func (f *fake) left() (ids []string) {
	for _, m := range f.messages {
		if !f.deleted[m.ID] {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

func event(n int) string {
	return fmt.Sprintf(`{"detail-type":"fasttrack.run.approve","source":"fasttrack","detail":{"id":"01JD-%d"}}`, n)
}

func record(arn, payload string) string {
	return `{"version":"1.0","requestContext":{"functionArn":"` + arn + `","condition":"RetriesExhausted"},"requestPayload":` + payload + `,"responsePayload":{"errorMessage":"x"}}`
}

// Each form that EventBridge and Lambda keep an event in becomes the event again;
// what is none stays where it is.
func TestFormsOfMessages(t *testing.T) {
	arn := "arn:aws:lambda:eu-west-1:123456789012:function:" + function
	for name, tc := range map[string]struct{ body, event string }{
		"kept by EventBridge":       {event(1), event(1)},
		"kept by Lambda":            {record(arn+":$LATEST", event(2)), event(2)},
		"kept without a version":    {record(arn, event(3)), event(3)},
		"another function's":        {record(strings.Replace(arn, "notify", "grant", 1), event(4)), ""},
		"a record without an event": {`{"requestContext":{"functionArn":"` + arn + `"}}`, ""},
		"something else":            {`{"hello":"world"}`, ""},
		"no JSON":                   {`hello`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			q := newFake(tc.body)
			var got []string
			report, err := deadletter.Replay(t.Context(), q, func(_ context.Context, payload []byte) error {
				got = append(got, string(payload))
				return nil
			}, deadletter.Options{Function: arn, Max: 10})
			if err != nil {
				t.Fatal(err)
			}
			if tc.event == "" {
				if len(got) > 0 || len(q.left()) != 1 || len(report.Failed) != 1 || !slices.Equal(q.shown, []string{"m0"}) {
					t.Errorf("invoked with %v, left %v, report %+v", got, q.left(), report)
				}
				return
			}
			if !slices.Equal(got, []string{tc.event}) || len(q.left()) > 0 || len(report.Replayed) != 1 || report.Replayed[0].Type != "fasttrack.run.approve" || !strings.HasPrefix(report.Replayed[0].Event, "01JD-") {
				t.Errorf("invoked with %v, left %v, report %+v", got, q.left(), report)
			}
		})
	}
}

// Whatever fails, and however often SQS delivers: nothing is deleted that the
// function did not handle, nothing that it handled is left, and it is invoked once
// with each event.
func TestReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 40).Draw(t, "messages")
		bodies, fails := make([]string, n), map[string]bool{}
		for i := range bodies {
			bodies[i] = event(i)
			// Never five in a row: see TestReplayStops.
			fails[bodies[i]] = i%5 != 0 && rapid.Bool().Draw(t, "fails")
		}
		q := newFake(bodies...)
		for _, m := range q.messages {
			q.twice[m.ID] = rapid.Bool().Draw(t, "twice")
		}
		dry, most := rapid.Bool().Draw(t, "dry run"), rapid.IntRange(1, 50).Draw(t, "max")
		invoked := map[string]int{}
		report, err := deadletter.Replay(context.Background(), q, func(_ context.Context, payload []byte) error {
			invoked[string(payload)]++
			if fails[string(payload)] {
				return errors.New("webhook: 503")
			}
			return nil
		}, deadletter.Options{Function: function, Max: most, DryRun: dry})
		if err != nil {
			t.Fatal(err)
		}
		seen := min(n, most)
		if len(report.Replayed)+len(report.Failed) != seen || (report.Stopped != "") != (n > most) {
			t.Fatalf("%d of %d messages: %+v", seen, n, report)
		}
		for i, m := range q.messages {
			wantInvoked, wantDeleted := 1, !fails[m.Body]
			if dry || i >= seen {
				wantInvoked, wantDeleted = 0, false
			}
			if invoked[m.Body] != wantInvoked || q.deleted[m.ID] != wantDeleted {
				t.Fatalf("message %d: invoked %d times, deleted %v; want %d, %v", i, invoked[m.Body], q.deleted[m.ID], wantInvoked, wantDeleted)
			}
			if !q.deleted[m.ID] && q.hidden[m.ID] {
				t.Fatalf("message %d stays hidden", i)
			}
		}
	})
}

// Five failures in a row end it, and leave the rest untouched.
func TestReplayStops(t *testing.T) {
	var bodies []string
	for i := range 30 {
		bodies = append(bodies, event(i))
	}
	q, calls := newFake(bodies...), 0
	report, err := deadletter.Replay(t.Context(), q, func(context.Context, []byte) error {
		calls++
		return errors.New("webhook https://hooks.example.com/T0/secret: 503 for ada@example.com")
	}, deadletter.Options{Function: function, Max: 100})
	if err != nil || calls != 5 || len(report.Failed) != 5 || !strings.Contains(report.Stopped, "5 events in a row") || len(q.left()) != 30 {
		t.Errorf("%d calls, left %d, %+v (%v)", calls, len(q.left()), report, err)
	}
	for _, m := range q.messages {
		if q.hidden[m.ID] {
			t.Errorf("%s stays hidden", m.ID)
		}
	}
	if said, _ := json.Marshal(report); strings.Contains(string(said), "secret") || strings.Contains(string(said), "ada@") {
		t.Errorf("the report holds %s", said)
	}
}

// An end that comes while the function runs leaves its message, and shows again
// all that was received; one whose event was handled is deleted all the same.
func TestReplayThatIsInterrupted(t *testing.T) {
	for _, handled := range []bool{true, false} {
		q := newFake(event(0), event(1), event(2))
		ctx, cancel := context.WithCancel(t.Context())
		_, err := deadletter.Replay(ctx, q, func(ctx context.Context, _ []byte) error {
			cancel()
			if handled {
				return nil
			}
			return ctx.Err()
		}, deadletter.Options{Function: function, Max: 100})
		want := []string{"m0", "m1", "m2"}
		if handled {
			want = want[1:]
		}
		if !errors.Is(err, context.Canceled) || !slices.Equal(q.left(), want) {
			t.Errorf("handled %v: left %v (%v)", handled, q.left(), err)
		}
		for _, id := range q.left() {
			if handled && id == "m0" || !handled && q.hidden[id] {
				t.Errorf("handled %v: %s stays hidden", handled, id)
			}
		}
	}
	q := newFake(event(0))
	q.fail = errors.New("AccessDenied")
	if _, err := deadletter.Replay(t.Context(), q, nil, deadletter.Options{Max: 1}); err == nil {
		t.Error("a queue that can't be read is no error")
	}
}
