package cli

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// ruleLine is a version in the history.
type ruleLine struct {
	rules.Version
	// State is served, or what is wrong with the version.
	State string `json:"state,omitempty"`
}

// ruleHistory is what the command prints as JSON.
type ruleHistory struct {
	// Served is the version that functions serve, 0 for the deployed file.
	Served int `json:"served"`
	// NotTaken says why the newest version is not served.
	NotTaken string     `json:"not_taken,omitempty"`
	Versions []ruleLine `json:"versions"`
}

func newFlowsHistoryCommand(p Process) *cobra.Command {
	var r pushedRules
	var limit int
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "history",
		Short: "List the versions of flows.yaml that were pushed",
		Long: `List the versions of flows.yaml that were pushed, the newest first: when and by whom,
and which of them functions serve. Each signature is verified. If the newest version is
not the one that is served, it says why.`,
		Example: "  fasttrack flows history\n  fasttrack flows history --json",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 1 {
				return usageError{fmt.Errorf("--limit must be at least 1, got %d", limit)}
			}
			to, err := r.open(cmd.Context(), p)
			if err != nil {
				return err
			}
			served, refused, err := to.served(cmd.Context())
			if err != nil {
				return err
			}
			stored, err := to.ListRules(cmd.Context(), limit)
			if err != nil {
				return err
			}
			h := ruleHistory{Served: served.Number, NotTaken: refused, Versions: []ruleLine{}}
			for _, s := range stored {
				l := ruleLine{}
				if l.Version, err = rules.Open(to.key, s); err != nil {
					l.State = err.Error()
					l.Version, _ = s.Read()
				} else if l.Number == served.Number {
					l.State = "served"
				}
				h.Versions = append(h.Versions, l)
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), h)
			}
			return h.print(cmd)
		},
	}
	r.flags(cmd, p)
	cmd.Flags().IntVar(&limit, "limit", 50, "list at most `N` versions")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

func (h ruleHistory) print(cmd *cobra.Command) error {
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "VERSION\tPUSHED\tBY\tTEXT\tSTATE\tNOTE")
	for _, l := range h.Versions {
		digest := "deployed"
		if !l.Shipped() {
			digest = l.Digest[:min(12, len(l.Digest))]
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\n", l.Number, l.At.UTC().Format(time.RFC3339), text.Line(l.By), digest, dashed(l.State), dashed(l.why()))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if h.NotTaken != "" {
		fmt.Fprintf(cmd.ErrOrStderr(), "The newest version is not taken: %s. Functions serve %s.\n", text.Line(h.NotTaken), rules.Version{Number: h.Served})
	} else if h.Served == 0 {
		fmt.Fprintln(cmd.ErrOrStderr(), "Functions serve the deployed flows.yaml.")
	}
	return nil
}

// why says where a version comes from.
func (l ruleLine) why() string {
	from := ""
	switch {
	case l.Back > 0:
		from = fmt.Sprintf("back to version %d", l.Back)
	case l.Back < 0:
		from = "back to the deployed file"
	case l.Request != "":
		from = "request " + l.Request
	}
	if from != "" && l.Note != "" {
		from += ": "
	}
	return text.Line(from + l.Note)
}

func dashed(s string) string {
	if s == "" {
		return "-"
	}
	return text.Line(s)
}
