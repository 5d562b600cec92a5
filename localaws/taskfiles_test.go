package localaws_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws"
)

func TestTaskFiles(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	o := localaws.Options{
		Addr: "127.0.0.1:0", TemplatePath: "testdata/app/template.yaml", Functions: answering(http.StatusOK),
		TaskFiles: map[string][]byte{"config.yaml": []byte("a: 1"), "more/b.txt": []byte("b")},
	}
	stack, err := localaws.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	found := func() []string {
		files, err := filepath.Glob(filepath.Join(os.TempDir(), "localaws-*", "*", "b.txt"))
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	if len(found()) != 1 {
		t.Errorf("while it runs: %v", found())
	}
	if err := stack.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if len(found()) != 0 {
		t.Errorf("after Close: %v", found())
	}
	o.TaskFiles = map[string][]byte{"../b.txt": nil}
	if stack, err := localaws.Start(t.Context(), o); err == nil {
		_ = stack.Close(context.Background())
		t.Error("a file outside of the task root was written")
	}
}
