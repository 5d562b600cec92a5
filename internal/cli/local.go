package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/localaws"
	"github.com/fasttrack-dev/fasttrack/localaws/identities"
)

// newLocalCommand serves the whole system on this machine until it is stopped.
func newLocalCommand(p Process) *cobra.Command {
	var o localaws.Options
	var who string
	cmd := &cobra.Command{
		Use:   "local",
		Short: "Serve the whole system on this machine",
		Long: "Serve the API, the Lambda binaries, the state machine, the table and the event bus of the template on this machine. " +
			"Nothing leaves it, and no AWS account is needed. `make run` builds the binaries and calls this.",
		Example: "  fasttrack local\n  fasttrack local --addr 127.0.0.1:9000\n  fasttrack local --data ~/fasttrack\n  fasttrack local --attach python-hooks=9001\n  fasttrack local --parameter AuditDigest=true\n  fasttrack local --parameter AuthMode=IAM --identities people.yaml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.AccountConcurrency < 0 {
				return usageError{fmt.Errorf("--account-concurrency must be 0 or more, got %d", o.AccountConcurrency)}
			}
			file, err := flow.Load(o.Flows)
			if err != nil {
				return err
			}
			if err := checkLocalHooks(cmd.Context(), file, o.Flows, o.BuildDir); err != nil {
				return err
			}
			if who != "" {
				if o.Identities, err = identities.Load(who); err != nil {
					return err
				}
			}
			if o.Log = cmd.ErrOrStderr(); fileOf(o.Log) != nil {
				o.Log = fileOf(o.Log) // processes inherit a file
			}
			return serve(cmd.Context(), o, cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&o.Addr, "addr", cmp.Or(p.Getenv("FASTTRACK_ADDR"), "127.0.0.1:8080"), "where to listen, on loopback (FASTTRACK_ADDR)")
	cmd.Flags().StringVar(&o.Data, "data", p.Getenv("FASTTRACK_DATA"), "the `DIR` that keeps the table, the executions and keys; without one they end with the process (FASTTRACK_DATA)")
	cmd.Flags().StringVar(&o.BuildDir, "build-dir", "build", "the `DIR` where 'make build' puts the Lambda binaries")
	cmd.Flags().StringVar(&o.TemplatePath, "template", "template.yaml", "the template that is deployed")
	cmd.Flags().StringArrayVar(&o.Attach, "attach", nil, "`NAME[=PORT]` of a function that a process of your own serves; may be repeated")
	cmd.Flags().IntVar(&o.AccountConcurrency, "account-concurrency", 0, "how many functions may run at once, as in an AWS account: 10 in a new one; all beyond are throttled. 0 is no limit")
	cmd.Flags().StringToStringVar(&o.Parameters, "parameter", nil, "`NAME=VALUE` of a parameter of the template; may be repeated")
	cmd.Flags().StringVar(&o.Flows, "flows", "flows.yaml", "the `FILE` of flows to serve, checked before anything starts")
	cmd.Flags().StringVar(&who, "identities", p.Getenv("FASTTRACK_IDENTITIES"), "the `FILE` of those who may sign calls with AuthMode=IAM, by access key; without one ada, grace, linus, root, ci and alan (FASTTRACK_IDENTITIES)")
	return cmd
}

func serve(ctx context.Context, o localaws.Options, out io.Writer) error {
	stack, err := localaws.Start(ctx, o)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "fasttrack serves %s\n\nTry, in another terminal:\n\n", stack.URL())
	if stack.Template.Parameters["AuthMode"] == "IAM" {
		fmt.Fprintf(out, trySigned, stack.URL())
	} else {
		fmt.Fprintf(out, tryTokens, stack.URL())
	}
	fmt.Fprintf(out, alsoServed, stack.AWSURL(), stack.Lambda.AttachAddr("NAME"))
	for _, a := range stack.Attached() {
		fmt.Fprintf(out, "Function %s:  AWS_LAMBDA_RUNTIME_API=%s\n", a.Name, a.Addr)
	}
	if o.Data != "" {
		fmt.Fprintf(out, "Requests are kept in %s.\n", o.Data)
	}
	fmt.Fprintln(out, "Stop with Ctrl-C.")
	<-ctx.Done()
	fmt.Fprintln(out, "Stopping.")
	// The context is over; stopping takes a moment of its own.
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return stack.Close(stopping)
}

// tryTokens says what to try. Its lines work when they are pasted.
const tryTokens = `  # Everything goes: approved by code, before anybody is asked.
  curl -s %[1]s/requests -H 'Authorization: Bearer ada@example.com' -H 'Prefer: wait=5' -d '{"flow":"everything-goes"}'

  # An emergency is fast tracked, with the reason that everyone sees.
  curl -s %[1]s/requests -H 'Authorization: Bearer ada@example.com' -H 'Prefer: wait=5' -d '{"flow":"aws-access","reason":"prod is down","duration_seconds":3600,"fields":{"target":"prod-ro","urgency":"Emergency"}}'

  # Anything else goes to people: Ada asks, Grace approves.
  curl -s %[1]s/requests/$(curl -s %[1]s/requests -H 'Authorization: Bearer ada@example.com' -H 'Prefer: wait=5' -d '{"flow":"aws-access","reason":"have a look","fields":{"target":"prod-ro"}}' | sed 's/.*"id":"\([0-9A-Z]\{26\}\)".*/\1/')/approve -H 'Authorization: Bearer grace@example.com' -d '{"reason":"go ahead"}'
`

// trySigned says what to try with AuthMode=IAM.
const trySigned = `  # Calls are signed (SigV4). Ada is asked who she is by AWS credentials, as at AWS.
  export AWS_ACCESS_KEY_ID=ada AWS_SECRET_ACCESS_KEY=ada AWS_REGION=us-east-1 FASTTRACK_URL=%[1]s
  build/fasttrack request everything-goes
  build/fasttrack request aws-access -f target=prod-ro --reason 'have a look'

  # Grace approves. Any client that signs will do.
  curl -s %[1]s/requests?view=inbox --aws-sigv4 aws:amz:us-east-1:execute-api --user grace:grace
  AWS_ACCESS_KEY_ID=grace AWS_SECRET_ACCESS_KEY=grace build/fasttrack approve ID --reason 'go ahead'

`

// alsoServed is what else there is, however callers prove who they are.
const alsoServed = `AWS services:         aws --endpoint-url %[1]s stepfunctions list-state-machines
Own hook functions:   AWS_LAMBDA_RUNTIME_API=%[2]s
                      (a runtime client that takes no path there, such as Node's: --attach NAME)
`
