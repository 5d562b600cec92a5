package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var commitTime = time.Date(2026, 11, 29, 3, 4, 5, 0, time.UTC)

// drawFiles draws files with different names.
func drawFiles(t *rapid.T) []file {
	var files []file
	for _, name := range rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z]{1,4}(/[a-z]{1,4}){0,2}`), 1, 8, rapid.ID[string]).Draw(t, "names") {
		files = append(files, file{name, rapid.SliceOf(rapid.Byte()).Draw(t, name), rapid.Bool().Draw(t, name+" is a program")})
	}
	return files
}

// An archive has what was put in, and its bytes depend on neither the order of the files
// nor the place of the machine.
func TestWriteTarGz(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		files := drawFiles(t)
		var first, second bytes.Buffer
		if err := writeTarGz(&first, commitTime, files); err != nil {
			t.Fatal(err)
		}
		shuffled := slices.Clone(files)
		rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if err := writeTarGz(&second, commitTime.In(time.FixedZone("Sydney", 11*3600)), shuffled); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Fatal("the same files made other bytes")
		}
		z, err := gzip.NewReader(&first)
		if err != nil {
			t.Fatal(err)
		}
		var got []file
		for r := tar.NewReader(z); ; {
			h, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(r)
			if err != nil || !h.ModTime.Equal(commitTime) || h.Uid != 0 || h.Uname != "" {
				t.Fatalf("%s: %v, %+v", h.Name, err, h)
			}
			got = append(got, file{h.Name, data, h.Mode == 0o755})
		}
		compareFiles(t, got, files)
	})
}

func TestWriteZip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		files := drawFiles(t)
		var first, second bytes.Buffer
		if err := writeZip(&first, commitTime, files); err != nil {
			t.Fatal(err)
		}
		if err := writeZip(&second, commitTime.In(time.FixedZone("Sydney", 11*3600)), files); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Fatal("the same files made other bytes")
		}
		r, err := zip.NewReader(bytes.NewReader(first.Bytes()), int64(first.Len()))
		if err != nil {
			t.Fatal(err)
		}
		var got []file
		for _, f := range r.File {
			in, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(in)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, file{f.Name, data, f.Mode() == 0o755})
		}
		compareFiles(t, got, files)
	})
}

func compareFiles(t *rapid.T, got, want []file) {
	t.Helper()
	got, err := inOrder(got)
	if err != nil {
		t.Fatal(err)
	}
	if want, err = inOrder(want); err != nil {
		t.Fatal(err)
	}
	same := cmp.Comparer(func(a, b file) bool {
		return a.name == b.name && bytes.Equal(a.data, b.data) && a.executable == b.executable
	})
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Fatalf("files (-want +got):\n%s", diff)
	}
}

func TestArchives_RefuseTwoOfOneName(t *testing.T) {
	twice := []file{{name: "a"}, {name: "b"}, {name: "a"}}
	for name, write := range map[string]func(*bytes.Buffer, time.Time, []file) error{"tar.gz": writeTarGz, "zip": writeZip} {
		if err := write(&bytes.Buffer{}, commitTime, twice); err == nil || !strings.Contains(err.Error(), "a is in the archive twice") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
