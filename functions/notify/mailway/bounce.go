package mailway

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// EventSource is the source of SES's events on the default bus.
const EventSource = "aws.ses"

// markedFor is how long an address that bounced gets no mail: long enough for a person to
// see to it, and short enough to be over without anybody.
const markedFor = 7 * 24 * time.Hour

// feedback is what SES reports of a mail
// (https://docs.aws.amazon.com/ses/latest/dg/monitoring-eventbridge.html).
type feedback struct {
	EventType string
	Bounce    struct {
		BounceType        string
		BouncedRecipients []recipient
	}
	Complaint struct{ ComplainedRecipients []recipient }
}

type recipient struct{ EmailAddress, DiagnosticCode string }

// Mark marks the addresses of a bounce or a complaint, so that people behind them are
// reached by other ways. A full mailbox bounces too, and is no reason to stop. It returns
// how many it marked.
func (w *Way) Mark(ctx context.Context, detail json.RawMessage) (int, error) {
	var f feedback
	if err := json.Unmarshal(detail, &f); err != nil {
		return 0, errors.New("an event of SES can't be read")
	}
	marked, why := f.Complaint.ComplainedRecipients, "marked a mail as spam"
	if f.EventType == "Bounce" {
		marked, why = f.Bounce.BouncedRecipients, "mail bounced"
		if f.Bounce.BounceType == "Transient" {
			return 0, nil
		}
	}
	until := w.Now().Add(markedFor)
	for _, r := range marked {
		said := why
		if r.DiagnosticCode != "" {
			said += ": " + r.DiagnosticCode
		}
		if err := w.Store.MarkAddress(ctx, strings.ToLower(r.EmailAddress), said, until); err != nil {
			return 0, err
		}
	}
	return len(marked), nil
}
