package pack_test

import (
	"os"
	"os/exec"
	"testing"
)

// needs skips a test where a program is missing. Where CI is set, it fails instead.
func needs(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err == nil {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is not installed", program)
	}
	t.Skipf("%s is not installed", program)
}
