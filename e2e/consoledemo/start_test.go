package consoledemo_test

import (
	"context"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/fasttrack-dev/fasttrack/e2e/consoledemo"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// start serves the demo until the test ends.
func start(t *testing.T) *localaws.Stack {
	t.Helper()
	stack, err := consoledemo.Start(t.Context(), localaws.Options{TemplatePath: "../../template.yaml", BuildDir: "../../build", Addr: "127.0.0.1:0", Log: io.Discard})
	if _, missing := errors.AsType[*localaws.MissingBinaryError](err); missing && os.Getenv("CI") == "" {
		t.Skipf("%v: `make build`", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stack.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return stack
}
