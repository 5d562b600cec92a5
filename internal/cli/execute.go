// Package cli is the command line: the commands for people who ask and decide,
// and for those who run fasttrack.
package cli

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// Main runs the command that the process's arguments name and returns its exit
// code. SIGINT and SIGTERM end it.
func Main() int {
	ctx := untilSignal()
	return execute(ctx, os.Args[1:], untilDone(ctx, os.Stdin), os.Stdout, os.Stderr)
}

// execute runs the command that args name and returns its exit code. ctx is the
// one of [untilSignal].
func execute(ctx context.Context, args []string, in io.Reader, out, messages io.Writer) int {
	root := newRootCommand()
	root.SetArgs(args)
	root.SetIn(in)
	printed := &checkedWriter{Writer: out}
	root.SetOut(text.NewWriter(printed))
	root.SetErr(text.NewWriter(messages))
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil && printed.err != nil {
		err = fmt.Errorf("standard output: %w", printed.err)
	}
	printError(ctx, root.ErrOrStderr(), cmd, err, wantsJSON(args))
	return exitStatus(ctx, err)
}
