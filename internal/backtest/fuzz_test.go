package backtest_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/backtest"
)

// Whatever a journal was left as, a backtest goes on with it: what was known
// stays known, what is kept is there the next time, and so it is for another
// key never.
func FuzzJournal(f *testing.F) {
	f.Add([]byte("{\"key\":\"k\"}\n{\"id\":\"1\",\"now\":{\"says\":\"deny\"}}\n{\"id\":\"2\",\"no"))
	f.Add([]byte("{\"key\":\"other\"}\n{\"id\":\"1\",\"now\":{\"says\":\"deny\"}}\n"))
	f.Add([]byte("{\"id\":\"1\"}\n"))
	f.Add([]byte("null\n{\"key\":\"k\"}\n\n"))
	f.Add([]byte("{\"key\":\"k\"}\n{\"now\":{\"says\":\"deny\"}}\n"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		path := filepath.Join(t.TempDir(), "journal")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		open := func(key string) (*backtest.Journal, map[string]backtest.Now) {
			j, known, err := backtest.OpenJournal(path, key, false)
			if err != nil {
				t.Fatalf("%q: %v", raw, err)
			}
			return j, known
		}
		j, before := open("k")
		now := backtest.Now{Says: backtest.Deny, Reason: "r"}
		if err := errors.Join(j.Keep("kept", now), j.Close()); err != nil {
			t.Fatal(err)
		}
		j, after := open("k")
		want := maps.Clone(before)
		want["kept"] = now
		if err := j.Close(); err != nil || !reflect.DeepEqual(after, want) {
			t.Fatalf("%q: known are %v, then %v (%v)", raw, before, after, err)
		}
		if _, there := before[""]; there {
			t.Fatalf("%q: an answer to no request is known", raw)
		}
		j, others := open("another")
		if err := j.Close(); err != nil || len(others) > 0 {
			t.Fatalf("%q: for another key, %v (%v)", raw, others, err)
		}
	})
}
