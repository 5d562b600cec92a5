package browser

import (
	"context"
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// makeRun serves what `make run` serves, and returns its address.
func makeRun(t *testing.T) string {
	t.Helper()
	if chromium == nil {
		t.Skip("no Chromium")
	}
	stack, err := local.Start(t.Context(), "", localaws.Options{TemplatePath: "../../template.yaml", BuildDir: "../../build", Addr: "127.0.0.1:0", Log: io.Discard})
	if _, missing := errors.AsType[*localaws.MissingBinaryError](err); missing && os.Getenv("CI") == "" {
		t.Skipf("%v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := stack.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return stack.URL()
}
