package localaws_test

import (
	"os/exec"
	"strings"
	"testing"
)

// localaws serves any application: no package of it, tests and examples included,
// imports the rest of the module.
func TestImportsNothingOfTheModule(t *testing.T) {
	const module = "github.com/fasttrack-dev/fasttrack/"
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}{{range .TestImports}} {{.}}{{end}}{{range .XTestImports}} {{.}}{{end}}`, module+"localaws/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(packages) < 25 {
		t.Fatalf("got %d packages, want at least 25", len(packages))
	}
	for _, line := range packages {
		fields := strings.Fields(line)
		for _, imported := range fields[1:] {
			if strings.HasPrefix(imported, module) && imported != module+"localaws" && !strings.HasPrefix(imported, module+"localaws/") {
				t.Errorf("%s imports %s", fields[0], imported)
			}
		}
	}
}
