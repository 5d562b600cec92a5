package consoledemo

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/command"
)

// Serve serves the demo at addr until ctx ends, with the functions that `make build`
// makes.
func Serve(ctx context.Context, out, log io.Writer, addr string) error {
	stack, err := Start(ctx, localaws.Options{TemplatePath: "template.yaml", BuildDir: "build", Addr: cmp.Or(addr, "127.0.0.1:8080"), Log: log})
	if err != nil {
		return err
	}
	return command.Serve(ctx, stack, out, func(out io.Writer, stack *localaws.Stack) {
		local.Report(out, stack, "")
		fmt.Fprintln(out, "Making requests of the demo; they end with this process.")
		go func() {
			if _, err := Seed(ctx, stack.URL(), 40); err != nil && ctx.Err() == nil {
				fmt.Fprintf(log, "demo: %v\n", err)
			}
		}()
	})
}
