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

	"github.com/fasttrack-dev/fasttrack/internal/release"
)

// Strategy returns the binary of one of [Strategies]: that of the release, or one that is
// built from the source, as [Binaries] does.
func Strategy(ctx context.Context, name string, o Options) ([]byte, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if !released(o.Arch) {
		dir, err := compilePackages(ctx, o, name, "some seconds", "-"+name, []string{"./strategies/" + name})
		if err != nil {
			return nil, err
		}
		return os.ReadFile(filepath.Join(dir, name))
	}
	archive, err := archiveOf(o.Arch)
	if err != nil {
		return nil, err
	}
	return strategyOf(archive, name, o.Arch, release.EngineSum)
}

// strategyOf reads a binary from an archive, and compares it with the checksum that is
// compiled in.
func strategyOf(archive, name, arch string, sum func(name, arch string) (string, bool)) (binary []byte, err error) {
	err = read(archive, func(in string, content io.Reader) (err error) {
		if in != name {
			return nil
		}
		if binary, err = io.ReadAll(content); err != nil {
			return fmt.Errorf("read %s: %w", archive, err)
		}
		return errEnough
	})
	want, known := sum(name, arch)
	got := sha256.Sum256(binary)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, missing(archive)
	case err != nil:
		return nil, fmt.Errorf("%w; install fasttrack %s again", err, release.Version())
	case !known || hex.EncodeToString(got[:]) != want:
		return nil, fmt.Errorf("%s: %s is not the binary of fasttrack %s: its SHA-256 is %x; install that release again", archive, name, release.Version(), got)
	}
	return binary, nil
}
