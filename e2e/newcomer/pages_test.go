package newcomer_test

import (
	"testing"

	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
)

// kit plays docs/kit.md in the repository that is deployed.
func (n *newcomer) kit(t *testing.T, e *emulator.Emulator) {}

// upgrade plays docs/upgrade.md: a release comes, and the newcomer goes to it and back.
func (n *newcomer) upgrade(t *testing.T, e *emulator.Emulator) {}
