package digest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Head is the last entry of a run's history at the end of a day.
type Head struct {
	Run  string `json:"run"`
	Seq  int    `json:"seq"`
	Hash string `json:"hash"`
	// Until is when the run may be deleted, by its history until then; nil means
	// never.
	Until *time.Time `json:"until,omitempty"`
}

// Heads collects the heads of runs, day by day. It keeps nothing else of the runs.
type Heads struct {
	days  map[Day][]Head
	only  map[Day]bool // nil means all
	first Day          // "" for none
}

// Gather returns an empty collection for those days; for all days if none is given.
func Gather(days ...Day) *Heads {
	h := &Heads{days: map[Day][]Head{}}
	if len(days) > 0 {
		h.only = map[Day]bool{}
		for _, d := range days {
			h.only[d] = true
		}
	}
	return h
}

// First names the day of the first digest. That digest also covers runs whose last
// entry is older.
func (h *Heads) First(day Day) { h.first = day }

// Add notes the heads of a run on the days on which it has an entry. Later entries
// don't count for a day: its heads stay the same while runs go on. Add reports
// whether the run has a head on any of the days.
func (h *Heads) Add(id string, history []run.Entry) bool {
	seen := map[Day]bool{}
	for _, e := range history {
		day := max(DayOf(e.At), h.first)
		if seen[day] || h.only != nil && !h.only[day] {
			continue
		}
		seen[day] = true
		for i, last := range slices.Backward(history) {
			if last.At.Before(day.End()) {
				head := Head{Run: id, Seq: last.Seq, Hash: last.Hash}
				if at := run.ExpiresBy(history[:i+1]); !at.IsZero() {
					head.Until = &at
				}
				h.days[day] = append(h.days[day], head)
				break
			}
		}
	}
	return len(seen) > 0
}

// Of returns the heads of a day, sorted by run id.
func (h *Heads) Of(day Day) []Head {
	heads := h.days[day]
	slices.SortFunc(heads, func(a, b Head) int { return strings.Compare(a.Run, b.Run) })
	return heads
}

// maxChunk is the most bytes of a chunk: with its keys it is an item of the table,
// of at most 400 KB.
const maxChunk = 380 << 10

// Chunks encodes heads as they are stored and hashed: a line of canonical JSON for
// each, split into chunks of bounded size.
func Chunks(heads []Head) ([]string, error) {
	var chunks []string
	var b strings.Builder
	for _, h := range heads {
		line, err := run.Canonical(h)
		if err != nil {
			return nil, fmt.Errorf("head of run %s: %w", h.Run, err)
		}
		if b.Len() > 0 && b.Len()+len(line)+1 > maxChunk {
			chunks = append(chunks, b.String())
			b.Reset()
		}
		b.Write(line)
		b.WriteByte('\n')
	}
	if b.Len() > 0 {
		chunks = append(chunks, b.String())
	}
	return chunks, nil
}

// ReadChunks decodes the output of [Chunks].
func ReadChunks(chunks []string) ([]Head, error) {
	var heads []Head
	for n, chunk := range chunks {
		for line := range strings.Lines(chunk) {
			var h Head
			if err := json.Unmarshal([]byte(line), &h); err != nil {
				return nil, fmt.Errorf("chunk %d: %w", n, err)
			}
			heads = append(heads, h)
		}
	}
	return heads, nil
}

// hashOf returns the SHA-256, in hex, of the chunks one after the other.
func hashOf(chunks []string) string {
	h := sha256.New()
	for _, c := range chunks {
		h.Write([]byte(c))
	}
	return hex.EncodeToString(h.Sum(nil))
}
