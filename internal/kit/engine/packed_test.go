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

// pack writes an archive of small binaries, and returns it with their checksums.
func pack(t *testing.T) (archive string, sum func(name, arch string) (string, bool)) {
	t.Helper()
	binaries, sums := map[string][]byte{}, map[string]string{}
	for _, name := range packed() {
		data := []byte("the binary " + name)
		all := sha256.Sum256(data)
		binaries[name], sums[name+"/arm64"] = data, hex.EncodeToString(all[:])
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
	archive, sum := pack(t)
	dir := filepath.Join(t.TempDir(), "engine", "v1-arm64")
	binary := filepath.Join(dir, "request")
	for range 2 {
		if got, err := unpacked(archive, dir, "arm64", sum); err != nil || got != dir {
			t.Fatalf("got %s, %v", got, err)
		}
	}
	if made, err := os.ReadDir(dir); err != nil || len(made) != len(Functions) {
		t.Errorf("the cache has %v (%v), want the engine alone", made, err)
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

// A strategy is read from the archive, and nothing that differs from its checksum.
func TestStrategyOf(t *testing.T) {
	archive, sum := pack(t)
	for _, name := range Strategies {
		if got, err := strategyOf(archive, name, "arm64", sum); err != nil || string(got) != "the binary "+name {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
	data, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	half := archive + ".half"
	if err := os.WriteFile(half, data[:len(data)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	unknown := func(string, string) (string, bool) { return "", false }
	other := func(string, string) (string, bool) { return strings.Repeat("0", 64), true }
	for name, c := range map[string]struct {
		archive, name string
		sum           func(name, arch string) (string, bool)
		want          string
	}{
		"no archive":           {archive + ".none", "eks", sum, "is missing; install fasttrack"},
		"half an archive":      {half, "postgres", sum, "install fasttrack"},
		"no such binary":       {archive, "none", sum, "none is not the binary of fasttrack"},
		"another checksum":     {archive, "eks", other, "eks is not the binary of fasttrack"},
		"without a checksum":   {archive, "eks", unknown, "eks is not the binary of fasttrack"},
		"another architecture": {archive, "eks", func(name, _ string) (string, bool) { return sum(name, "amd64") }, "eks is not the binary of fasttrack"},
	} {
		if got, err := strategyOf(c.archive, c.name, "arm64", c.sum); err == nil || got != nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.archive) {
			t.Errorf("%s: got %q, %v, want an error that says %q and names the archive", name, got, err, c.want)
		}
	}
}
