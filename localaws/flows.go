package localaws

import (
	"fmt"
	"os"
	"path/filepath"
)

// copyFlows copies Options.Flows to where the functions look for it, so that all
// of them go by the same content for as long as the stack runs.
func (s *Stack) copyFlows() error {
	if s.opts.Flows == "" {
		return nil
	}
	content, err := os.ReadFile(s.opts.Flows)
	if err != nil {
		return fmt.Errorf("read flows: %w", err)
	}
	if s.taskRoot, err = os.MkdirTemp("", "fasttrack-flows-"); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.taskRoot, "flows.yaml"), content, 0o600) // #nosec G703 -- the folder was made above
}
