package localaws

import (
	"fmt"
	"os"
	"path/filepath"
)

// writeTaskFiles writes Options.TaskFiles to a folder that every function has as its
// task root, so that all of them read the same content for as long as the stack runs.
func (s *Stack) writeTaskFiles() error {
	if len(s.opts.TaskFiles) == 0 {
		return nil
	}
	var err error
	if s.taskRoot, err = os.MkdirTemp("", "localaws-"); err != nil {
		return err
	}
	for name, content := range s.opts.TaskFiles {
		if !filepath.IsLocal(name) {
			return fmt.Errorf("task file %q must be a path inside the task root", name)
		}
		path := filepath.Join(s.taskRoot, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o600); err != nil { // #nosec G703 -- a local path in a folder that was made above
			return err
		}
	}
	return nil
}
