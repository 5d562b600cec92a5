// Package digest makes the daily digests: it reads the whole table once, notes
// where each run's history stood at the end of each day that has no digest yet,
// and signs that together with the digest before.
package digest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/digest"
	"github.com/fasttrack-dev/fasttrack/internal/logs"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Table is what is read and written of the store.
type Table interface {
	LastDigest(ctx context.Context) (last digest.Stored, ok bool, err error)
	EachStored(ctx context.Context, f func(id string, rec store.Record, unreadable error) error) error
	AddDigest(ctx context.Context, d digest.Document, chunks []string) error
}

var _ Table = (*store.Store)(nil)

// Signer signs a SHA-256: ASN.1 DER of ECDSA.
type Signer func(ctx context.Context, message []byte) ([]byte, error)

// Deps are what a [Handler] works with.
type Deps struct {
	Table Table
	Sign  Signer
	// KeyID is the ARN of the key that Sign signs by.
	KeyID string
	// Now is the time; nil takes the real one.
	Now func() time.Time
	// Log takes a line for each digest; nil writes JSON to stdout.
	Log *slog.Logger
}

// Handler makes digests.
type Handler struct{ Deps }

// New gives a handler.
func New(d Deps) *Handler {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = logs.New(os.Stdout)
	}
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
// first; the first time it is one, over all runs so far. Making them again, or twice at once,
// makes none. The error tells that one could not be made, or that the record of
// a run is broken, which keeps no digest from being made.
func (h *Handler) Handle(ctx context.Context) (Report, error) {
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
		return report, fmt.Errorf("there is a digest of %s, a day that is not over: whoever put it there keeps others from being made", last)
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
			return report, nil // another invocation is at it, and goes on
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
	d, err := digest.Parse(stored.Document)
	if err == nil && d.Day != stored.Day {
		err = fmt.Errorf("it says that it is of %s", d.Day)
	}
	if err != nil {
		return nil, fmt.Errorf("the last digest, of %s, can't be read: %w", stored.Day, err)
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
