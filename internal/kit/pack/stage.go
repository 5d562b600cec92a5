package pack

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// Stage makes the content of a function's package in a folder. The folder is replaced as
// a whole once all is well; after an error it is as it was. The error is one line that
// names the function's code.
func Stage(ctx context.Context, f *folder.Folder, fn folder.Function, to string, t Target) error {
	info, err := os.Stat(f.Path(fn.Code))
	if err != nil || !info.IsDir() {
		return fmt.Errorf("%s:%d: Resources.%s: CodeUri %s is no folder", folder.TemplateFile, fn.Line, fn.LogicalID, fn.Code)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
		return fmt.Errorf("stage %s: %w", fn.LogicalID, err)
	}
	made, err := os.MkdirTemp(filepath.Dir(to), "."+filepath.Base(to)+".new-*")
	if err != nil {
		return fmt.Errorf("stage %s: %w", fn.LogicalID, err)
	}
	defer os.RemoveAll(made)
	switch fn.Language {
	case folder.Go:
		err = buildGo(ctx, f, fn, made, t)
	case folder.Python:
		err = stagePython(ctx, f, fn, made, t)
	case folder.Node:
		err = stageNode(ctx, f, fn, made, t)
	}
	if err != nil {
		return err
	}
	return replace(made, to)
}

// replace moves a folder to the path of another one, which it removes.
func replace(made, to string) error {
	old := made + ".old"
	err := os.Rename(to, old)
	if err == nil || os.IsNotExist(err) {
		err = os.Rename(made, to)
	}
	if err != nil {
		return fmt.Errorf("stage %s: %w", to, err)
	}
	if err := os.RemoveAll(old); err != nil {
		return fmt.Errorf("stage %s: %w", to, err)
	}
	return nil
}
