package consoledemo

import (
	"context"
	_ "embed"
	"maps"

	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

//go:embed flows.yaml
var flowsFile []byte

// Start serves the flows and hooks of the demo, with the options of [local.Start]. The
// hooks run in this process; BuildDir has the other functions. The table is empty until
// [Seed] fills it.
func Start(ctx context.Context, o localaws.Options) (*localaws.Stack, error) {
	functions := map[string]lambda.InProcess{"HooksFunction": func(ctx context.Context, event []byte) ([]byte, error) {
		return hooks.Respond(ctx, event)
	}}
	maps.Copy(functions, o.Functions)
	o.Functions, o.TaskFiles = functions, map[string][]byte{local.FlowsFile: flowsFile}
	return local.Start(ctx, "", o)
}
