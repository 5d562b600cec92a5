package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

func newAuditCommand(p Process) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Verify that the record was not touched, and write it to a file",
		Args:  usage(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newAuditVerifyCommand(p), newAuditExportCommand(p))
	return cmd
}

// verified is what is known of one run's record.
type verified struct {
	ID    string `json:"id"`
	OK    bool   `json:"ok"`
	Head  string `json:"head,omitempty"`
	Error string `json:"error,omitempty"`
	// problems are what Error says, one by one.
	problems []string
}

// wrong notes something that is wrong with the run.
func (v *verified) wrong(problem string) {
	v.OK = false
	v.problems = append(v.problems, problem)
	v.Error = strings.Join(v.problems, "; ")
}

// audit says what is verified: the flags of the command.
type audit struct {
	caller
	ids      []string
	all      bool
	flow     string
	from, to time.Time
	table    table
	trust    trust
	kept     string
	now      time.Time
}

func newAuditVerifyCommand(p Process) *cobra.Command {
	var a audit
	var made period
	cmd := &cobra.Command{
		Use:   "verify [ID...]",
		Short: "Check the hash chains of requests' histories, and the digests over them",
		Long: `Check that the history of each request is whole: its entries count up from 1,
each is sealed by a hash over itself and the one before, and its statuses only
go forward. Name requests, or --flow for all of a flow (for its admins and
viewers), of a time.

With --table the table is read with your own AWS credentials (dynamodb:Scan and
dynamodb:Query): all its requests, or those that are named. Then also what is
stored of each is checked against its history, and all of them against the daily
digests, which are signed (parameter AuditDigest of the stack): an entry, or a
request, that was edited and sealed anew, added or removed since is named. --key
says which key must have signed; compare it with the stack's output
DigestKeyArn. Its public half is asked of KMS (kms:GetPublicKey), or read from
--public-key.

Without digests, whoever can write to the table can also seal anew: keep the
heads (--json) elsewhere to find that.`,
		Example: `  fasttrack audit verify 01JD0000000000000000000000
  fasttrack audit verify --flow aws-access --since 90d --json
  fasttrack audit verify --table fasttrack-Table-1A2B3C --key arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
		RunE: func(cmd *cobra.Command, ids []string) error {
			a.ids, a.now = ids, p.Now()
			var err error
			if a.from, a.to, err = made.read(a.now); err != nil {
				return err
			}
			if err := a.check(); err != nil {
				return err
			}
			if a.table.name != "" {
				return a.verifyTable(cmd.Context(), cmd.OutOrStdout())
			}
			return a.verifyByAPI(cmd.Context(), cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&a.flow, "flow", "", "all requests of this flow")
	made.flags(cmd)
	cmd.Flags().BoolVar(&a.all, "all", false, "all requests of the table, which is what --table does if nothing is named")
	a.table.flags(cmd, p)
	cmd.Flags().StringArrayVar(&a.trust.ids, "key", nil, "the `ARN` of a key that may have signed digests; may be repeated")
	cmd.Flags().StringArrayVar(&a.trust.files, "public-key", nil, "a `FILE` with its public key in PEM, instead of asking KMS; may be repeated")
	cmd.Flags().StringVar(&a.kept, "kept", "", "a `FILE` of lines that the digest function logged, kept elsewhere, to compare digests with")
	a.caller.flags(cmd, p)
	return cmd
}

// check refuses what can't go together, and says how to go on.
func (a *audit) check() error {
	wrong := func(text string) error { return usageError{errors.New(text)} }
	named := len(a.ids) > 0
	switch {
	case named && (a.flow != "" || a.all || !a.from.IsZero() || !a.to.IsZero()):
		return wrong("either the IDs of requests, or what selects them (--flow, --all, --from, --to), were expected, not both")
	case a.table.name != "":
		return nil
	case len(a.trust.ids)+len(a.trust.files) > 0 || a.kept != "":
		return wrong("digests are in the table alone: give --table too")
	case !named && a.flow == "" || a.all:
		return wrong("the IDs of requests, or --flow, were expected. All requests of all flows can't be had of the API, which shows what is yours to see: " +
			"give --stack NAME, or --table NAME, the stack's output TableName, with AWS credentials that may read it (dynamodb:Scan, dynamodb:Query)")
	}
	return nil
}

// verifyByAPI verifies requests as the API shows them.
func (a *audit) verifyByAPI(ctx context.Context, out io.Writer) error {
	results, wrong := []verified{}, 0
	check := func(id string) error {
		v, err := a.verify(ctx, id)
		if err != nil {
			return err
		}
		if !v.OK {
			wrong++
		}
		results = append(results, v)
		if !a.json && !v.OK {
			fmt.Fprintln(out, text.Line(v.ID+"  "+v.Error))
		}
		return nil
	}
	for _, id := range a.ids {
		if err := check(id); err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
	}
	if a.flow != "" {
		if err := a.each(ctx, a.flow, a.from, a.to, check); err != nil {
			return err
		}
	}
	if a.json {
		if err := printJSON(out, results); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(out, "%s verified, %d wrong\n", count(len(results), "request"), wrong)
	}
	if wrong > 0 {
		return errReported
	}
	return nil
}

// verify checks one request: that the status it shows is that of its last entry,
// too.
func (a *caller) verify(ctx context.Context, id string) (verified, error) {
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
func (a *caller) each(ctx context.Context, flowName string, from, to time.Time, f func(id string) error) error {
	query := url.Values{"view": {"flow"}, "flow": {flowName}}
	for name, at := range map[string]time.Time{"from": from, "to": to} {
		if !at.IsZero() {
			query.Set(name, at.UTC().Format(time.RFC3339Nano))
		}
	}
	for {
		var l list
		_, answer, err := a.call(ctx, http.MethodGet, "/requests?"+query.Encode(), nil)
		if err == nil {
			err = understand(answer, &l)
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
