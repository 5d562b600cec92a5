package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/atomicfile"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// maxShown is how many ids are kept.
const maxShown = 1000

// shownIDs are the ids that `list` has printed for an API, the newest first. A short
// id may be in no list of the caller any more, such as after somebody else has
// decided. The file holds ids and nothing else; without it such an id is not found.
type shownIDs struct{ path string }

func (a *caller) shownIDs() shownIDs {
	dir, err := a.process.CacheDir()
	if err != nil {
		return shownIDs{}
	}
	sum := sha256.Sum256([]byte(strings.TrimRight(a.url, "/")))
	return shownIDs{filepath.Join(dir, "fasttrack", "shown", hex.EncodeToString(sum[:8]))}
}

func (s shownIDs) all() []string {
	raw, err := os.ReadFile(s.path)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(strings.Fields(string(raw)), func(id string) bool { return !run.ValidID(id) })
}

// add adds ids, if the file can be written.
func (s shownIDs) add(ids []string) {
	all := slices.Clone(ids)
	for _, id := range s.all() {
		if !slices.Contains(ids, id) {
			all = append(all, id)
		}
	}
	all = all[:min(len(all), maxShown)]
	if s.path == "" || os.MkdirAll(filepath.Dir(s.path), 0o700) != nil {
		return
	}
	_ = atomicfile.Write(s.path, []byte(strings.Join(all, "\n")+"\n")) // without it a short id is not found
}

// like returns the ids that begin or end with short.
func (s shownIDs) like(short string) []string {
	return slices.DeleteFunc(s.all(), func(id string) bool { return !strings.HasPrefix(id, short) && !strings.HasSuffix(id, short) })
}
