package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/fasttrack-dev/fasttrack/internal/release"
)

// Architectures are the processors of Lambda, as Go calls them.
var Architectures = []string{"arm64", "amd64"}

// Options says which binaries are wanted.
type Options struct {
	// Arch is one of [Architectures].
	Arch string
	// Dir is the folder of the team, whose go.mod and go.sum say which source is built if
	// the command line is a tool of that module; the working directory if empty.
	Dir string
	// Log receives a line before what takes long; nil drops it.
	Log io.Writer
}

// Binaries returns a folder with a binary for each of [Functions], under its name, that
// runs on Lambda. They are those of the release this command line belongs to, unpacked
// into the user's cache, or built from its source.
func Binaries(ctx context.Context, o Options) (dir string, err error) {
	if err := o.check(); err != nil {
		return "", err
	}
	if !released(o.Arch) {
		return compile(ctx, o)
	}
	archive, err := archiveOf(o.Arch)
	if err != nil {
		return "", err
	}
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	return unpacked(archive, filepath.Join(cache, release.Version()+"-"+o.Arch), o.Arch, release.EngineSum)
}

func (o Options) check() error {
	if !slices.Contains(Architectures, o.Arch) {
		return fmt.Errorf("unknown architecture %q; Lambda has %s and %s", o.Arch, Architectures[0], Architectures[1])
	}
	return nil
}

// released reports whether this command line is one of a release, which brings its
// binaries.
func released(arch string) bool {
	_, known := release.EngineSum(Functions[0].Name, arch)
	return known
}

// archiveOf returns the path of the archive of an architecture that came with this command
// line.
func archiveOf(arch string) (string, error) {
	self, err := os.Executable()
	if err == nil {
		self, err = filepath.EvalSymlinks(self)
	}
	if err != nil {
		return "", fmt.Errorf("find this executable: %w", err)
	}
	return filepath.Join(filepath.Dir(self), filepath.FromSlash(release.EngineDir), Packed(arch)), nil
}

// verify compares the binaries in a folder with the checksums that are compiled in.
func verify(dir, arch string, sum func(name, arch string) (string, bool)) error {
	for _, f := range Functions {
		path := filepath.Join(dir, f.Name)
		want, known := sum(f.Name, arch)
		got, err := hash(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return missing(path)
		case err != nil:
			return err
		case !known || got != want:
			return fmt.Errorf("%s is not the binary of fasttrack %s: its SHA-256 is %s; install that release again", f.Name, release.Version(), got)
		}
	}
	return nil
}

func missing(path string) error {
	return fmt.Errorf("%s is missing; install fasttrack %s again", path, release.Version())
}

// cacheDir returns the folder in which engines are kept.
func cacheDir() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("keep the engine: %w", err)
	}
	return filepath.Join(cache, "fasttrack", "engine"), nil
}

// hash returns the SHA-256 of a file in hexadecimal digits.
func hash(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
