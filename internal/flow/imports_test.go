package flow_test

import (
	"os/exec"
	"strings"
	"testing"
)

// The functions load this package at each cold start: beside the standard
// library it needs the domain and a YAML reader, and no server.
func TestImportsStayLight(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range strings.Fields(string(out)) {
		switch {
		case strings.HasPrefix(path, "go.yaml.in/yaml/v4"):
		case path == "github.com/fasttrack-dev/fasttrack/api", path == "github.com/fasttrack-dev/fasttrack/hook/email", path == "github.com/fasttrack-dev/fasttrack/internal/flow",
			path == "github.com/fasttrack-dev/fasttrack/internal/destination", path == "github.com/fasttrack-dev/fasttrack/internal/fields", path == "github.com/fasttrack-dev/fasttrack/internal/run", path == "github.com/fasttrack-dev/fasttrack/internal/hookapi",
			path == "github.com/fasttrack-dev/fasttrack/internal/strictjson", path == "github.com/fasttrack-dev/fasttrack/internal/text":
		default:
			t.Errorf("it imports %s", path)
		}
	}
	// Package api has a client, which the linker leaves out.
	direct, err := exec.Command("go", "list", "-deps", "-f", `{{if not .Standard}}{{if ne .Name "api"}}{{range .Imports}}{{$.ImportPath}}:{{.}} {{end}}{{end}}{{end}}`, ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, use := range strings.Fields(string(direct)) {
		if _, path, _ := strings.Cut(use, ":"); path == "net/http" || path == "text/template" || path == "database/sql" {
			t.Errorf("it imports %s", use)
		}
	}
}
