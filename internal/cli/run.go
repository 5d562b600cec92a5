// Package cli is the command line of fasttrack. [Run] runs one command; the
// commands for requesters and reviewers, authors of flows, operators and auditors
// parse flags, call the package that does the work, and print.
package cli

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// Process is what a command uses of its process. Two runs with different values
// share nothing, so tests run commands side by side. Only the AWS SDK reads its
// own variables and files from the real process.
type Process struct {
	// Args are the arguments after the program's name.
	Args     []string
	In       io.Reader
	Out, Err io.Writer
	// Getenv returns the value of an environment variable.
	Getenv func(string) string
	// ConfigDir and CacheDir return the user's folders for configuration and for
	// files that can be lost.
	ConfigDir, CacheDir func() (string, error)
	Now                 func() time.Time
}

// Run runs the command that p.Args name and returns its exit code. A command ends
// early when ctx does; see [UntilSignal].
func Run(ctx context.Context, p Process) int {
	printed := &output{Writer: p.Out, colour: takesColour(p.Getenv)}
	p.In, p.Out, p.Err = untilDone(ctx, p.In), text.NewWriter(printed), text.NewWriter(&output{Writer: p.Err, colour: printed.colour})
	root := newRootCommand(p)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil && printed.err != nil {
		err = fmt.Errorf("standard output: %w", printed.err)
	}
	printError(ctx, p.Err, cmd, err, wantsJSON(p.Args))
	return exitStatus(ctx, err)
}

// takesColour reports whether a terminal takes colours. Any value of NO_COLOR that
// is not empty turns them off (https://no-color.org).
func takesColour(getenv func(string) string) bool {
	return getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
}
