package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

func newAuditCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Verify that the record was not touched",
		Args:  usage(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newAuditVerifyCommand())
	return cmd
}

// verified is what is known of one run's record.
type verified struct {
	ID    string `json:"id"`
	OK    bool   `json:"ok"`
	Head  string `json:"head,omitempty"`
	Error string `json:"error,omitempty"`
}

func newAuditVerifyCommand() *cobra.Command {
	var a api
	var flowName, from, to string
	cmd := &cobra.Command{
		Use:   "verify [ID...]",
		Short: "Check the hash chain of requests' histories",
		Long: `Check that the history of each request is whole: its entries count up from 1,
each is sealed by a hash over itself and the one before, and its statuses only
go forward. Name requests, or --flow for all of a flow (for its admins and
viewers), within --from and --to.

Whoever can write to the table can also seal anew: keep the heads (--json)
elsewhere to find that.`,
		Example: "  fasttrack audit verify 01JD0000000000000000000000\n  fasttrack audit verify --flow aws-access --from 2026-11-01T00:00:00Z --json",
		RunE: func(cmd *cobra.Command, ids []string) error {
			if (len(ids) == 0) == (flowName == "") {
				return usageError{errors.New("the IDs of requests, or --flow, were expected")}
			}
			results, wrong := []verified{}, 0
			check := func(id string) error {
				v, err := a.verify(cmd.Context(), id)
				if err != nil {
					return err
				}
				if !v.OK {
					wrong++
				}
				results = append(results, v)
				if !a.json && !v.OK {
					fmt.Fprintf(cmd.OutOrStdout(), "%s  %s\n", v.ID, v.Error)
				}
				return nil
			}
			for _, id := range ids {
				if err := check(id); err != nil {
					return fmt.Errorf("%s: %w", id, err)
				}
			}
			if flowName != "" {
				if err := a.each(cmd.Context(), flowName, from, to, check); err != nil {
					return err
				}
			}
			if a.json {
				if err := printJSON(cmd.OutOrStdout(), results); err != nil {
					return err
				}
			} else {
				fmt.Fprintf(cmd.OutOrStdout(), "%s verified, %d wrong\n", count(len(results), "request"), wrong)
			}
			if wrong > 0 {
				return errReported
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&flowName, "flow", "", "all requests of this flow")
	cmd.Flags().StringVar(&from, "from", "", "made from this time on (RFC 3339)")
	cmd.Flags().StringVar(&to, "to", "", "made before this time (RFC 3339)")
	a.flags(cmd)
	return cmd
}

// verify checks one request: that the status it shows is that of its last entry,
// too.
func (a *api) verify(ctx context.Context, id string) (verified, error) {
	r, _, err := a.run(ctx, id)
	if err != nil {
		return verified{}, err
	}
	v := verified{ID: r.ID}
	if err := run.Verify(r.History); err != nil {
		v.Error = err.Error()
		return v, nil
	}
	if len(r.History) == 0 {
		v.Error = "it has no history"
		return v, nil
	}
	last := r.History[len(r.History)-1]
	if last.Status != r.Status {
		v.Error = fmt.Sprintf("it is %s, but its history ends with %s", r.Status, last.Status)
		return v, nil
	}
	v.OK, v.Head = true, last.Hash
	return v, nil
}

// each calls f with the id of each request of a flow, newest first.
func (a *api) each(ctx context.Context, flowName, from, to string, f func(id string) error) error {
	query := url.Values{"view": {"flow"}, "flow": {flowName}}
	for name, value := range map[string]string{"from": from, "to": to} {
		if value != "" {
			query.Set(name, value)
		}
	}
	for {
		var l list
		_, answer, err := a.call(ctx, http.MethodGet, "/requests?"+query.Encode(), nil)
		if err == nil {
			err = json.Unmarshal(answer, &l)
		}
		if err != nil {
			return err
		}
		for _, r := range l.Runs {
			if err := f(r.ID); err != nil {
				return fmt.Errorf("%s: %w", r.ID, err)
			}
		}
		if l.NextCursor == "" {
			return nil
		}
		query.Set("cursor", l.NextCursor)
	}
}
