package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

func newFlowsOptionsCommand(p Process) *cobra.Command {
	var a caller
	cmd := &cobra.Command{
		Use:   "options FLOW FIELD [QUERY]",
		Short: "List what a field may hold, where the flow's hooks say it",
		Long: "List the options of a field that has them from the flow's hooks (prefetch): those that QUERY finds, or the first of all. " +
			"They may be a minute old; what is chosen is checked when the request comes.",
		Example: "  fasttrack flows options deploy service\n  fasttrack flows options deploy service bill --json",
		Args:    usage(cobra.RangeArgs(2, 3)),
		RunE: func(cmd *cobra.Command, args []string) error {
			query := ""
			if len(args) == 3 {
				query = args[2]
			}
			found, answer, err := a.options(cmd.Context(), args[0], args[1], query)
			if err != nil {
				return err
			}
			if a.json {
				return a.read(cmd.OutOrStdout(), answer, &struct{}{})
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "VALUE\tLABEL")
			for _, o := range found.List {
				fmt.Fprintf(w, "%s\t%s\n", text.Line(o.Value), text.Line(o.Label))
			}
			if err := w.Flush(); err != nil {
				return err
			}
			if found.More {
				fmt.Fprintln(cmd.ErrOrStderr(), moreOptions)
			}
			return nil
		},
	}
	a.flags(cmd, p)
	cmd.ValidArgsFunction = a.completeFlow()
	return cmd
}

// moreOptions says that a list of options is not whole.
const moreOptions = "There are more options; a longer query finds them."

// options asks for the options of a field.
func (a *caller) options(ctx context.Context, flow, field, query string) (hookapi.Options, json.RawMessage, error) {
	path := "/flows/" + url.PathEscape(flow) + "/fields/" + url.PathEscape(field) + "/options?" + url.Values{"q": {query}}.Encode()
	var got struct {
		Options []run.Option
		More    bool
	}
	_, answer, err := a.call(ctx, http.MethodGet, path, nil)
	if err == nil {
		err = understand(answer, &got)
	}
	return hookapi.Options{List: got.Options, More: got.More}, answer, err
}
