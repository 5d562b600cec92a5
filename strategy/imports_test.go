package strategy_test

import (
	"os/exec"
	"strings"
	"testing"
)

// An author's program needs this package without the rest of the project; and
// each import costs its cold start.
func TestImports(t *testing.T) {
	const format = "{{if not .Standard}}{{.ImportPath}}{{end}}"
	out, err := exec.Command("go", "list", "-deps", "-tags", "lambda.norpc", "-f", format, ".", "./strategytest").Output()
	if err != nil {
		t.Fatal(err)
	}
	paths := strings.Fields(string(out))
	if len(paths) < 3 {
		t.Fatalf("go list lists %q", paths)
	}
	for _, path := range paths {
		if !strings.HasPrefix(path, "github.com/aws/aws-lambda-go/") && !strings.HasPrefix(path, "github.com/fasttrack-dev/fasttrack/strategy") {
			t.Errorf("it imports %s", path)
		}
	}
}
