package run_test

import (
	"encoding/json"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Releases of before stored summaries in indexes. One that lacks something is not
// believed: the run is read.
func TestASummaryOfBefore(t *testing.T) {
	const hooks = `"waiting":{"admins":[],"approvals":[],"hooks":{}}`
	for name, tc := range map[string]struct {
		stored   string
		complete bool
	}{
		"whole":            {`{"etag":"e","view":{"review":{"expires_at":"2026-11-23T10:00:00Z"}},` + hooks + `}`, true},
		"with an approval": {`{"etag":"e","view":{"review":{"approved_by":[{"id":"grace@example.com"}]}},` + hooks + `}`, false},
		"without etag":     {`{"view":{"review":{}},` + hooks + `}`, false},
		"without review":   {`{"etag":"e","view":{},` + hooks + `}`, false},
		"without hooks":    {`{"etag":"e","view":{"review":{}},"waiting":{"admins":[]}}`, false},
		"not waiting":      {`{"etag":"e","view":{"review":{}}}`, false},
	} {
		var s run.Summary
		if err := json.Unmarshal([]byte(tc.stored), &s); err != nil {
			t.Fatal(err)
		}
		if s.Complete() != tc.complete {
			t.Errorf("%s: complete %v, want %v", name, !tc.complete, tc.complete)
		}
	}
}
