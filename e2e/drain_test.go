package e2e

import (
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws"
)

// TestDrain plays the removal of an installation, on one of its own.
func TestDrain(t *testing.T) {
	if emulated() {
		t.Parallel()
	}
	const flows = "testdata/drain/flows.yaml"
	on, _ := serve(t, "CasesFunction", flows, localaws.Options{})
	playOn(t, on, "testdata/drain", "CasesFunction", flows)
}
