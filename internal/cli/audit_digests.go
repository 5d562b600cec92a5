package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/fasttrack-dev/fasttrack/internal/digest"
)

// verifiedDigest is what is known of the digest of a day.
type verifiedDigest struct {
	Day    digest.Day `json:"day"`
	OK     bool       `json:"ok"`
	Count  int        `json:"count"`
	SHA256 string     `json:"sha256,omitempty"`
	Errors []string   `json:"errors,omitempty"`
}

// late is how long after it can be made a digest is missed.
const late = 6 * time.Hour

// verifyDigests verifies the chain of all digests, and of those in the time that
// is asked for what they say of runs.
func (t *tableAudit) verifyDigests(ctx context.Context, cfg aws.Config) error {
	t.digests, t.keys = []*verifiedDigest{}, []string{}
	stored := t.stored
	kept, err := readKept(t.kept)
	if err != nil {
		return err
	}
	if len(stored) == 0 {
		if len(t.trust.ids)+len(t.trust.files)+len(kept) > 0 {
			return errors.New("there are no digests in the table, though there should be: all of them are gone, or it is another table")
		}
		return nil
	}
	signedBy := keysOf(stored)
	keys, err := t.trust.keys(ctx, kms.NewFromConfig(cfg), signedBy)
	if err != nil {
		return err
	}
	documents, findings := digest.VerifyChain(stored, keys, t.due())
	t.keys = signedBy
	expired, err := t.expiredRuns(ctx, documents)
	if err != nil {
		return err
	}
	results := map[digest.Day]*verifiedDigest{}
	for _, s := range stored {
		results[s.Day] = &verifiedDigest{Day: s.Day}
	}
	for _, d := range documents {
		v := results[d.Day]
		v.Count = d.Count
		if v.SHA256, err = d.Hash(); err != nil {
			return err
		}
		if !t.covers(d.Day) {
			continue
		}
		chunks, err := t.store.Chunks(ctx, d.Day, d.Chunks)
		if err != nil {
			return err
		}
		findings = append(findings, d.VerifyHeads(chunks, t.heads.Of(d.Day), t.isThere, func(id string) bool {
			return t.inScope(id) && !expired[id]
		})...)
	}
	for day, hash := range kept {
		switch v := results[day]; {
		case v == nil:
			results[day] = &verifiedDigest{Day: day, Errors: []string{"it is gone: it was logged"}}
		case v.SHA256 != hash:
			v.Errors = append(v.Errors, "it is another one than was logged: "+hash)
		}
	}
	for _, f := range findings {
		if f.Run != "" {
			t.wrong(f.Run, f.Problem)
		} else {
			results[f.Day].Errors = append(results[f.Day].Errors, f.Problem)
		}
	}
	for _, v := range results {
		v.OK = len(v.Errors) == 0
		t.digests = append(t.digests, v)
	}
	slices.SortFunc(t.digests, func(a, b *verifiedDigest) int { return strings.Compare(string(a.Day), string(b.Day)) })
	return nil
}

// expiredRuns are those that are gone and may be: a digest that was signed once
// they were over says since when.
func (t *tableAudit) expiredRuns(ctx context.Context, documents []digest.Document) (map[string]bool, error) {
	expired := map[string]bool{}
	for _, d := range documents {
		chunks, err := t.store.Chunks(ctx, d.Day, d.Chunks)
		if err != nil {
			return nil, err
		}
		heads, err := digest.ReadChunks(chunks)
		if err != nil {
			continue // is found where the day is verified
		}
		for _, h := range heads {
			if h.Until != nil && !h.Until.After(t.now) && !t.isThere(h.Run) {
				expired[h.Run] = true
			}
		}
	}
	t.expired = len(expired)
	return expired, nil
}

// due is the last day that must have its digest.
func (t *tableAudit) due() digest.Day {
	due := digest.Due(t.now.Add(-late))
	if !t.to.IsZero() {
		due = min(due, digest.DayOf(t.to.AddDate(0, 0, -1)))
	}
	return due
}

// covers tells whether a day is, in part, in the time that is asked for.
func (t *tableAudit) covers(day digest.Day) bool {
	return (t.from.IsZero() || day.End().After(t.from)) && (t.to.IsZero() || day.End().AddDate(0, 0, -1).Before(t.to))
}

// keysOf lists the keys that documents say signed them, in the order of their
// days.
func keysOf(stored []digest.Stored) []string {
	keys := []string{}
	for _, s := range stored {
		if d, err := digest.Parse(s.Document); err == nil && !slices.Contains(keys, d.KeyID) {
			keys = append(keys, d.KeyID)
		}
	}
	return keys
}

// readKept reads the hashes of digests, by day, out of log lines. What stands
// before the JSON of a line, such as a time, and lines of something else are
// skipped.
func readKept(path string) (map[digest.Day]string, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	kept := map[digest.Day]string{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var line struct {
			Msg    string `json:"msg"`
			Day    string `json:"day"`
			SHA256 string `json:"sha256"`
		}
		text := lines.Bytes()
		if begin := slices.Index(text, '{'); begin < 0 || json.Unmarshal(text[begin:], &line) != nil || line.Msg != "digest" {
			continue
		}
		day, err := digest.ParseDay(line.Day)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		kept[day] = line.SHA256
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(kept) == 0 {
		return nil, fmt.Errorf("%s: it holds no digest; lines that functions/digest logged were expected", path)
	}
	return kept, nil
}
