package digest_test

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/digest"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

func (r *record) FirstDigest(context.Context) (digest.Stored, bool, error) {
	if len(r.documents) == 0 {
		return digest.Stored{}, false, nil
	}
	return r.documents[0], true, nil
}

func (r *record) Digest(_ context.Context, day digest.Day) (digest.Stored, bool, error) {
	for _, d := range r.documents {
		if d.Day == day {
			return d, true, nil
		}
	}
	return digest.Stored{}, false, nil
}

func (r *record) Chunks(_ context.Context, day digest.Day, _ int) ([]string, error) {
	return r.chunks[day], nil
}

// A run is compared with the digest of each of its days, and with no other.
func TestCheck(t *testing.T) {
	untrusted := func(string) []*ecdsa.PublicKey { return nil }
	for name, tc := range map[string]struct {
		id     string
		change func(*record)
		keys   digest.Keys
		want   string
	}{
		"of one day":     {id(1), nil, keys, "2026-11-23 4"},
		"of each day":    {id(2), nil, keys, "2026-11-23 2, 2026-11-24 3, 2026-11-25 4"},
		"long before":    {id(5), nil, keys, "2026-11-23 2"},
		"no digests yet": {id(1), func(r *record) { r.documents = nil }, keys, ""},
		"an entry was changed and sealed again": {id(1), func(r *record) {
			r.runs[id(1)] = live(t, id(1), "another", first, first.Add(1e9), first.Add(2e9), first.Add(3e9))
		}, keys, "2026-11-23 0 entry 4, or one before it, is not what was signed on 2026-11-23"},
		"entries were cut off": {id(1), func(r *record) { r.runs[id(1)] = r.runs[id(1)][:3] }, keys,
			"2026-11-23 0 its entries from 4 to 4 are missing, which were signed on 2026-11-23"},
		"a digest was removed": {id(2), func(r *record) { r.documents = slices.Delete(r.documents, 1, 2) }, keys,
			"2026-11-23 2, 2026-11-24 0 the digest of this day is missing, 2026-11-25 4"},
		"a digest was edited": {id(2), func(r *record) {
			r.documents[1].Document = []byte(strings.Replace(string(r.documents[1].Document), `"count":1`, `"count":2`, 1))
		}, keys, "2026-11-23 2, 2026-11-24 0 the digest of this day is not valid: its signature is invalid, 2026-11-25 4"},
		"heads were edited": {id(2), func(r *record) { r.chunks["2026-11-25"][0] += "\n" }, keys,
			"2026-11-23 2, 2026-11-24 3, 2026-11-25 0 its chunks are not those that were signed: heads_sha256 differs"},
		"another key": {id(1), nil, untrusted, "2026-11-23 0 the digest of this day is not valid: it is signed by an untrusted key: " + keyID},
	} {
		r := sample(t)
		if tc.change != nil {
			tc.change(r)
		}
		checked, err := digest.Check(t.Context(), r, tc.keys, tc.id, r.runs[tc.id], digest.Due(first.AddDate(0, 0, 3)))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range checked {
			got = append(got, strings.TrimSpace(fmt.Sprintf("%s %d %s", c.Day, c.Head.Seq, c.Problem)))
		}
		if s := strings.Join(got, ", "); s != tc.want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, s, tc.want)
		}
	}
}

// A day whose digest is not due yet is not missing.
func TestCheck_NotDue(t *testing.T) {
	r := sample(t)
	history := r.runs[id(2)]
	r.documents = r.documents[:1]
	checked, err := digest.Check(t.Context(), r, keys, id(2), history, digest.Due(first.AddDate(0, 0, 1)))
	if err != nil || len(checked) != 1 || checked[0].Problem != "" {
		t.Errorf("%+v, %v", checked, err)
	}
}

// Each entry has a result of its own, and the first wrong one is the one that Verify
// names.
func TestVerifyEntries(t *testing.T) {
	history := sample(t).runs[id(1)]
	for at := range history {
		changed := slices.Clone(history)
		changed[at].Reason += "!"
		errs := run.VerifyEntries(changed)
		for i, err := range errs {
			if (err != nil) != (i == at) {
				t.Errorf("entry %d was changed, entry %d: %v", at+1, i+1, err)
			}
		}
		if err := run.Verify(changed); err == nil || err.Error() != errs[at].Error() {
			t.Errorf("Verify says %v, want %v", err, errs[at])
		}
	}
	for i, err := range run.VerifyEntries(history) {
		if err != nil {
			t.Errorf("entry %d: %v", i+1, err)
		}
	}
}
