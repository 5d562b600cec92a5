// Command go asks and approves with the client that oapi-codegen makes of
// openapi.json; see tools/clients/run.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"github.com/fasttrack-dev/fasttrack/tools/clients/go/fasttrack"
)

func main() {
	if err := live(context.Background(), os.Getenv("FASTTRACK_URL")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// as returns an option that sends calls as a person of the local gateway.
func as(who string) fasttrack.ClientOption {
	return fasttrack.WithRequestEditorFn(func(_ context.Context, req *http.Request) error {
		req.Header.Set("Authorization", "Bearer "+who)
		return nil
	})
}

func live(ctx context.Context, url string) error {
	ada, err := fasttrack.NewClientWithResponses(url, as("ada@example.com"))
	if err != nil {
		return err
	}
	grace, err := fasttrack.NewClientWithResponses(url, as("grace@example.com;sre"))
	if err != nil {
		return err
	}
	flows, err := ada.ListFlowsWithResponse(ctx)
	if err != nil || flows.JSON200 == nil || len(flows.JSON200.Flows) == 0 {
		return fmt.Errorf("no flows: %w %s", err, flows.Body)
	}
	wait := "wait=10"
	fields := map[string]any{"target": "prod-ro", "urgency": "Normal"}
	reason, hour := "oapi-codegen", 3600
	asked, err := ada.AskWithResponse(ctx, &fasttrack.AskParams{Prefer: &wait},
		fasttrack.AskJSONRequestBody{Flow: "aws-access", Fields: &fields, Reason: &reason, DurationSeconds: &hour})
	if err != nil {
		return err
	}
	if asked.JSON201 == nil || asked.JSON201.Status != "pending" {
		return fmt.Errorf("asked: %s %s", asked.Status(), asked.Body)
	}
	wrong, err := ada.AskWithResponse(ctx, nil, fasttrack.AskJSONRequestBody{Flow: "aws-access"})
	if err != nil {
		return err
	}
	if p := wrong.ApplicationproblemJSON400; p == nil || p.Errors == nil || *(*p.Errors)[0].Pointer != "#/fields/target" {
		return fmt.Errorf("asked wrongly: %s %s", wrong.Status(), wrong.Body)
	}
	id := asked.JSON201.Id
	approved, err := grace.ApproveWithResponse(ctx, id, nil, fasttrack.ApproveJSONRequestBody{})
	if err != nil {
		return err
	}
	if approved.JSON200 == nil || approved.JSON200.Decision == nil || *approved.JSON200.Decision.By.Email != "grace@example.com" {
		return fmt.Errorf("approved: %s %s", approved.Status(), approved.Body)
	}
	read, err := ada.ReadRequestWithResponse(ctx, id, &fasttrack.ReadRequestParams{})
	if err != nil {
		return err
	}
	if read.JSON200 == nil || read.JSON200.History == nil || len(*read.JSON200.History) < 2 {
		return fmt.Errorf("read: %s %s", read.Status(), read.Body)
	}
	return nil
}
