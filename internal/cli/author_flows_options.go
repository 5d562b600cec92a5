package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

func newFlowsOptionsCommand(p Process) *cobra.Command {
	var a caller
	var given []string
	cmd := &cobra.Command{
		Use:   "options FLOW FIELD [QUERY]",
		Short: "List the values of a field that the flow's hooks return",
		Long: "List the options of a field with prefetch, as the flow's hooks return them: those that match QUERY, or the first of all. " +
			"They may be a minute old; the value of a request is checked again. --field has the values of other fields, which the options may depend on.",
		Example: "  fasttrack flows options deploy service\n  fasttrack flows options deploy service bill --json\n  fasttrack flows options software application --field department=Sales",
		Args:    usage(cobra.RangeArgs(2, 3)),
		RunE: func(cmd *cobra.Command, args []string) error {
			query := ""
			if len(args) == 3 {
				query = args[2]
			}
			in := api.OptionsInput{Flow: args[0], Field: args[1], Query: query}
			if len(given) > 0 {
				f, err := a.flow(cmd, args[0])
				if err != nil {
					return err
				}
				in.Fields = map[string]any{}
				if err := f.fill(in.Fields, given); err != nil {
					return err
				}
			}
			found, answer, err := a.options(cmd.Context(), in)
			if err != nil {
				return err
			}
			if a.json {
				return printRaw(cmd.OutOrStdout(), answer)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "VALUE\tLABEL")
			for _, o := range found.Options {
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
	cmd.Flags().StringArrayVarP(&given, "field", "f", nil, "`NAME=VALUE` of another field; may be repeated")
	a.flags(cmd, p)
	completeFlag(cmd, "field", a.completeField(&given))
	cmd.ValidArgsFunction = a.completeFlow()
	return cmd
}

const moreOptions = "There are more options; give a longer query."

// options returns the options that a hook offers for a field.
func (a *caller) options(ctx context.Context, in api.OptionsInput) (api.OptionList, json.RawMessage, error) {
	list, response, err := call(ctx, a, func(c *api.Client, capture api.CallOption) (*api.OptionList, error) {
		return c.SearchOptions(ctx, in, capture)
	})
	if err != nil {
		return api.OptionList{}, nil, err
	}
	return *list, response.Body, nil
}
