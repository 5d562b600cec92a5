// Command serve serves the demo on this machine: `make demo`.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/fasttrack-dev/fasttrack/e2e/consoledemo"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := consoledemo.Serve(ctx, os.Stdout, os.Stderr, os.Getenv("FASTTRACK_ADDR")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		stop()
		os.Exit(1)
	}
}
