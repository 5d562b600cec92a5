package journal

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

func open(t testing.TB, path string) *Journal {
	t.Helper()
	j, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

// content reads what counts.
func content(t rapid.TB, j *Journal) map[string]string {
	t.Helper()
	all := map[string]string{}
	if err := j.Each(func(key string, record []byte) error {
		all[key] += string(record) + ";"
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

func must(t rapid.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Whatever is written, opened again and written anew, a journal has what a map
// of lists would have.
func TestJournalIsAMapOfLists(t *testing.T) {
	dir := t.TempDir()
	runs := 0
	rapid.Check(t, func(t *rapid.T) {
		runs++
		path := filepath.Join(dir, fmt.Sprint(runs))
		j, err := Open(path)
		must(t, err)
		j.slack = 64
		model := map[string]string{}
		for range rapid.IntRange(1, 60).Draw(t, "writes") {
			key := rapid.StringMatching(`[abc]{0,2}`).Draw(t, "key")
			record := rapid.StringMatching(`[x\x00]{0,40}`).Draw(t, "record")
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 0:
				must(t, j.Set(key, []byte(record)))
				model[key] = record + ";"
			case 1:
				must(t, j.Remove(key))
				delete(model, key)
			case 2:
				must(t, j.Close())
				j, err = Open(path)
				must(t, err)
				j.slack = 64
			default:
				must(t, j.Add(key, []byte(record)))
				model[key] += record + ";"
			}
			if got := content(t, j); !maps.Equal(got, model) {
				t.Fatalf("got %q, want %q", got, model)
			}
		}
		must(t, j.Close())
	})
}

// A last record that was cut anywhere is dropped, and what is written
// afterwards is read again.
func TestTornTailIsDropped(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path)
	must(t, j.Add("a", []byte("first")))
	whole := j.Size()
	must(t, j.Add("b", []byte("second")))
	must(t, j.Close())
	raw, err := os.ReadFile(path)
	must(t, err)
	cut := map[string][]byte{"zeros after a power cut": append(slices.Clone(raw[:whole]), make([]byte, 100)...)}
	for n := whole; n < int64(len(raw)); n++ {
		cut[fmt.Sprintf("cut at %d", n)] = raw[:n]
	}
	wrong := slices.Clone(raw)
	wrong[len(wrong)-1] ^= 1
	cut["a wrong checksum at the end"] = wrong
	for name, bytes := range cut {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "j")
			must(t, os.WriteFile(path, bytes, 0o600))
			j := open(t, path)
			must(t, j.Add("c", []byte("third")))
			must(t, j.Close())
			if got, want := content(t, open(t, path)), map[string]string{"a": "first;", "c": "third;"}; !maps.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
	t.Run("cut in the header", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "j")
		must(t, os.WriteFile(path, raw[:5], 0o600))
		must(t, open(t, path).Add("c", nil))
	})
}

// Damage in the middle is an error.
func TestDamageIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path)
	must(t, j.Add("a", []byte("first")))
	must(t, j.Add("b", []byte("second")))
	must(t, j.Close())
	raw, err := os.ReadFile(path)
	must(t, err)
	raw[len(header)+prefixSize+5] ^= 1
	must(t, os.WriteFile(path, raw, 0o600))
	if _, err := Open(path); !errors.Is(err, errDamaged) || !strings.Contains(err.Error(), "at byte 20") {
		t.Errorf("got %v, want the place of the damage", err)
	}
	must(t, os.WriteFile(path, []byte("fasttrack journal 2\nwhat a later version has"), 0o600))
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), `not a journal of format "fasttrack journal 1"`) {
		t.Errorf("another format: got %v", err)
	}
}

// Many write at once while the file is written anew; nothing is lost, and the
// records of each stay in order.
func TestConcurrentWriters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path)
	j.slack = 10_000
	const writers, records = 8, 300
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			key := fmt.Sprint(w)
			for n := range records {
				for _, err := range []error{
					j.Set("moving"+key, make([]byte, 200)),
					j.Add(key, fmt.Append(nil, n)),
				} {
					if err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
	if size := j.Size(); size > 100_000 {
		t.Errorf("the file has %d bytes: what counts no more was not left out", size)
	}
	must(t, j.Close())
	want := ""
	for n := range records {
		want += fmt.Sprint(n) + ";"
	}
	got := content(t, open(t, path))
	for w := range writers {
		if got[fmt.Sprint(w)] != want {
			t.Errorf("writer %d: got %q", w, got[fmt.Sprint(w)])
		}
	}
	if err := j.Add("a", nil); !errors.Is(err, ErrClosed) {
		t.Errorf("a closed journal: got %v", err)
	}
}

// After a write that failed nothing is taken any more.
func TestFirstErrorStays(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "j"))
	must(t, j.file.Close())
	first := j.Add("a", nil)
	if first == nil {
		t.Fatal("a write to a closed file is no error")
	}
	if err := j.Set("b", nil); err != first {
		t.Errorf("got %v, want the first error", err)
	}
}

// BenchmarkAdd keeps a record of 2 KB of one of 1,000 keys, which is replaced
// after 8 of them.
func BenchmarkAdd(b *testing.B) {
	j := open(b, filepath.Join(b.TempDir(), "j"))
	record := make([]byte, 2048)
	for n := 0; b.Loop(); n++ {
		write := j.Add
		if n/1000%8 == 0 {
			write = j.Set
		}
		if err := write(fmt.Sprint(n%1000), record); err != nil {
			b.Fatal(err)
		}
	}
}
