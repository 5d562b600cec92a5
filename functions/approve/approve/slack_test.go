package approve_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/fasttrack-dev/fasttrack/functions/approve/approve"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/slackcaller"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// slackActs counts actions in Slack for as long as there is room.
type slackActs struct {
	room  bool
	err   error
	users []string
}

func (s *slackActs) CountSlackAct(_ context.Context, team, user string, _ time.Time) (bool, error) {
	s.users = append(s.users, team+"|"+user)
	return s.room, s.err
}

// links knows Grace's account.
type links struct{}

func (links) LoadSlackLink(_ context.Context, team, user string) (run.SlackAccount, error) {
	if team+user != "T1U1" {
		return run.SlackAccount{}, store.ErrNotFound
	}
	return run.SlackAccount{Team: team, User: user, Email: grace.Email, Person: run.Person{ID: grace.ID, Email: grace.Email}}, nil
}

func (links) SaveSlackLink(context.Context, run.SlackAccount) error {
	return errors.New("none is saved")
}

// An action in Slack counts against its Slack user, on all requests together. One too
// many, or one that can't be counted, is not stored. Actions elsewhere do not count.
func TestSlackActsAreCounted(t *testing.T) {
	flows, err := flow.Parse("flows", []byte("flows: [{name: f, admins: [root@example.com], review: {approvers: [group:sre]}}]\ndirectory: {groups: {sre: [grace@example.com]}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	said, err := slackcaller.Caller{Team: "T1", User: "U1", Email: grace.Email}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	const function = "arn:aws:lambda:us-east-1:123456789012:function:fasttrack-engine-approve"
	for name, tc := range map[string]struct {
		arn    string
		acts   slackActs
		status int
		counts int
		retry  string
	}{
		"with room":            {function + ":slack", slackActs{room: true}, 200, 1, ""},
		"one too many":         {function + ":slack", slackActs{}, 429, 1, "45"},
		"it can't be counted":  {function + ":slack", slackActs{room: true, err: errors.New("throttled")}, 500, 1, ""},
		"by the API, no limit": {function + ":live", slackActs{}, 200, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := pending(t, "")
			w.now = start.Add(time.Minute + 15*time.Second) // 45 s before the next
			api := approve.New(approve.Deps{
				Identify: w, Store: w, StepFunctions: w, Now: func() time.Time { return w.now }, SlackActs: &tc.acts,
				Slack: &httpapi.Slack{Teams: []string{"T1"}, Identity: httpapi.SlackBound, Directory: flows.Directory, Links: links{}, Now: time.Now},
			})
			api.Log = slog.New(slog.DiscardHandler)
			ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{InvokedFunctionArn: tc.arn})
			got, err := api.Handle(ctx, events.APIGatewayV2HTTPRequest{
				RouteKey: "POST /requests/{id}/approve", Body: "{}", PathParameters: map[string]string{"id": w.run.ID}, Headers: map[string]string{slackcaller.Header: said},
			})
			if err != nil || got.StatusCode != tc.status || got.Headers["retry-after"] != tc.retry {
				t.Errorf("got %d %s, Retry-After %q (%v)", got.StatusCode, got.Body, got.Headers["retry-after"], err)
			}
			if stored := len(w.acts) == 1; stored != (tc.status == 200) {
				t.Errorf("%d actions are stored", len(w.acts))
			}
			if len(tc.acts.users) != tc.counts || tc.counts > 0 && tc.acts.users[0] != "T1|U1" {
				t.Errorf("counted for %v", tc.acts.users)
			}
			for _, a := range w.acts {
				if want := map[bool]run.Channel{true: run.ViaSlack, false: run.ViaAPI}[tc.counts > 0]; a.Channel != want || a.Person.ID != grace.ID {
					t.Errorf("stored for %s by the channel %q, want %q", a.Person.ID, a.Channel, want)
				}
			}
		})
	}
}
