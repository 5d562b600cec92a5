package stepfunctions

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
	"github.com/fasttrack-dev/fasttrack/localaws/journal"
)

// folder is where executions outlive the process: a journal of how far each
// has come, and the definitions that they go by.
//
//	journal                  see kept
//	definitions/HASH.json    by their SHA-256
type folder struct {
	dir     string
	journal *journal.Journal
}

// definitionSuffix is how files of definitions end.
const definitionSuffix = ".json"

func openFolder(dir string) (*folder, error) {
	f := &folder{dir: dir}
	if err := os.MkdirAll(f.definitions(), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of executions: %w", err)
	}
	var err error
	f.journal, err = journal.Open(filepath.Join(dir, "journal"))
	return f, err
}

func (f *folder) definitions() string { return filepath.Join(f.dir, "definitions") }

// define stores a definition and returns its hash. It does nothing in memory,
// where f is nil.
func (f *folder) define(definition string) (hash string, err error) {
	if f == nil {
		return "", nil
	}
	sum := sha256.Sum256([]byte(definition))
	hash = hex.EncodeToString(sum[:])
	path := filepath.Join(f.definitions(), hash+definitionSuffix)
	if _, err := os.Stat(path); err == nil {
		return hash, nil
	}
	// A kill must not leave half of it under the name.
	if err := os.WriteFile(path+".new", []byte(definition), 0o600); err != nil {
		return "", fmt.Errorf("keep a definition: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return "", fmt.Errorf("keep a definition: %w", err)
	}
	return hash, nil
}

// definition reads what define kept.
func (f *folder) definition(hash string) (*asl.Machine, error) {
	raw, err := os.ReadFile(filepath.Join(f.definitions(), hash+definitionSuffix))
	if err != nil {
		return nil, fmt.Errorf("read a definition: %w", err)
	}
	parsed, err := asl.ParseKept(raw)
	if err != nil {
		return nil, fmt.Errorf("definition %s: %w", hash, err)
	}
	return parsed, nil
}

// tidy deletes the definitions that nothing goes by. One that is needed again
// is written again.
func (f *folder) tidy(used map[string]bool) error {
	entries, err := os.ReadDir(f.definitions())
	if err != nil {
		return fmt.Errorf("read the folder of definitions: %w", err)
	}
	for _, e := range entries {
		hash := strings.TrimSuffix(e.Name(), definitionSuffix)
		if used[hash] {
			continue
		}
		if err := os.Remove(filepath.Join(f.definitions(), e.Name())); err != nil {
			return fmt.Errorf("delete a definition: %w", err)
		}
	}
	return nil
}

// forget drops what is kept of an execution.
func (f *folder) forget(arn string) error {
	if f == nil {
		return nil
	}
	return f.journal.Remove(arn)
}
