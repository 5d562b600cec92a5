package partition_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// No code makes an ARN of one partition alone, and no host name. Examples may name
// one, and what other programs are tested with.
func TestNoPartitionIsWrittenOut(t *testing.T) {
	examples := []string{
		"internal/cli/auditor_audit_verify.go", // the example of a command
		"internal/hookcheck/cases.go",          // the made-up machine that asks
		"api/url.go",                           // the form of a URL
		"localaws/sns/sns.go",
		"localaws/wire/answer.go", // the names of XML documents
	}
	written := regexp.MustCompile(`"arn:aws:|https?://[^"]*amazonaws\.com|"[^"]*amazonaws\.com"`)
	comment := regexp.MustCompile(`(^|[^:])//.*`)
	seen := 0
	for _, root := range []string{"../../api", "../../cmd", "../../functions", "../../hook", "../../internal", "../../localaws"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			name := strings.TrimPrefix(filepath.ToSlash(path), "../../")
			switch {
			case err != nil:
				return err
			case d.IsDir() && (name == "localaws/asl/parity" || name == "localaws/partition" || name == "internal/partition"):
				return fs.SkipDir
			case filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") || slices.Contains(examples, name):
				return nil
			}
			seen++
			raw, err := os.ReadFile(path)
			for i, line := range strings.Split(string(raw), "\n") {
				line = comment.ReplaceAllString(line, "$1")
				if written.MatchString(line) && !strings.Contains(line, "#") && !strings.Contains(line, "/aws-reserved/") {
					t.Errorf("%s:%d writes a partition out: %s", name, i+1, strings.TrimSpace(line))
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 300 {
		t.Errorf("only %d files were read", seen)
	}
}
