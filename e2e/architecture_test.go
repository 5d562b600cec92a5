package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// architectureRow is a row that names a Go file and a function of it.
var architectureRow = regexp.MustCompile("\\]\\((\\.\\./[^)]+\\.go)\\) \\| (?:type )?`([A-Za-z]+)` \\|")

// The walks of docs/architecture.md name functions that are in the files beside them.
func TestArchitectureNamesFunctions(t *testing.T) {
	raw, err := os.ReadFile("../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := architectureRow.FindAllStringSubmatch(string(raw), -1)
	if len(rows) < 20 {
		t.Fatalf("found %d rows", len(rows))
	}
	for _, row := range rows {
		source, err := os.ReadFile(filepath.Join("../docs", row[1]))
		if err != nil {
			t.Error(err)
			continue
		}
		declared := regexp.MustCompile(`(?m)^(func (\([^)]*\) )?|type )` + row[2] + `\b`)
		if !declared.Match(source) {
			t.Errorf("%s declares no %s", strings.TrimPrefix(row[1], "../"), row[2])
		}
	}
}
