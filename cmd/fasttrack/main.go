// Command fasttrack is the engine's command line: for people who ask and
// decide, and for who runs it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/fasttrack-dev/fasttrack/internal/text"
)

func main() {
	ctx := untilSignal()
	root := newRootCommand()
	root.SetOut(text.NewWriter(os.Stdout))
	err := root.ExecuteContext(ctx)
	if err == nil {
		return
	}
	var code exitError
	if cause := context.Cause(ctx); cause != nil {
		fmt.Fprintln(os.Stderr, cause)
	} else if !errors.Is(err, errReported) && !errors.As(err, &code) {
		fmt.Fprintln(os.Stderr, text.Visible(err.Error()))
	}
	os.Exit(exitStatus(ctx, err))
}
