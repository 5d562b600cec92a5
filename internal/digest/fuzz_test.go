package digest_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/digest"
)

// A document that is read is written the same again, so its hash covers all of
// it; one that is none is refused with a reason.
func FuzzParse(f *testing.F) {
	chunks, err := digest.Chunks([]digest.Head{{Run: id(1), Seq: 1, Hash: strings.Repeat("0", 64)}})
	if err != nil {
		f.Fatal(err)
	}
	d, err := digest.New("2026-11-23", 1, chunks, nil, "arn:aws:kms:us-east-1:123456789012:key/k", time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC))
	if err != nil {
		f.Fatal(err)
	}
	raw, err := json.Marshal(d.Signed([]byte("signature")))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte(strings.Replace(string(raw), `"day"`, `"Day"`, 1)))
	f.Add([]byte(strings.Replace(string(raw), `{`, `{"version":1,`, 1)))
	f.Add(append(raw, '}'))
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := digest.Parse(raw)
		if err != nil {
			if err.Error() == "" {
				t.Fatalf("%q is refused without a reason", raw)
			}
			return
		}
		again, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		other, err := digest.Parse(again)
		if err != nil || !reflect.DeepEqual(d, other) {
			t.Fatalf("%q is %+v, written again %+v (%v)", raw, d, other, err)
		}
		one, err := d.Hash()
		if err != nil {
			t.Fatal(err)
		}
		if two, err := other.Hash(); err != nil || one != two {
			t.Fatalf("%q has the hashes %s and %s (%v)", raw, one, two, err)
		}
		if _, err := d.Message(); err != nil {
			t.Fatal(err)
		}
	})
}

// The heads in a chunk are written as they were read.
func FuzzReadChunks(f *testing.F) {
	chunks, err := digest.Chunks([]digest.Head{{Run: id(1), Seq: 1, Hash: "a"}, {Run: id(2), Seq: 7, Hash: "b"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(chunks[0])
	f.Add("{}\n")
	f.Add(`{"run":"a","seq":1,"hash":"b"`)
	f.Fuzz(func(t *testing.T, chunk string) {
		heads, err := digest.ReadChunks([]string{chunk})
		if err != nil {
			return
		}
		written, err := digest.Chunks(heads)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := digest.ReadChunks(written); err != nil || !slices.Equal(heads, again) {
			t.Fatalf("%q is %v, then %v (%v)", chunk, heads, again, err)
		}
	})
}
