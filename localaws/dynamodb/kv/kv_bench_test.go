package kv

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// openers has the stores to measure by name and place. dir is a folder that a
// store in memory has no use for.
var openers = map[string]func(dir string) (Store, error){
	"bbolt/folder": func(dir string) (Store, error) { return OpenFolder(dir) },
	"btree/memory": func(string) (Store, error) { return NewMemory(), nil },
}

// eachStore runs measure on every store.
func eachStore(b *testing.B, measure func(b *testing.B, open func() Store)) {
	for _, name := range slices.Sorted(maps.Keys(openers)) {
		b.Run(name, func(b *testing.B) {
			dir := b.TempDir()
			measure(b, func() Store {
				store, err := openers[name](dir)
				if err != nil {
					b.Fatal(err)
				}
				return store
			})
		})
	}
}

var item2KB = bytes.Repeat([]byte("x"), 2048)

// runKey is shaped like an item's key, indexKey like its entry in an index
// that sorts by creation time.
func runKey(n int) []byte {
	return fmt.Appendf(nil, "i\x00\x00\x01RUN#%012d\x00\x01RUN\x00\x01", n*7919%1_000_003)
}
func indexKey(n int) []byte {
	return fmt.Appendf(nil, "x\x00\x00\x01inbox#aws-access#3\x00\x01%012d\x00\x01RUN#%012d", n, n)
}

// put is a conditional put of a new 2 KB item with an entry in one index.
func put(store Store, n int) error {
	return store.Update(func(w Writer) error {
		key := runKey(n)
		if old, err := w.Get(key); err != nil || old != nil {
			return errors.Join(err, errors.ErrUnsupported)
		}
		if err := w.Put(key, item2KB); err != nil {
			return err
		}
		return w.Put(indexKey(n), item2KB[:256])
	})
}

func fill(b *testing.B, store Store, items int) {
	b.Helper()
	for low := 0; low < items; low += 1000 {
		err := store.Update(func(w Writer) error {
			for n := low; n < min(low+1000, items); n++ {
				if err := w.Put(runKey(n), item2KB); err != nil {
					return err
				}
				if err := w.Put(indexKey(n), item2KB[:256]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func newest20(store Store) error {
	return store.View(func(r Reader) error {
		seen := 0
		prefix := []byte("x\x00\x00\x01inbox#aws-access#3\x00\x01")
		err := r.Scan(prefix, After(prefix), true, func(_, _ []byte) (bool, error) {
			seen++
			return seen < 20, nil
		})
		if err == nil && seen != 20 {
			err = fmt.Errorf("saw %d entries, want 20", seen)
		}
		return err
	})
}

func BenchmarkStoreConditionalPut2KB(b *testing.B) {
	eachStore(b, func(b *testing.B, open func() Store) {
		store := open()
		defer store.Close()
		fill(b, store, 10_000)
		n := 10_000
		for b.Loop() {
			if err := put(store, n); err != nil {
				b.Fatal(err)
			}
			n++
		}
	})
}

func BenchmarkStoreNewest20(b *testing.B) {
	eachStore(b, func(b *testing.B, open func() Store) {
		for _, items := range []int{100, 100_000} {
			b.Run(strconv.Itoa(items), func(b *testing.B) {
				store := open()
				defer store.Close()
				fill(b, store, items)
				for b.Loop() {
					if err := newest20(store); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	})
}

// BenchmarkStoreNewest20WhileWriting reads on all cores while one writer puts
// as fast as it can.
func BenchmarkStoreNewest20WhileWriting(b *testing.B) {
	eachStore(b, func(b *testing.B, open func() Store) {
		store := open()
		fill(b, store, 10_000)
		stop, stopped := make(chan struct{}), make(chan int)
		go func() {
			for n := 10_000; ; n++ {
				select {
				case <-stop:
					stopped <- n - 10_000
					return
				default:
					if err := put(store, n); err != nil {
						panic(err)
					}
				}
			}
		}()
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := newest20(store); err != nil {
					b.Error(err)
				}
			}
		})
		b.StopTimer()
		close(stop)
		b.ReportMetric(float64(<-stopped)/b.Elapsed().Seconds(), "puts/s")
		if err := store.Close(); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkStoreOpen opens a folder that holds 10,000 items.
func BenchmarkStoreOpen(b *testing.B) {
	eachStore(b, func(b *testing.B, open func() Store) {
		store := open()
		fill(b, store, 10_000)
		if err := store.Close(); err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if err := open().Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkStoreMemory reports what 10,000 items of 8 KB cost the process after
// a collection: resident memory that is its own, which a kernel can't drop.
func BenchmarkStoreMemory(b *testing.B) {
	if _, err := os.ReadFile("/proc/self/status"); err != nil {
		b.Skip("resident memory is read from /proc: ", err)
	}
	eachStore(b, func(b *testing.B, open func() Store) {
		for b.Loop() {
			debug.FreeOSMemory()
			before := anonymousKB(b)
			store := open()
			value := bytes.Repeat([]byte("x"), 8192)
			for n := range 10_000 {
				binary.BigEndian.PutUint64(value, uint64(n))
				if err := store.Update(func(w Writer) error { return w.Put(runKey(n), value) }); err != nil {
					b.Fatal(err)
				}
			}
			debug.FreeOSMemory()
			b.ReportMetric(float64(anonymousKB(b)-before)/1024, "MB")
			if err := store.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func anonymousKB(b *testing.B) int {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "RssAnon:")
	kb, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		b.Fatal(err)
	}
	return kb
}
