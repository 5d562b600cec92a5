package httpapi

import (
	"fmt"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// Start reads what both functions need at their start: flows.yaml, shipped
// beside the binary (in LAMBDA_TASK_ROOT), and how callers prove who they are.
// A mistake in flows.yaml is an error that names its place. So is a stage that the file
// does not declare: a deployment never guesses whose values it has.
func Start(getenv func(string) string, roles Roles) (*flow.File, Identifier, error) {
	file, err := flow.Load(flow.Beside(getenv))
	if err != nil {
		return nil, nil, err
	}
	flows, err := file.At(getenv("STAGE"))
	if err != nil {
		return nil, nil, fmt.Errorf("parameter Stage: %w", err)
	}
	identify, err := NewIdentifier(ConfigFromEnv(getenv), flows.Directory, roles)
	return flows, identify, err
}
