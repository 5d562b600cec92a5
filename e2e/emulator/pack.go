package emulator

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// bucket holds what is packed.
const bucket = "packed"

// local is a file or folder beside the template, as `sam build` names it.
var local = regexp.MustCompile(`(?m)^( +)(CodeUri|DefinitionUri): (\S+)$`)

// pack puts what a built template names into the emulator's S3, as `sam deploy` does, and
// returns the URL of the template there. It packs each content once in a process: the SAM
// CLI packs at each deployment, which takes most of its time.
func (m *Emulator) pack(ctx context.Context, build string) (string, error) {
	if err := m.put(ctx, bucket, nil); err != nil {
		return "", err
	}
	template, err := os.ReadFile(filepath.Join(build, "template.yaml"))
	if err != nil {
		return "", err
	}
	var failed error
	packed := local.ReplaceAllFunc(template, func(line []byte) []byte {
		parts := local.FindSubmatch(line)
		if string(parts[3]) == "." { // the default of all functions, which each replaces
			return line
		}
		content, err := contentOf(filepath.Join(build, string(parts[3])))
		if err != nil {
			failed = errors.Join(failed, err)
			return line
		}
		key := bucket + "/" + sum(content)
		failed = errors.Join(failed, m.put(ctx, key, content))
		return fmt.Appendf(nil, "%s%s: s3://%s", parts[1], parts[2], key)
	})
	if failed != nil {
		return "", failed
	}
	key := bucket + "/" + sum(packed) + ".yaml"
	return m.edge.servicesURL() + "/" + key, m.put(ctx, key, packed)
}

// put stores an object, or makes a bucket.
func (m *Emulator) put(ctx context.Context, path string, content []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, m.edge.servicesURL()+"/"+path, bytes.NewReader(content))
	if err != nil {
		return err
	}
	who, err := m.services.Credentials.Retrieve(ctx)
	if err != nil {
		return err
	}
	hash := sum(content)
	r.Header.Set("X-Amz-Content-Sha256", hash)
	if err := v4.NewSigner().SignHTTP(ctx, who, r, hash, "s3", Region, time.Now()); err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusConflict {
		said, _ := io.ReadAll(io.LimitReader(answer.Body, 1000))
		return fmt.Errorf("store %s: %s: %s", path, answer.Status, said)
	}
	return nil
}

func sum(content []byte) string {
	s := sha256.Sum256(content)
	return hex.EncodeToString(s[:])
}

// zips are folders packed before, by the hash of what is in them.
var zips sync.Map

// contentOf returns a file, or a folder as a ZIP file.
func contentOf(path string) ([]byte, error) {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return os.ReadFile(path)
	}
	hash := sha256.New()
	if err := each(path, func(name string, content []byte) error {
		_, err := fmt.Fprintf(hash, "%s %d\n%s", name, len(content), content)
		return err
	}); err != nil {
		return nil, err
	}
	zipped, _ := zips.LoadOrStore(string(hash.Sum(nil)), sync.OnceValues(func() ([]byte, error) { return zipOf(path) }))
	return zipped.(func() ([]byte, error))()
}

func zipOf(folder string) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestSpeed) })
	err := each(folder, func(name string, content []byte) error {
		h := &zip.FileHeader{Name: name, Method: zip.Deflate}
		h.SetMode(0o755)
		f, err := w.CreateHeader(h)
		if err != nil {
			return err
		}
		_, err = f.Write(content)
		return err
	})
	err = errors.Join(err, w.Close())
	return out.Bytes(), err
}

// each calls f with each file of a folder, by its path there.
func each(folder string, f func(name string, content []byte) error) error {
	files := os.DirFS(folder)
	return fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		return f(name, content)
	})
}
