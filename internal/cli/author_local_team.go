package cli

import (
	"fmt"
	"io"
	"sync"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/kit/watch"
	"github.com/fasttrack-dev/fasttrack/internal/local"
	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/command"
)

// serveTeam serves the team's folder in the working directory until the command ends.
func serveTeam(cmd *cobra.Command, flows string, o localaws.Options) error {
	f, err := folder.Open(".")
	if err != nil {
		return err
	}
	out := &syncWriter{w: cmd.OutOrStdout()}
	served, err := watch.Start(cmd.Context(), f, flows, o)
	if err != nil {
		return err
	}
	defer served.CloseFiles()
	file, err := served.Flows()
	if err != nil {
		return err
	}
	var following sync.WaitGroup
	err = command.Serve(cmd.Context(), served.Stack, out, func(out io.Writer, stack *localaws.Stack) {
		local.ReportTeam(out, stack, o.Data, file)
		fmt.Fprintf(out, "Changes of %s, hooks and strategies are served as you save them.\n", flows)
		following.Go(func() { served.Follow(cmd.Context(), out) })
	})
	following.Wait()
	return err
}

// syncWriter is a writer for more than one goroutine.
type syncWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *syncWriter) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}
