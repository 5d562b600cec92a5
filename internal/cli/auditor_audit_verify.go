package cli

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/audit"
	"github.com/fasttrack-dev/fasttrack/internal/digest"
	"github.com/fasttrack-dev/fasttrack/internal/period"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// auditVerify has the flags of the command.
type auditVerify struct {
	caller
	audit.Options
	table      table
	all        bool
	server     bool
	made       periodFlags
	publicKeys []string
	log        string
}

func newAuditVerifyCommand(p Process) *cobra.Command {
	var a auditVerify
	cmd := &cobra.Command{
		Use:   "verify [ID...]",
		Short: "Verify the hash chains of requests, and the signed digests over them",
		Long: `Verify that the history of each request is whole: its entries count up from 1,
each is sealed by a hash over itself and the one before, and its statuses only
go forward. Give the IDs of requests, or --flow for all requests of a flow that
you administer or view.

With --table the table itself is read, with your own AWS credentials
(dynamodb:Scan and dynamodb:Query). Then each request is also compared with its
history, and all requests with the signed daily digests (parameter AuditDigest of
the stack). This finds entries and requests that were edited and sealed again,
added or removed since.

--key names the key that must have signed; compare it with the stack's output
DigestKeyArn. Its public key is read from KMS (kms:GetPublicKey) or from
--public-key.

--server has the server verify the requests instead. It compares each with all that
is stored of it and with the signed digests, without rights to the table; and you
trust the server.

Without digests, whoever can write to the table can also seal a history again.
To find that, keep the heads (--json) elsewhere.`,
		Example: `  fasttrack audit verify 01JD0000000000000000000000
  fasttrack audit verify --flow aws-access --since 90d --json
  fasttrack audit verify --table fasttrack-Table-1A2B3C --key arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
		RunE: func(cmd *cobra.Command, ids []string) error {
			a.IDs, a.Now = ids, p.Now()
			var err error
			if a.Period, err = a.made.read(a.Now); err != nil {
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
	cmd.Flags().StringVar(&a.Flow, "flow", "", "only requests of this flow")
	a.made.flags(cmd)
	cmd.Flags().BoolVar(&a.all, "all", false, "all requests of the table; the default with --table")
	cmd.Flags().BoolVar(&a.server, "server", false, "have the server verify the requests, as it stores them")
	// Requests that are named, or of a flow, are read from the API.
	a.table.when = func() bool {
		set := cmd.Flags().Changed
		return set("table") || !set("flow") && cmd.Flags().NArg() == 0
	}
	a.callsAPI = func() bool { return !a.table.when() }
	a.table.flags(cmd, p)
	cmd.Flags().StringArrayVar(&a.Trust.KeyIDs, "key", nil, "the `ARN` of a key that may have signed digests; may be repeated")
	cmd.Flags().StringArrayVar(&a.publicKeys, "public-key", nil, "a `FILE` with its public key in PEM, instead of KMS; may be repeated")
	cmd.Flags().StringVar(&a.log, "kept", "", "a `FILE` of lines that functions/digest logged, kept elsewhere, to compare digests with")
	a.caller.flags(cmd, p)
	return cmd
}

// check refuses flags that contradict each other.
func (a *auditVerify) check() error {
	wrong := func(text string) error { return usageError{errors.New(text)} }
	named := len(a.IDs) > 0
	switch {
	case named && (a.Flow != "" || a.all || a.Period != period.Period{}):
		return wrong("give either IDs of requests, or flags that select requests (--flow, --all, --from, --to)")
	case a.server && (a.table.name != "" || a.all):
		return wrong("--server verifies the requests that you may read: leave out --table, --stack and --all")
	case a.table.name != "":
		return nil
	case len(a.Trust.KeyIDs)+len(a.publicKeys) > 0 || a.log != "":
		return wrong("--key, --public-key and --kept verify digests, which are only in the table: give --table too")
	case !named && a.Flow == "" || a.all:
		return wrong("give IDs of requests, or --flow. The API shows only what you may see; to verify all requests of all flows, " +
			"give --stack NAME, or --table NAME (the stack's output TableName), with AWS credentials that may read it (dynamodb:Scan, dynamodb:Query)")
	}
	return nil
}

// verifyByAPI verifies requests as the API shows them.
func (a *auditVerify) verifyByAPI(ctx context.Context, out io.Writer) error {
	results, wrong := []audit.Request{}, 0
	verify := func(id string) error {
		r, err := a.verified(ctx, id)
		if err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		if !r.OK {
			wrong++
		}
		results = append(results, r)
		if !a.json {
			printProblems(out, r.ID, r.Problems)
		}
		return nil
	}
	for _, id := range a.IDs {
		if err := verify(id); err != nil {
			return err
		}
	}
	if a.Flow != "" {
		if err := a.each(ctx, a.Flow, a.Period, verify); err != nil {
			return err
		}
	}
	if a.json {
		if err := printJSON(out, results); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(out, "%s verified, %d wrong\n", text.Count(len(results), "request"), wrong)
	}
	if wrong > 0 {
		return errReported
	}
	return nil
}

// verified verifies one request: here, as the API shows it, or by the server.
func (a *auditVerify) verified(ctx context.Context, id string) (audit.Request, error) {
	if !a.server {
		view, _, err := a.run(ctx, id)
		if err != nil {
			return audit.Request{}, err
		}
		return audit.VerifyView(view), nil
	}
	id, err := a.id(ctx, id)
	if err != nil {
		return audit.Request{}, err
	}
	v, _, err := call(ctx, &a.caller, func(c *api.Client, capture api.CallOption) (*api.Verification, error) {
		return c.Verify(ctx, id, capture)
	})
	if err != nil {
		return audit.Request{}, err
	}
	return audit.Verified(*v), nil
}

// each calls f with the id of each request of a flow, newest first.
func (a *caller) each(ctx context.Context, flowName string, made period.Period, f func(id string) error) error {
	in := api.ListInput{View: api.ViewFlow, Flow: flowName, From: made.From, To: made.To}
	for {
		p, err := a.page(ctx, in)
		if err != nil {
			return err
		}
		for _, r := range p.Requests {
			if err := f(r.ID); err != nil {
				return err
			}
		}
		if p.NextCursor == "" {
			return nil
		}
		in.Cursor = p.NextCursor
	}
}

// verifyTable verifies the requests of the table, and its digests.
func (a *auditVerify) verifyTable(ctx context.Context, out io.Writer) error {
	stored, cfg, err := a.table.open(ctx)
	if err != nil {
		return err
	}
	if key := deploymentOf(ctx).Key; key != "" && len(a.Trust.KeyIDs) == 0 && a.table.when() {
		a.Trust.KeyIDs = []string{key}
	}
	if err := a.readTrust(cfg); err != nil {
		return err
	}
	report, err := audit.Verify(ctx, stored, a.Options)
	if err != nil {
		return err
	}
	if a.json {
		err = printJSON(out, report)
	} else {
		a.print(out, report)
	}
	if err == nil && report.Wrong > 0 {
		err = errReported
	}
	return err
}

// readTrust reads the files of --public-key and --kept. Other public keys are read
// from KMS.
func (a *auditVerify) readTrust(cfg aws.Config) error {
	for _, file := range a.publicKeys {
		key, err := readFile(file, func(f *os.File) (*ecdsa.PublicKey, error) {
			raw, err := io.ReadAll(f)
			if err != nil {
				return nil, err
			}
			return audit.ParsePublicKey(raw)
		})
		if err != nil {
			return err
		}
		a.Trust.PublicKeys = append(a.Trust.PublicKeys, key)
	}
	a.Trust.PublicKey = func(ctx context.Context, keyID string) ([]byte, error) {
		out, err := kms.NewFromConfig(cfg).GetPublicKey(ctx, &kms.GetPublicKeyInput{KeyId: &keyID})
		if err != nil {
			return nil, fmt.Errorf("%w; to do without KMS, give --public-key FILE", err)
		}
		return out.PublicKey, nil
	}
	if a.log == "" {
		return nil
	}
	var err error
	a.Logged, err = readFile(a.log, func(f *os.File) (map[digest.Day]string, error) { return audit.ReadLog(f) })
	return err
}

// readFile opens a file and reads it. The error names the file.
func readFile[T any](path string, read func(*os.File) (T, error)) (v T, err error) {
	file, err := os.Open(path)
	if err != nil {
		return v, err
	}
	defer file.Close()
	if v, err = read(file); err != nil {
		return v, fmt.Errorf("%s: %w", path, err)
	}
	return v, nil
}

func printProblems(out io.Writer, of string, problems []string) {
	for _, problem := range problems {
		fmt.Fprintln(out, text.Line(of+"  "+problem))
	}
}
