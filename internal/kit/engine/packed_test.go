package engine

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// packed writes an archive of small binaries, and returns it with their checksums.
func packed(t *testing.T) (archive string, sum func(name, arch string) (string, bool)) {
	t.Helper()
	binaries, sums := map[string][]byte{}, map[string]string{}
	for _, f := range Functions {
		data := []byte("the binary " + f.Name)
		all := sha256.Sum256(data)
		binaries[f.Name], sums[f.Name+"/arm64"] = data, hex.EncodeToString(all[:])
	}
	var first, second bytes.Buffer
	for _, to := range []*bytes.Buffer{&first, &second} {
		if err := Pack(to, binaries, time.Unix(1, 0)); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same binaries make another archive")
	}
	archive = filepath.Join(t.TempDir(), Packed("arm64"))
	if err := os.WriteFile(archive, first.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return archive, func(name, arch string) (string, bool) {
		s, known := sums[name+"/"+arch]
		return s, known
	}
}

// The binaries are unpacked once, as programs. What else lies in the cache is replaced, and
// what is wrong with the archive leaves nothing there.
func TestUnpacked(t *testing.T) {
	archive, sum := packed(t)
	dir := filepath.Join(t.TempDir(), "engine", "v1-arm64")
	binary := filepath.Join(dir, "request")
	for range 2 {
		if got, err := unpacked(archive, dir, "arm64", sum); err != nil || got != dir {
			t.Fatalf("got %s, %v", got, err)
		}
	}
	if info, err := os.Stat(binary); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("the binary is %v (%v), want a program", info, err)
	}
	if err := os.WriteFile(binary, []byte("planted"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := unpacked(archive, dir, "arm64", sum); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(binary); err != nil || string(data) != "the binary request" {
		t.Errorf("a planted binary became %q (%v)", data, err)
	}

	other := filepath.Join(t.TempDir(), "engine", "v1-arm64")
	for name, spoil := range map[string]func() (string, func(string, string) (string, bool)){
		"is missing; install fasttrack": func() (string, func(string, string) (string, bool)) { return archive + ".none", sum },
		"is not the binary of": func() (string, func(string, string) (string, bool)) {
			return archive, func(string, string) (string, bool) { return strings.Repeat("0", 64), true }
		},
		"install fasttrack": func() (string, func(string, string) (string, bool)) {
			data, err := os.ReadFile(archive)
			if err != nil {
				t.Fatal(err)
			}
			half := archive + ".half"
			if err := os.WriteFile(half, data[:len(data)/2], 0o600); err != nil {
				t.Fatal(err)
			}
			return half, sum
		},
	} {
		from, sum := spoil()
		if _, err := unpacked(from, other, "arm64", sum); err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), from) {
			t.Errorf("got %v, want an error that says %q and names %s", err, name, from)
		}
		if left, err := os.ReadDir(filepath.Dir(other)); err != nil || len(left) > 0 {
			t.Errorf("%s: it leaves %v in the cache (%v)", name, left, err)
		}
	}
}
