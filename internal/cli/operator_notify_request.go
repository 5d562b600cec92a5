package cli

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/spf13/cobra"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/deliver"
)

// replayRequest has the function send what failed of one request. The error of the
// function says what failed again.
func replayRequest(cmd *cobra.Command, functions *lambda.Client, function, id string, asJSON bool) error {
	detail, err := json.Marshal(deliver.Replay{RequestID: id})
	if err != nil {
		return err
	}
	payload, err := json.Marshal(api.BusEvent{Source: api.EventSource, DetailType: deliver.DetailTypeReplay, Detail: detail})
	if err != nil {
		return err
	}
	out, err := functions.Invoke(cmd.Context(), &lambda.InvokeInput{FunctionName: &function, Payload: payload})
	if err != nil {
		return err
	}
	if out.FunctionError != nil {
		return fmt.Errorf("request %s: %s", id, functionError(out))
	}
	var report deliver.Report
	if err := json.Unmarshal(out.Payload, &report); err != nil {
		return fmt.Errorf("read the response of %s: %w", function, err)
	}
	switch {
	case asJSON:
		err = printJSON(cmd.OutOrStdout(), report)
	case report == deliver.Report{}:
		_, err = fmt.Fprintln(cmd.OutOrStdout(), "Nothing of the request has failed.")
	default:
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d sent, %d failed, %d skipped.\n", report.Sent, report.Failed, report.Skipped)
	}
	if err == nil && report.Failed > 0 {
		return errReported
	}
	return err
}
