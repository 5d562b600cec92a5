package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/internal/deadletter"
)

func newNotifyCommand(p Process) *cobra.Command {
	cmd := &cobra.Command{Use: "notify", Short: "Resend failed notifications", Args: usage(cobra.NoArgs), RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(newNotifyReplayCommand(p))
	return cmd
}

func newNotifyReplayCommand(p Process) *cobra.Command {
	var stack, function, queue, endpoint, request string
	var most int
	var dryRun, asJSON bool
	cmd := &cobra.Command{
		Use:   "replay",
		Short: "Resend the notifications that failed",
		Long: `Invoke functions/notify with each event in its dead-letter queue (alarm
NotifyDeadLetters). A message is deleted only once its event was sent; one that
fails again stays in the queue. After five failures in a row the command ends. What
was sent of an event is not sent again.

--request ID sends what failed of one request instead, also what no retry would have
cured: a channel without the bot, an address that was not verified.

It needs your own AWS credentials: lambda:GetFunctionEventInvokeConfig and
lambda:InvokeFunction on the function, sqs:GetQueueUrl, ReceiveMessage,
DeleteMessage and ChangeMessageVisibility on the queue.

The exit code is 1 if anything stays in the queue, or failed again.`,
		Example: "  fasttrack notify replay --dry-run\n  fasttrack notify replay --max 5000\n  fasttrack notify replay --request 01JD0000000000000000000000\n  fasttrack notify replay --endpoint-url http://127.0.0.1:8080/_aws",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if most < 1 || most > 100000 {
				return usageError{fmt.Errorf("--max must be 1 to 100000, got %d", most)}
			}
			if request != "" && (dryRun || queue != "" || cmd.Flags().Changed("max")) {
				return usageError{errors.New("--request reads no queue; omit --dry-run, --max and --queue")}
			}
			if function == "" {
				function = stack + "-engine-notify"
			}
			cfg, err := awsConfig(cmd.Context(), endpoint)
			if err != nil {
				return err
			}
			functions := lambda.NewFromConfig(cfg)
			if request != "" {
				return replayRequest(cmd, functions, function, request, asJSON)
			}
			failures, err := openFailures(cmd.Context(), functions, sqs.NewFromConfig(cfg), function, queue)
			if err != nil {
				return err
			}
			o := deadletter.Options{Function: function, Max: most, DryRun: dryRun}
			if !asJSON {
				o.Each = func(it deadletter.Item) { printReplayed(cmd.OutOrStdout(), it, dryRun) }
			}
			report, err := deadletter.Replay(cmd.Context(), failures, invokeNotify(functions, function), o)
			if asJSON {
				err = errors.Join(err, printJSON(cmd.OutOrStdout(), report))
			} else if err == nil || len(report.Replayed)+len(report.Failed) > 0 {
				printReplay(cmd.OutOrStdout(), report)
			}
			if err == nil && (len(report.Failed) > 0 || report.Stopped != "" && !dryRun) {
				return errReported
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "send nothing, only list")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	cmd.Flags().IntVar(&most, "max", 1000, "how many messages to read at most")
	cmd.Flags().StringVar(&request, "request", "", "send what failed of the request of this `ID`, and read no queue")
	cmd.Flags().StringVar(&function, "function", "", "the function to invoke (default \"STACK-engine-notify\")")
	cmd.Flags().StringVar(&queue, "queue", "", "the URL of the queue (default the function's dead-letter queue)")
	stackFlag(cmd, &stack)
	endpointFlag(cmd, &endpoint)
	return cmd
}

// failures is the dead-letter queue, at SQS.
type failures struct {
	client *sqs.Client
	url    string
}

// openFailures finds the queue: the failure destination of the function, unless its
// URL is given.
func openFailures(ctx context.Context, functions *lambda.Client, client *sqs.Client, function, url string) (failures, error) {
	if url != "" {
		return failures{client, url}, nil
	}
	out, err := functions.GetFunctionEventInvokeConfig(ctx, &lambda.GetFunctionEventInvokeConfigInput{FunctionName: &function})
	if err != nil {
		return failures{}, fmt.Errorf("find the dead-letter queue of %s: %w; or give --queue", function, err)
	}
	arn := ""
	if out.DestinationConfig != nil && out.DestinationConfig.OnFailure != nil {
		arn = aws.ToString(out.DestinationConfig.OnFailure.Destination)
	}
	name := arn[strings.LastIndex(arn, ":")+1:]
	if !strings.Contains(arn, ":sqs:") {
		return failures{}, fmt.Errorf("%s has no dead-letter queue at SQS; give --queue", function)
	}
	found, err := client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &name})
	if err != nil {
		return failures{}, fmt.Errorf("find queue %s: %w", name, err)
	}
	return failures{client, aws.ToString(found.QueueUrl)}, nil
}

// Receive polls for 2 s, which reads all servers of the queue: no message means that
// the queue is empty
// (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html).
func (f failures) Receive(ctx context.Context, hide time.Duration) ([]deadletter.Message, error) {
	out, err := f.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &f.url, MaxNumberOfMessages: 10, WaitTimeSeconds: 2, VisibilityTimeout: int32(hide.Seconds()),
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameSentTimestamp},
	})
	if err != nil {
		return nil, err
	}
	var all []deadletter.Message
	for _, m := range out.Messages {
		sent, _ := strconv.ParseInt(m.Attributes[string(types.MessageSystemAttributeNameSentTimestamp)], 10, 64) // 0 if it is missing
		all = append(all, deadletter.Message{ID: aws.ToString(m.MessageId), Receipt: aws.ToString(m.ReceiptHandle), Body: aws.ToString(m.Body), Sent: time.UnixMilli(sent)})
	}
	return all, nil
}

func (f failures) Delete(ctx context.Context, receipt string) error {
	_, err := f.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &f.url, ReceiptHandle: &receipt})
	return err
}

func (f failures) Show(ctx context.Context, receipt string) error {
	_, err := f.client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{QueueUrl: &f.url, ReceiptHandle: &receipt, VisibilityTimeout: 0})
	return err
}

// invokeNotify invokes the function and waits for it: only then is it known that
// the event was sent.
func invokeNotify(client *lambda.Client, function string) deadletter.Invoke {
	return func(ctx context.Context, payload []byte) error {
		out, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &function, Payload: payload})
		if err != nil {
			return err
		}
		if out.FunctionError == nil {
			return nil
		}
		return errors.New(functionError(out))
	}
}

func printReplayed(w io.Writer, it deadletter.Item, dryRun bool) {
	did := "sent"
	switch {
	case it.Error != "":
		did = "failed"
	case dryRun:
		did = "would send"
	}
	name := cmp.Or(it.Event, "message "+it.Message)
	_, _ = fmt.Fprintf(w, "%-10s  %s  %s  since %s", did, name, it.Type, it.Since.Format("2006-01-02 15:04:05Z"))
	if it.Error != "" {
		_, _ = fmt.Fprintf(w, ": %s", it.Error)
	}
	_, _ = fmt.Fprintln(w)
}

func printReplay(w io.Writer, r deadletter.Report) {
	switch {
	case len(r.Replayed)+len(r.Failed) == 0:
		_, _ = fmt.Fprintln(w, "The queue is empty.")
	case r.DryRun:
		_, _ = fmt.Fprintf(w, "%d would be sent, %d can't be sent.\n", len(r.Replayed), len(r.Failed))
	default:
		_, _ = fmt.Fprintf(w, "%d sent, %d failed and stay in the queue.\n", len(r.Replayed), len(r.Failed))
	}
	if r.Stopped != "" {
		_, _ = fmt.Fprintln(w, "Stopped: "+r.Stopped+".")
	}
}
