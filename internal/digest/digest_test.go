package digest_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/digest"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// What is done to a record of three days is found, and named.
func TestVerify(t *testing.T) {
	day := func(n int) time.Time { return first.AddDate(0, 0, n) }
	for name, tc := range map[string]struct {
		do   func(r *record)
		want []string // parts of the findings, in their order; none means that nothing is wrong
	}{
		"nothing": {func(*record) {}, nil},
		"a run goes on after its digests": {func(r *record) {
			r.runs[id(3)] = live(t, id(3), "three", day(2), day(2).Add(time.Minute), day(3))
		}, nil},
		"a run is made after the digests": {func(r *record) { r.runs[id(4)] = live(t, id(4), "four", day(3)) }, nil},
		"an entry is edited": {func(r *record) { r.runs[id(1)][1].Reason = "x" }, []string{
			id(1) + " entry 2: hash does not fit the entry",
		}},
		"a chain is sealed anew": {func(r *record) {
			r.runs[id(1)] = live(t, id(1), "another", first, first.Add(time.Second), first.Add(time.Minute), first.Add(time.Hour))
		}, []string{"2026-11-23 " + id(1) + " entry 4, or one before it, is not what was signed on 2026-11-23"}},
		"a chain over days is sealed anew": {func(r *record) {
			r.runs[id(2)] = live(t, id(2), "another", first, first.Add(time.Second), day(1), day(2))
		}, []string{"2026-11-23 " + id(2) + " entry 2, or", "2026-11-24 " + id(2) + " entry 3, or", "2026-11-25 " + id(2) + " entry 4, or"}},
		"a chain is cut": {func(r *record) { r.runs[id(1)] = r.runs[id(1)][:2] }, []string{id(1) + " its entries from 3 to 4 are missing"}},
		"a day of a chain is cut": {func(r *record) { r.runs[id(2)] = r.runs[id(2)][:3] }, []string{
			"2026-11-25 " + id(2) + " its signed entry of 2026-11-25 is missing",
		}},
		"a run is removed": {func(r *record) { delete(r.runs, id(2)) }, []string{
			"2026-11-23 " + id(2) + " it is missing: its entries up to 2 were signed", "2026-11-24 " + id(2) + " it is missing", "2026-11-25 " + id(2) + " it is missing",
		}},
		"what is older than digests is sealed anew": {func(r *record) {
			r.runs[id(5)] = live(t, id(5), "another", first.AddDate(0, -1, 0), first.AddDate(0, -1, 1))
		}, []string{"2026-11-23 " + id(5) + " entry 2, or one before it, is not what was signed on 2026-11-23"}},
		"what is older than digests is removed": {func(r *record) { delete(r.runs, id(5)) }, []string{
			"2026-11-23 " + id(5) + " it is missing: its entries up to 2 were signed",
		}},
		"a run is dated back to before digests": {func(r *record) { r.runs[id(4)] = live(t, id(4), "four", first.AddDate(0, -2, 0)) }, []string{
			"2026-11-23 " + id(4) + " it has entries up to 2026-11-23 that did not exist when that day was signed",
		}},
		"a run is dated back": {func(r *record) { r.runs[id(4)] = live(t, id(4), "four", day(1)) }, []string{
			"2026-11-24 " + id(4) + " it has entries up to 2026-11-24 that did not exist when that day was signed",
		}},
		"an entry is dated back": {func(r *record) {
			r.runs[id(3)] = live(t, id(3), "three", day(2), day(2).Add(time.Minute), day(2).Add(time.Hour))
		}, []string{"2026-11-25 " + id(3) + " its entries from 3 on did not exist when 2026-11-25 was signed"}},
		"the first digest is removed": {func(r *record) { r.documents = r.documents[1:] }, []string{
			"2026-11-24  the digest before it, of 2026-11-23, is missing",
		}},
		"a digest is removed": {func(r *record) { r.documents = slices.Delete(r.documents, 1, 2) }, []string{
			"2026-11-25  it follows the digest of 2026-11-24, which is missing",
		}},
		"the last digest is removed": {func(r *record) { r.documents = r.documents[:2] }, []string{
			"2026-11-24  digests are missing after it, up to 2026-11-25",
		}},
		"digests are exchanged": {func(r *record) {
			r.documents[0].Document, r.documents[1].Document = r.documents[1].Document, r.documents[0].Document
		}, []string{"2026-11-23  the digest can't be read: its document is of 2026-11-24", "2026-11-24  the digest can't be read: its document is of 2026-11-23"}},
		"a chunk is changed": {func(r *record) {
			r.chunks["2026-11-23"][0] = strings.Replace(r.chunks["2026-11-23"][0], `"seq":4`, `"seq":3`, 1)
		}, []string{"2026-11-23  its chunks are not those that were signed"}},
		"a chunk is removed": {func(r *record) { delete(r.chunks, "2026-11-24") }, []string{"2026-11-24  its chunks are not those that were signed"}},
		"a chunk is added": {func(r *record) { r.chunks["2026-11-24"] = append(r.chunks["2026-11-24"], "") }, []string{
			"2026-11-24  its chunks are not those that were signed",
		}},
		"a document is changed": {func(r *record) {
			r.documents[2].Document = bytes.Replace(r.documents[2].Document, []byte(`"count":2`), []byte(`"count":3`), 1)
		}, []string{"2026-11-25  its chunks can't be read: 2 heads, want 3", "2026-11-25  its signature is invalid"}},
		"a document says more": {func(r *record) {
			r.documents[2].Document = bytes.Replace(r.documents[2].Document, []byte(`{`), []byte(`{"and":1,`), 1)
		}, []string{`2026-11-25  the digest can't be read: and: unknown member`}},
		"a document is signed by another key": {func(r *record) {
			d, err := digest.Parse(r.documents[2].Document)
			if err != nil {
				t.Fatal(err)
			}
			d.KeyID = "another"
			r.documents[2].Document = []byte(encode(t, signed(t, d, newKey())))
		}, []string{"2026-11-25  it is signed by an untrusted key: another"}},
		"a digest is made anew": {func(r *record) {
			d, err := digest.Parse(r.documents[1].Document)
			if err != nil {
				t.Fatal(err)
			}
			d.CreatedAt = d.CreatedAt.Add(time.Hour)
			r.documents[1].Document = []byte(encode(t, signed(t, d, signer)))
		}, []string{"2026-11-25  it follows another digest of 2026-11-24 than the stored one"}},
		"another key says that it is ours": {func(r *record) {
			d, err := digest.Parse(r.documents[2].Document)
			if err != nil {
				t.Fatal(err)
			}
			r.documents[2].Document = []byte(encode(t, signed(t, d, newKey())))
		}, []string{"2026-11-25  its signature is invalid"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := sample(t)
			tc.do(r)
			got := r.verify(first.AddDate(0, 0, 3))
			ok := len(got) == len(tc.want)
			for i := 0; ok && i < len(got); i++ {
				ok = strings.Contains(got[i], tc.want[i])
			}
			if !ok {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
			}
		})
	}
}

func encode(t *testing.T, v any) string {
	t.Helper()
	raw, err := run.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// A day is due a quarter of an hour after its end, and days that were left out
// are made up for.
func TestMissing(t *testing.T) {
	at := func(s string) time.Time {
		parsed, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	for _, tc := range []struct {
		last digest.Day
		now  string
		want string
	}{
		{"", "2026-11-26T00:14:59Z", "[2026-11-24]"},
		{"", "2026-11-26T00:15:00Z", "[2026-11-25]"},
		{"", "2026-11-26T03:00:00+05:00", "[2026-11-24]"},
		{"2026-11-25", "2026-11-26T23:59:59Z", "[]"},
		{"2026-11-24", "2026-11-26T00:30:00Z", "[2026-11-25]"},
		{"2026-11-27", "2026-11-26T00:30:00Z", "[]"},
		{"2026-12-29", "2027-01-02T00:30:00Z", "[2026-12-30 2026-12-31 2027-01-01]"},
	} {
		if got := fmt.Sprint(digest.Missing(tc.last, at(tc.now))); got != tc.want {
			t.Errorf("after %q at %s: %s, want %s", tc.last, tc.now, got, tc.want)
		}
	}
}

// Many heads lie in several chunks, each small enough for an item, and come back
// as they were.
func TestChunks(t *testing.T) {
	var heads []digest.Head
	for n := range 7000 {
		heads = append(heads, digest.Head{Run: id(n), Seq: n, Hash: strings.Repeat("a", 64)})
	}
	chunks, err := digest.Chunks(heads)
	if err != nil {
		t.Fatal(err)
	}
	if len(chunks) != 3 {
		t.Errorf("%d chunks, want 3", len(chunks))
	}
	for n, c := range chunks {
		if len(c) > 389<<10 || !strings.HasSuffix(c, "\n") {
			t.Errorf("chunk %d has %d bytes", n, len(c))
		}
	}
	back, err := digest.ReadChunks(chunks)
	if err != nil || !slices.Equal(back, heads) {
		t.Errorf("they come back otherwise (%v)", err)
	}
	if none, err := digest.Chunks(nil); err != nil || len(none) != 0 {
		t.Errorf("no heads are %d chunks (%v)", len(none), err)
	}
}
