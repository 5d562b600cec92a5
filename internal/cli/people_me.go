package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

func newMeCommand(p Process) *cobra.Command {
	var a caller
	cmd := &cobra.Command{
		Use:     "me",
		Short:   "Show who you are and what waits for you",
		Long:    "Show who the API takes you for, your groups, how many requests wait for you, and the flows that you may request, decide or list.",
		Example: "  fasttrack me",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			me, response, err := call(ctx, &a, func(c *api.Client, capture api.CallOption) (*api.Me, error) { return c.Me(ctx, api.MeInput{}, capture) })
			if err != nil {
				return err
			}
			if a.json {
				return printRaw(cmd.OutOrStdout(), response.Body)
			}
			printMe(cmd.OutOrStdout(), *me)
			return nil
		},
	}
	a.flags(cmd, p)
	return cmd
}

func printMe(w io.Writer, me api.Me) {
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "  %-14s %s\n", name, value)
		}
	}
	fmt.Fprintln(w, text.Line(me.ID))
	if me.Name != me.ID {
		line("name", text.Line(me.Name))
	}
	groups := make([]string, len(me.Groups))
	for i, g := range me.Groups {
		groups[i] = text.Line(g)
	}
	line("groups", orDash(groups))
	switch {
	case me.Machine:
		line("kind", "a machine, which decides nothing")
	case me.Admin:
		line("kind", "an admin")
	}
	number := func(name string, n *int) string {
		switch {
		case n == nil:
			return "could not be counted"
		case slices.Contains(me.Counts.More, name):
			return fmt.Sprintf("%d or more", *n)
		}
		return fmt.Sprint(*n)
	}
	line("inbox", number("inbox", me.Counts.Inbox))
	line("live access", number("live", me.Counts.Live))
	line("your pending", number("mine_pending", me.Counts.MinePending))
	for i, f := range me.Flows {
		name := ""
		if i == 0 {
			name = "flows"
		}
		fmt.Fprintf(w, "  %-14s %s  %s\n", name, text.Line(f.Name), strings.Join(f.May, ", "))
	}
}
