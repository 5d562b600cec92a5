package local_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/local"
)

// What can't be served is said in one line.
func TestStartRefuses(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	template := func(replace, by string) string {
		raw, err := os.ReadFile("../../template.yaml")
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.Replace(string(raw), replace, by, 1)
		if changed == string(raw) {
			t.Fatalf("the template has no %s", replace)
		}
		path := filepath.Join(t.TempDir(), "template.yaml")
		if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, tc := range map[string]struct {
		options local.Options
		want    string
	}{
		"a port in use":       {local.Options{Addr: busy.Addr().String()}, "is in use by another program"},
		"an open address":     {local.Options{Addr: "0.0.0.0:0"}, "is not on loopback"},
		"no template":         {local.Options{Addr: "127.0.0.1:0", TemplatePath: "none.yaml"}, "none.yaml"},
		"an unknown resource": {local.Options{Addr: "127.0.0.1:0", TemplatePath: template("AWS::Events::EventBus", "AWS::Kinesis::Stream")}, "AWS::Kinesis::Stream is not understood on this machine"},
		"a missing binary":    {local.Options{Addr: "127.0.0.1:0", TemplatePath: "../../template.yaml", BuildDir: t.TempDir()}, "`make build` makes it"},
	} {
		t.Run(name, func(t *testing.T) {
			stack, err := local.Start(t.Context(), tc.options)
			if err == nil {
				_ = stack.Close(t.Context())
				t.Fatal("it started")
			}
			if !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %q, want one line with %q", err, tc.want)
			}
		})
	}
}
