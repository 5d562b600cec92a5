package httpapi

import (
	"context"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/logs"
	"github.com/fasttrack-dev/fasttrack/internal/rules/pushed"
)

// Rules are what an API is made of: the flows of one version of flows.yaml, and how
// callers prove who they are.
type Rules struct {
	Flows    *flow.File
	Identify Identifier
	// Version is the number of the version that was pushed, 0 for the deployed file.
	Version int
}

// Start returns what serves the API that build makes. It reads flows.yaml, shipped beside
// the binary (in LAMBDA_TASK_ROOT), or the version that was pushed: then each call is
// served by the API of one version, from end to end. The error is of the deployed file; see
// [pushed.Deployed].
func Start(o pushed.Options, roles Roles, build func(Rules) *API) (func(context.Context, Event) (Answer, error), error) {
	make := func(flows *flow.File, version int) (*API, error) {
		identify, err := NewIdentifier(ConfigFromEnv(o.Getenv), flows.Directory, roles)
		if err != nil {
			return nil, err
		}
		return build(Rules{Flows: flows, Identify: identify, Version: version}), nil
	}
	present, err := pushed.Present(o, func() (*API, error) {
		flows, err := pushed.Deployed(o.Getenv)
		if err != nil {
			return nil, err
		}
		return make(flows, 0)
	}, make)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, ev Event) (Answer, error) {
		serves, err := present(ctx)
		if err != nil {
			return unreadable(ctx, ev, err)
		}
		return serves.Handle(ctx, ev)
	}, nil
}

// unreadable is the response while no version of flows.yaml could be read yet: the one
// that is deployed with the function may allow what the present one does not.
func unreadable(ctx context.Context, ev Event, why error) (Answer, error) {
	id := ev.RequestContext.RequestID
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		id = lc.AwsRequestID
	}
	logs.New(os.Stdout).Error("rules can't be read", "request_id", id, "route", ev.RouteKey, "error", why.Error())
	p := NewProblem(http.StatusServiceUnavailable, api.ProblemRulesUnavailable, "The rules can't be read at the moment. Nothing was changed; try again.")
	p.RetryAfter = 5 * time.Second
	answer, _ := write(Reply{}, p, id)
	return answer, nil
}
