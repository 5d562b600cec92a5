// Command fasttrack is the engine's command line: for people who ask and
// decide, and for who runs it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second Ctrl-C ends the process at once.
	context.AfterFunc(ctx, stop)
	err := newRootCommand().ExecuteContext(ctx)
	if err == nil {
		return
	}
	if !errors.Is(err, errReported) && !errors.Is(err, errNegative) {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(exitStatus(err))
}
