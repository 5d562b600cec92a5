package sdk_test

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// The SDK's own tests.
func TestNode(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("Node.js is not installed")
	}
	files, err := filepath.Glob("node/test/*.test.mjs")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests in node/test: %v", err)
	}
	if out, err := exec.Command(node, append([]string{"--test"}, files...)...).CombinedOutput(); err != nil {
		t.Errorf("node --test: %v\n%s", err, out)
	}
}
