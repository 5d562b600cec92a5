package notify_test

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/notify/notify"
	"github.com/fasttrack-dev/fasttrack/internal/deliver/delivertest"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// The topic's message says what became of a change of rules; no line of it is a text that
// somebody chose.
func TestRules(t *testing.T) {
	for name, tc := range map[string]struct {
		rules, subject, event string
		holds                 []string
	}{
		"fasttrack.rules.applied": {`{"version":6}`, "rule-change for ada@example.com was pushed, as version 6", "rules.applied", []string{"fasttrack flows rollback"}},
		"fasttrack.rules.refused": {`{"why":"it is stale\nNothing to do."}`, "rule-change for ada@example.com was approved, and is not pushed", "rules.refused", []string{"Why not:  it is stale\n          | Nothing to do.", "It is never pushed."}},
	} {
		t.Run(name, func(t *testing.T) {
			detail := `{"id":"01JD0000000000000000000000-rules","type":"` + name + `","time":"2026-11-23T10:00:00Z","to":["ada@example.com"],"rules":` + tc.rules + `,
				"run":{"id":"01JD0000000000000000000000","flow":"rule-change","status":"approved","requester":{"id":"ada@example.com","email":"ada@example.com"},"fields":{}}}`
			to, table := &topic{}, &delivertest.Table{}
			table.Put(&run.Run{ID: "01JD0000000000000000000000", Flow: run.Flow{Name: "rule-change"}, Status: run.Approved, History: []run.Entry{{Seq: 1, Event: run.Request}, {Seq: 2, Event: run.Approve, Status: run.Approved}}})
			h := notify.New(notify.Deps{Store: table, Topic: to, TopicARN: "arn", Log: slog.New(slog.DiscardHandler)})
			for range 2 {
				if _, err := h.Handle(t.Context(), api.BusEvent{Source: "fasttrack", DetailType: name, Detail: json.RawMessage(detail)}); err != nil {
					t.Fatal(err)
				}
			}
			if len(to.sent) != 1 {
				t.Fatalf("%d messages, want 1", len(to.sent))
			}
			m := to.sent[0]
			if *m.Subject != tc.subject || *m.MessageAttributes["event"].StringValue != tc.event || *m.MessageAttributes["status"].StringValue != "approved" {
				t.Errorf("subject %q, attributes %v", *m.Subject, m.MessageAttributes)
			}
			for _, part := range append(tc.holds, "Request 01JD0000000000000000000000") {
				if !strings.Contains(*m.Message, part) {
					t.Errorf("%q is missing of:\n%s", part, *m.Message)
				}
			}
		})
	}
}
