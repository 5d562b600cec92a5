package engine

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/fasttrack-dev/fasttrack/internal/release"
)

// window is how far back in an archive a repetition is found, in bytes: in all of the
// binaries, which have most of their packages in common.
const window = 128 << 20

// mostBytes is the largest binary that is unpacked: what Lambda takes of a function
// (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
const mostBytes = 250 << 20

// Packed is the name of a release's archive of the binaries of an architecture.
func Packed(arch string) string { return arch + ".tar.zst" }

// Pack writes the archive of binaries by their names. The same binaries and time make the
// same bytes.
func Pack(to io.Writer, binaries map[string][]byte, at time.Time) error {
	z, err := zstd.NewWriter(to, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithWindowSize(window), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	for _, name := range packed() {
		data, is := binaries[name]
		if !is {
			return fmt.Errorf("the binary %s is missing", name)
		}
		header := &tar.Header{Name: name, Mode: 0o755, Size: int64(len(data)), ModTime: at.UTC().Truncate(time.Second), Typeflag: tar.TypeReg, Format: tar.FormatUSTAR}
		if err := t.WriteHeader(header); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if _, err := t.Write(data); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return errors.Join(t.Close(), z.Close())
}

// errEnough ends the reading of an archive before its end.
var errEnough = errors.New("enough was read")

// read calls do with each binary of an archive, in its order. It ends early if do returns
// [errEnough].
func read(archive string, do func(name string, content io.Reader) error) error {
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer file.Close()
	z, err := zstd.NewReader(file, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(window))
	if err != nil {
		return err
	}
	defer z.Close()
	names := packed()
	for t := tar.NewReader(z); ; {
		header, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", archive, err)
		}
		if !slices.Contains(names, header.Name) || header.Size > mostBytes {
			return fmt.Errorf("read %s: no binary of a release is %q of %d bytes", archive, header.Name, header.Size)
		}
		switch err := do(header.Name, t); {
		case errors.Is(err, errEnough):
			return nil
		case err != nil:
			return err
		}
	}
}

// unpack writes the engine's binaries of an archive to a folder.
func unpack(archive, dir string) error {
	left := len(Functions)
	return read(archive, func(name string, content io.Reader) error {
		if slices.Contains(Strategies, name) {
			return errEnough
		}
		if err := write(filepath.Join(dir, name), content); err != nil {
			return err
		}
		if left--; left == 0 {
			return errEnough
		}
		return nil
	})
}

func write(path string, from io.Reader) (err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o755) // #nosec G302 -- a program
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err := io.CopyN(file, from, mostBytes); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// unpacked returns the folder of the cache that has the binaries of an archive, each with
// its checksum. What else lies there is replaced.
func unpacked(archive, dir, arch string, sum func(name, arch string) (string, bool)) (string, error) {
	whole := func() bool { return verify(dir, arch, sum) == nil }
	if whole() {
		return dir, nil
	}
	return dir, keep(dir, whole, func(made string) error {
		switch err := unpack(archive, made); {
		case errors.Is(err, fs.ErrNotExist):
			return missing(archive)
		case err != nil:
			return fmt.Errorf("%w; install fasttrack %s again", err, release.Version())
		}
		if err := verify(made, arch, sum); err != nil {
			return fmt.Errorf("%s: %w", archive, err)
		}
		return nil
	})
}

// keep makes a folder of the cache, all of it or nothing. Another process may have made
// the same meanwhile: that one stays if it is whole.
func keep(dir string, whole func() bool, make func(made string) error) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o750); err != nil {
		return fmt.Errorf("keep the engine: %w", err)
	}
	made, err := os.MkdirTemp(filepath.Dir(dir), ".new-*")
	if err != nil {
		return fmt.Errorf("keep the engine: %w", err)
	}
	defer os.RemoveAll(made)
	if err := make(made); err != nil {
		return err
	}
	if os.Rename(made, dir) == nil || whole() {
		return nil
	}
	if err := errors.Join(os.RemoveAll(dir), os.Rename(made, dir)); err != nil {
		return fmt.Errorf("keep the engine: %w", err)
	}
	return nil
}
