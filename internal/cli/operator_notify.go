package cli

import (
	"context"
	"encoding/json"
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

// newNotifyCommand groups what is done about notifications.
func newNotifyCommand(p Process) *cobra.Command {
	cmd := &cobra.Command{Use: "notify", Short: "Replay notifications that failed", Args: usage(cobra.NoArgs), RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(newNotifyReplayCommand(p))
	return cmd
}

func newNotifyReplayCommand(p Process) *cobra.Command {
	var stack, function, queue, endpoint string
	var most int
	var dryRun, asJSON bool
	cmd := &cobra.Command{
		Use:   "replay",
		Short: "Send the notifications that failed once more",
		Long: `Invoke functions/notify with each event in the queue of what it failed to send
(alarm NotifyDeadLetters). A message is deleted only once its event was sent; what
fails again stays in the queue. Five failures in a row end the command. Nothing is
sent twice unless a channel of it failed: receivers recognize the event's id.

It needs your own AWS credentials: lambda:GetFunctionEventInvokeConfig and
lambda:InvokeFunction on the function, sqs:GetQueueUrl, ReceiveMessage,
DeleteMessage and ChangeMessageVisibility on the queue.

It exits with 1 if anything stays in the queue.`,
		Example: "  fasttrack notify replay --dry-run\n  fasttrack notify replay --max 5000\n  fasttrack notify replay --endpoint-url http://127.0.0.1:8080/_aws",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if most < 1 || most > 100000 {
				return usageError{errors.New("--max: it must be from 1 to 100000")}
			}
			if function == "" {
				function = stack + "-engine-notify"
			}
			cfg, err := awsConfig(cmd.Context(), endpoint)
			if err != nil {
				return err
			}
			functions := lambda.NewFromConfig(cfg)
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
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "send nothing, list what would be sent")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	cmd.Flags().IntVar(&most, "max", 1000, "how many messages to take, at most")
	cmd.Flags().StringVar(&function, "function", "", "the function to invoke (default \"STACK-engine-notify\")")
	cmd.Flags().StringVar(&queue, "queue", "", "the URL of the queue (default the one that the function's failures go to)")
	stackFlag(cmd, &stack)
	endpointFlag(cmd, &endpoint)
	return cmd
}

// failures is a queue at SQS.
type failures struct {
	client *sqs.Client
	url    string
}

// openFailures finds the queue: the destination of the function's failures,
// unless its URL is given.
func openFailures(ctx context.Context, functions *lambda.Client, client *sqs.Client, function, url string) (failures, error) {
	if url != "" {
		return failures{client, url}, nil
	}
	out, err := functions.GetFunctionEventInvokeConfig(ctx, &lambda.GetFunctionEventInvokeConfigInput{FunctionName: &function})
	if err != nil {
		return failures{}, fmt.Errorf("find the queue of %s (--queue names it): %w", function, err)
	}
	arn := ""
	if out.DestinationConfig != nil && out.DestinationConfig.OnFailure != nil {
		arn = aws.ToString(out.DestinationConfig.OnFailure.Destination)
	}
	name := arn[strings.LastIndex(arn, ":")+1:]
	if !strings.Contains(arn, ":sqs:") {
		return failures{}, fmt.Errorf("the failures of %s go to no queue of SQS; --queue names one", function)
	}
	found, err := client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &name})
	if err != nil {
		return failures{}, fmt.Errorf("find the queue %s: %w", name, err)
	}
	return failures{client, aws.ToString(found.QueueUrl)}, nil
}

// Receive polls for 2 s, which asks all servers of the queue: an empty answer
// means that nothing is left
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
		sent, _ := strconv.ParseInt(m.Attributes[string(types.MessageSystemAttributeNameSentTimestamp)], 10, 64) // 0 if it is not said
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

// invokeNotify invokes the function synchronously: only then is it known that the
// event was sent.
func invokeNotify(client *lambda.Client, function string) deadletter.Invoke {
	return func(ctx context.Context, payload []byte) error {
		out, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &function, Payload: payload})
		if err != nil {
			return err
		}
		if out.FunctionError == nil {
			return nil
		}
		var failed struct {
			Message string `json:"errorMessage"`
		}
		_ = json.Unmarshal(out.Payload, &failed) // what is no JSON has no message
		if failed.Message == "" {
			failed.Message = *out.FunctionError
		}
		return errors.New(failed.Message)
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
	name := it.Event
	if name == "" {
		name = "message " + it.Message
	}
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
		_, _ = fmt.Fprintf(w, "%d would be sent, %d can't be.\n", len(r.Replayed), len(r.Failed))
	default:
		_, _ = fmt.Fprintf(w, "%d sent, %d failed and stay in the queue.\n", len(r.Replayed), len(r.Failed))
	}
	if r.Stopped != "" {
		_, _ = fmt.Fprintln(w, "Stopped: "+r.Stopped+".")
	}
}
