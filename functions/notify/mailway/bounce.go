package mailway

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/deliver"
)

// EventSource is the source of SES's events on the default bus.
const EventSource = "aws.ses"

// markedFor is how long an address that bounced gets no mail: long enough for a person to
// see to it, and short enough to be over without anybody.
const markedFor = 7 * 24 * time.Hour

// feedback is what SES reports of a mail
// (https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html).
type feedback struct {
	EventType string
	Mail      struct{ Tags map[string][]string }
	Bounce    struct {
		BounceType, BounceSubType string
		BouncedRecipients         []recipient
	}
	Complaint struct{ ComplainedRecipients []recipient }
}

type recipient struct{ EmailAddress, DiagnosticCode string }

// Mark marks the addresses of a bounce or a complaint, so that people behind them are
// reached by other ways, and returns the messages that did not arrive. A mailbox that is
// full at present, or a mail that is refused for what it holds, marks no address. Of an
// automatic reply, SES reports a bounce too, of the subtype General.
func (w *Way) Mark(ctx context.Context, detail json.RawMessage) (marked int, lost []deliver.Lost, err error) {
	var f feedback
	if err := json.Unmarshal(detail, &f); err != nil {
		return 0, nil, errors.New("an event of SES can't be read")
	}
	bad, why, temporary := f.Complaint.ComplainedRecipients, "marked a mail as spam", false
	if f.EventType == "Bounce" {
		bad, why, temporary = f.Bounce.BouncedRecipients, "mail bounced", f.Bounce.BounceType != "Permanent"
		if f.Bounce.BounceType == "Transient" && f.Bounce.BounceSubType == "General" {
			return 0, nil, nil
		}
	}
	for _, r := range bad {
		said := why
		if r.DiagnosticCode != "" {
			said += ": " + r.DiagnosticCode
		}
		if !temporary {
			if err := w.Store.MarkAddress(ctx, strings.ToLower(r.EmailAddress), said, w.Now().Add(markedFor)); err != nil {
				return 0, nil, err
			}
			marked++
		}
		if l, is := lostBy(f, r.EmailAddress, said); is {
			lost = append(lost, l)
		}
	}
	return marked, lost, nil
}

// lostBy returns the message that did not arrive, by the tags of its mail. A mail that
// was marked as spam did.
func lostBy(f feedback, address, why string) (deliver.Lost, bool) {
	id, entry := f.Mail.Tags[runTag], f.Mail.Tags[entryTag]
	if f.EventType != "Bounce" || len(id) != 1 || len(entry) != 1 {
		return deliver.Lost{}, false
	}
	seq, err := strconv.Atoi(entry[0])
	return deliver.Lost{By: deliver.Email, Person: address, RequestID: id[0], Seq: seq, Why: why}, err == nil && seq > 0
}
