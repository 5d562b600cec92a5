// Package digest is the work of functions/digest, which makes the daily digests: it
// reads the whole table once, notes where each run's history stood at the end of
// each day without a digest, and signs that together with the digest before.
package digest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/digest"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Table is the part of the store that is used.
type Table interface {
	LastDigest(ctx context.Context) (last digest.Stored, ok bool, err error)
	EachStored(ctx context.Context, f func(id string, rec store.Record, unreadable error) error) error
	AddDigest(ctx context.Context, d digest.Document, chunks []string) error
}

var _ Table = (*store.Store)(nil)

// Signer signs the SHA-256 of a message; the signature is ECDSA in ASN.1 DER.
type Signer func(ctx context.Context, message []byte) ([]byte, error)

// Deps are the dependencies of a [Handler].
type Deps struct {
	Table Table
	Sign  Signer
	// KeyID is the ARN of the key that Sign signs with.
	KeyID string
	// Now is time.Now unless it is set.
	Now func() time.Time
	// Log is JSON lines on standard output unless it is set.
	Log *slog.Logger
}

// Handler makes digests.
type Handler struct{ Deps }

// New returns a handler.
func New(d Deps) *Handler {
	step.Defaults(&d.Now, &d.Log)
	return &Handler{d}
}

// Report says which digests were made.
type Report struct {
	Digests []Made `json:"digests"`
}

// Made is a digest that was made, and its hash.
type Made struct {
	digest.Document
	SHA256 string `json:"sha256"`
}

// Handle makes the digests of all days that are over and have none, the oldest
// first. The very first digest covers all runs so far. A second invocation makes
// none, also at the same time. The error says which digest could not be made, or
// which run's record is broken; that stops no digest.
func (h *Handler) Handle(ctx context.Context) (Report, error) {
	frame := step.Frame{Log: h.Log, Done: "digests", Failed: "digests failed"}
	return step.Invoke(ctx, frame, func(line *step.Line) (Report, error) {
		report, err := h.handle(ctx)
		line.Add("made", len(report.Digests))
		return report, err
	})
}

func (h *Handler) handle(ctx context.Context) (Report, error) {
	report := Report{Digests: []Made{}}
	now := h.Now()
	previous, err := h.last(ctx)
	if err != nil {
		return report, err
	}
	last := digest.Day("")
	if previous != nil {
		last = previous.Day
	}
	if due := digest.Due(now); last > due {
		return report, fmt.Errorf("the table has a digest of %s, a day that is not over: remove it, for no other can be made until then", last)
	}
	days := digest.Missing(last, now)
	if len(days) == 0 {
		return report, nil
	}
	heads := digest.Gather(days...)
	if previous == nil {
		heads.First(days[0])
	}
	var broken []error
	err = h.Table.EachStored(ctx, func(id string, rec store.Record, unreadable error) error {
		wrong := unreadable
		if wrong == nil && heads.Add(id, rec.Run.History) {
			wrong = rec.Run.VerifyRecord(id, rec.Context)
		}
		if wrong != nil {
			h.Log.ErrorContext(ctx, "the record of a run is broken", "run_id", id, "error", wrong.Error())
			broken = append(broken, fmt.Errorf("run %s: %w", id, wrong))
		}
		return nil
	})
	if err != nil {
		return report, err
	}
	for _, day := range days {
		made, err := h.make(ctx, day, heads.Of(day), previous, now)
		if errors.Is(err, store.ErrDigestExists) {
			return report, nil // another invocation is making it, and goes on
		}
		if err != nil {
			return report, err
		}
		previous = &made.Document
		report.Digests = append(report.Digests, made)
	}
	return report, brokenRecords(broken)
}

// last reads the digest that the next one follows.
func (h *Handler) last(ctx context.Context) (*digest.Document, error) {
	stored, ok, err := h.Table.LastDigest(ctx)
	if err != nil || !ok {
		return nil, err
	}
	d, err := stored.Read()
	if err != nil {
		return nil, fmt.Errorf("read the last digest, of %s: %w", stored.Day, err)
	}
	return &d, nil
}

// make signs and stores the digest of a day, and logs it: the log is a copy
// outside of the table.
func (h *Handler) make(ctx context.Context, day digest.Day, heads []digest.Head, previous *digest.Document, now time.Time) (Made, error) {
	chunks, err := digest.Chunks(heads)
	if err != nil {
		return Made{}, err
	}
	d, err := digest.New(day, len(heads), chunks, previous, h.KeyID, now)
	if err != nil {
		return Made{}, err
	}
	message, err := d.Message()
	if err != nil {
		return Made{}, err
	}
	signature, err := h.Sign(ctx, message)
	if err != nil {
		return Made{}, fmt.Errorf("digest of %s: %w", day, err)
	}
	made := Made{Document: d.Signed(signature)}
	if made.SHA256, err = made.Hash(); err != nil {
		return Made{}, err
	}
	if err := h.Table.AddDigest(ctx, made.Document, chunks); err != nil {
		return Made{}, err
	}
	h.Log.InfoContext(ctx, "digest", "day", day, "count", d.Count, "heads_sha256", d.HeadsSHA256,
		"sha256", made.SHA256, "signature", made.Signature, "previous", d.Previous, "key_id", d.KeyID)
	return made, nil
}

// brokenRecords names the first few.
func brokenRecords(broken []error) error {
	const named = 10
	if more := len(broken) - named; more > 0 {
		broken = append(broken[:named:named], fmt.Errorf("and %d more", more))
	}
	return errors.Join(broken...)
}
