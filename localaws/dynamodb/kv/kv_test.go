package kv_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/localaws/dynamodb/kv"
)

// stores opens one of each kind.
func stores(t *testing.T) map[string]kv.Store {
	t.Helper()
	folder, err := kv.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = folder.Close() })
	return map[string]kv.Store{"memory": kv.NewMemory(), "folder": folder}
}

// scanned returns the keys that a Scan visits, up to limit.
func scanned(t rapid.TB, r kv.Reader, low, high string, reverse bool, limit int) []string {
	t.Helper()
	var keys []string
	end := []byte(high)
	if high == "" {
		end = nil
	}
	if err := r.Scan([]byte(low), end, reverse, func(key, _ []byte) (bool, error) {
		keys = append(keys, string(key))
		return len(keys) < limit, nil
	}); err != nil {
		t.Fatal(err)
	}
	return keys
}

// Whatever is put and deleted, Get and Scan answer as a sorted map would.
func TestStoreIsASortedMap(t *testing.T) {
	for name, store := range stores(t) {
		t.Run(name, func(t *testing.T) {
			model := map[string]string{}
			key := rapid.StringMatching(`[ab\x00\xff]{1,3}`)
			rapid.Check(t, func(t *rapid.T) {
				k, put := key.Draw(t, "key"), rapid.Bool().Draw(t, "put")
				if err := store.Update(func(w kv.Writer) error {
					if put {
						model[k] = "v" + k
						return w.Put([]byte(k), []byte("v"+k))
					}
					delete(model, k)
					return w.Delete([]byte(k))
				}); err != nil {
					t.Fatal(err)
				}
				low, high := key.Draw(t, "low"), rapid.OneOf(key, rapid.Just("")).Draw(t, "high")
				reverse, limit := rapid.Bool().Draw(t, "reverse"), rapid.IntRange(1, 5).Draw(t, "limit")
				var want []string
				for _, k := range slices.Sorted(maps.Keys(model)) {
					if k >= low && (high == "" || k < high) {
						want = append(want, k)
					}
				}
				if reverse {
					slices.Reverse(want)
				}
				want = want[:min(len(want), limit)]
				if err := store.View(func(r kv.Reader) error {
					if got := scanned(t, r, low, high, reverse, limit); !slices.Equal(got, want) {
						t.Fatalf("scan %q to %q, reverse %v: got %q, want %q", low, high, reverse, got, want)
					}
					if got, _ := r.Get([]byte(k)); string(got) != model[k] {
						t.Fatalf("get %q: got %q, want %q", k, got, model[k])
					}
					return nil
				}); err != nil {
					t.Fatal(err)
				}
			})
		})
	}
}

// An Update that fails leaves nothing behind.
func TestStoreUpdateIsWholeOrNothing(t *testing.T) {
	broken := errors.New("broken")
	for name, store := range stores(t) {
		t.Run(name, func(t *testing.T) {
			err := store.Update(func(w kv.Writer) error {
				if err := w.Put([]byte("a"), []byte("1")); err != nil {
					return err
				}
				if got, _ := w.Get([]byte("a")); string(got) != "1" {
					t.Errorf("a writer got %q, want its own write", got)
				}
				return broken
			})
			if !errors.Is(err, broken) {
				t.Errorf("got error %v, want %v", err, broken)
			}
			_ = store.View(func(r kv.Reader) error {
				if got, _ := r.Get([]byte("a")); got != nil {
					t.Errorf("got %q after a failed update, want nothing", got)
				}
				return nil
			})
		})
	}
}

// A reader sees the state from when it began, and neither side waits for the
// other.
func TestStoreReadersHoldASnapshot(t *testing.T) {
	for name, store := range stores(t) {
		t.Run(name, func(t *testing.T) {
			put := func(value string) {
				if err := store.Update(func(w kv.Writer) error { return w.Put([]byte("k"), []byte(value)) }); err != nil {
					t.Fatal(err)
				}
			}
			put("old")
			_ = store.View(func(r kv.Reader) error {
				var writing sync.WaitGroup
				writing.Go(func() { put("new") })
				writing.Wait()
				if got, _ := r.Get([]byte("k")); string(got) != "old" {
					t.Errorf("a reader got %q, want what was there when it began", got)
				}
				return nil
			})
			_ = store.View(func(r kv.Reader) error {
				if got, _ := r.Get([]byte("k")); string(got) != "new" {
					t.Errorf("a later reader got %q, want the new value", got)
				}
				return nil
			})
		})
	}
}

// What one process wrote the next one reads, and two can't share a folder.
func TestFolderIsKeptAndHeldByOne(t *testing.T) {
	dir := t.TempDir()
	first, err := kv.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Update(func(w kv.Writer) error {
		for n := range 1000 {
			if err := w.Put(fmt.Appendf(nil, "%04d", n), []byte{1}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := kv.OpenFolder(dir); err == nil || !strings.Contains(err.Error(), "another process has it open") {
		t.Errorf("second open: got error %v, want one that says who has it", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := kv.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	_ = second.View(func(r kv.Reader) error {
		if got := len(scanned(t, r, "", "", false, 2000)); got != 1000 {
			t.Errorf("got %d keys after opening again, want 1000", got)
		}
		return nil
	})
}

func TestAfter(t *testing.T) {
	for _, c := range []struct{ prefix, want string }{{"a", "b"}, {"a\xff", "b"}, {"a\x00", "a\x01"}, {"\xff\xff", ""}, {"", ""}} {
		if got := string(kv.After([]byte(c.prefix))); got != c.want {
			t.Errorf("After(%q): got %q, want %q", c.prefix, got, c.want)
		}
	}
}
