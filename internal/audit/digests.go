package audit

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/digest"
)

// grace is how long a digest may be late before it is missing.
const grace = 6 * time.Hour

// errNoDigests is that a key or a log is given, and the table has no digests.
var errNoDigests = errors.New("no digests in the table, although a key or a log was given: all of them were removed, or it is another table")

// verifyDigests verifies the chain of all digests, and the heads of those in the
// period.
func (v *verification) verifyDigests(ctx context.Context) error {
	if len(v.stored) == 0 {
		if v.Trust.Named() || len(v.Logged) > 0 {
			return errNoDigests
		}
		return nil
	}
	v.report.Keys = keysOf(v.stored)
	keys, err := v.Trust.keys(ctx, v.report.Keys)
	if err != nil {
		return err
	}
	documents, findings := digest.VerifyChain(v.stored, keys, v.due())
	expired, err := v.expired(ctx, documents)
	if err != nil {
		return err
	}
	v.report.Expired = len(expired)
	results := map[digest.Day]*Digest{}
	for _, s := range v.stored {
		results[s.Day] = &Digest{Day: s.Day}
	}
	for _, d := range documents {
		result := results[d.Day]
		result.Count = d.Count
		if result.SHA256, err = d.Hash(); err != nil {
			return err
		}
		if !v.covers(d.Day) {
			continue
		}
		chunks, err := v.table.Chunks(ctx, d.Day, d.Chunks)
		if err != nil {
			return err
		}
		findings = append(findings, d.VerifyHeads(chunks, v.heads.Of(d.Day), v.stillExists, func(id string) bool {
			return v.compares(id) && !expired[id]
		})...)
	}
	v.compareWithLog(results)
	for _, f := range findings {
		if f.Run != "" {
			v.wrong(f.Run, f.Problem)
		} else {
			results[f.Day].Errors = append(results[f.Day].Errors, f.Problem)
		}
	}
	for _, d := range results {
		d.OK = len(d.Errors) == 0
		v.report.Digests = append(v.report.Digests, d)
	}
	slices.SortFunc(v.report.Digests, func(a, b *Digest) int { return strings.Compare(string(a.Day), string(b.Day)) })
	return nil
}

// compareWithLog compares the digests with the hashes that were logged.
func (v *verification) compareWithLog(results map[digest.Day]*Digest) {
	for day, hash := range v.Logged {
		switch d := results[day]; {
		case d == nil:
			results[day] = &Digest{Day: day, Errors: []string{"it was logged, and is gone"}}
		case d.SHA256 != hash:
			d.Errors = append(d.Errors, "it is not the digest that was logged: "+hash)
		}
	}
}

// expired returns the runs that are gone, as a digest allows: one that was signed
// after they ended says when they expire.
func (v *verification) expired(ctx context.Context, documents []digest.Document) (map[string]bool, error) {
	expired := map[string]bool{}
	for _, d := range documents {
		chunks, err := v.table.Chunks(ctx, d.Day, d.Chunks)
		if err != nil {
			return nil, err
		}
		heads, err := digest.ReadChunks(chunks)
		if err != nil {
			continue // reported where the day is verified
		}
		for _, h := range heads {
			if h.Until != nil && !h.Until.After(v.Now) && !v.stillExists(h.Run) {
				expired[h.Run] = true
			}
		}
	}
	return expired, nil
}

// due returns the last day that must have a digest.
func (v *verification) due() digest.Day {
	due := digest.Due(v.Now.Add(-grace))
	if !v.Period.To.IsZero() {
		due = min(due, digest.DayOf(v.Period.To.AddDate(0, 0, -1)))
	}
	return due
}

// covers reports whether a part of a day is in the period.
func (v *verification) covers(day digest.Day) bool {
	p := v.Period
	return (p.From.IsZero() || day.End().After(p.From)) && (p.To.IsZero() || day.End().AddDate(0, 0, -1).Before(p.To))
}

// stillExists reports whether the table has a run, whatever its flow.
func (v *verification) stillExists(id string) bool { _, exists := v.exists[id]; return exists }

// compares reports whether a run is compared with the digests. The flow of one
// that is gone is unknown.
func (v *verification) compares(id string) bool {
	compared, exists := v.exists[id]
	return compared || !exists && (len(v.IDs) == 0 || slices.Contains(v.IDs, id))
}

// keysOf returns the keys that signed the digests, oldest first, as the digests
// say.
func keysOf(stored []digest.Stored) []string {
	keys := []string{}
	for _, s := range stored {
		if d, err := digest.Parse(s.Document); err == nil && !slices.Contains(keys, d.KeyID) {
			keys = append(keys, d.KeyID)
		}
	}
	return keys
}
