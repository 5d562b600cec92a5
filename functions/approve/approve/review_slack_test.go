package approve_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/approve/approve"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/slackcaller"
)

// In Slack an emergency is reviewed by whom the account is linked to, where its flow lets
// people decide in Slack; never by its requester or whom it was for, nor with a link that
// is nobody's.
func TestReviewInSlack(t *testing.T) {
	const slackArn = "arn:aws:lambda:us-east-1:123456789012:function:fasttrack-engine-approve:slack"
	for name, tc := range map[string]struct {
		use       run.SlackUse
		user      string
		requester string
		forWhom   string
		status    int
	}{
		"by an approver":        {run.SlackDecide, "U1", "ada@example.com", "", 202},
		"where it is asked":     {run.SlackAsk, "U1", "ada@example.com", "", 403},
		"where there are links": {run.SlackLink, "U1", "ada@example.com", "", 403},
		"by the requester":      {run.SlackDecide, "U1", grace.Email, "", 403},
		"by whom it was for":    {run.SlackDecide, "U1", "ada@example.com", grace.Email, 403},
		"without a link":        {run.SlackDecide, "U2", "ada@example.com", "", 403},
	} {
		t.Run(name, func(t *testing.T) {
			flows, err := flow.Parse("flows", []byte("flows: [{name: f, slack: "+string(tc.use)+", admins: [root@example.com], review: {approvers: [group:sre]}}]\ndirectory: {groups: {sre: [grace@example.com]}}\n"))
			if err != nil {
				t.Fatal(err)
			}
			said, err := slackcaller.Caller{Team: "T1", User: tc.user, Email: grace.Email}.Encode()
			if err != nil {
				t.Fatal(err)
			}
			w := pending(t, "")
			w.run.Requester = run.Person{ID: tc.requester, Email: tc.requester}
			if tc.forWhom != "" {
				w.run.For = &run.Person{ID: tc.forWhom, Email: tc.forWhom}
			}
			w.run.Status, w.run.Decision = run.Approved, &run.Decision{Event: run.Approve, By: run.BreakGlassActor}
			w.run.BreakGlass, w.run.Engine.Next, w.run.Engine.Token = &run.BreakGlass{ReviewWithinSeconds: 3600, Reminded: 1}, run.NextReview, ""
			acts := slackActs{room: true}
			h := approve.New(approve.Deps{
				Identify: w, Store: w, StepFunctions: w, Now: func() time.Time { return w.now }, SlackActs: &acts, Flows: flows, Today: flows.Today(),
				Slack: &httpapi.Slack{Teams: []string{"T1"}, Identity: httpapi.SlackBound, Directory: flows.Directory, Links: links{}, Now: time.Now},
			})
			h.Log = slog.New(slog.DiscardHandler)
			ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{InvokedFunctionArn: slackArn})
			ctx, cancel := context.WithTimeout(ctx, 300*time.Millisecond) // nothing applies the review
			defer cancel()
			got, err := h.Handle(ctx, events.APIGatewayV2HTTPRequest{
				RouteKey: "POST /requests/{id}/review", Body: `{"verdict":"justified"}`, PathParameters: map[string]string{"id": w.run.ID}, Headers: map[string]string{slackcaller.Header: said},
			})
			if err != nil || got.StatusCode != tc.status && !(tc.status == 202 && got.StatusCode == 200) {
				t.Errorf("got %d %s (%v)", got.StatusCode, got.Body, err)
			}
			if stored := len(w.acts); stored != map[bool]int{true: 1}[tc.status < 300] {
				t.Errorf("%d actions are stored", stored)
			}
			for _, a := range w.acts {
				if a.Channel != run.ViaSlack || a.Person.ID != grace.ID || a.Verdict != api.Justified {
					t.Errorf("stored %+v", a)
				}
			}
		})
	}
}
