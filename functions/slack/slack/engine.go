package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/lambdaapi"
	"github.com/fasttrack-dev/fasttrack/internal/slackcaller"
)

// Engine is a function of the engine behind its alias for Slack.
type Engine interface {
	Handle(ctx context.Context, ev events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error)
}

// What of the time for a call is left for the way back; after an action, also for the modal
// to be kept.
const (
	margin = 250 * time.Millisecond
	acting = 500 * time.Millisecond
)

// alias is an [Engine] that is invoked at Lambda.
type alias struct {
	cfg aws.Config
	arn string
}

// maxInvoked is how long a response of Lambda may be.
const maxInvoked = 6<<20 + 1<<16

// Handle invokes the function. What Lambda throttles or fails is retried once.
func (a alias) Handle(ctx context.Context, ev events.APIGatewayV2HTTPRequest) (res events.APIGatewayV2HTTPResponse, err error) {
	document, err := json.Marshal(ev)
	if err != nil {
		return res, err
	}
	for n := 1; ; n++ {
		raw, again, err := a.invoke(ctx, document)
		if err == nil {
			return res, json.Unmarshal(raw, &res)
		}
		if !again || n == 2 {
			return res, fmt.Errorf("invoke %s: %w", a.arn, err)
		}
		select {
		case <-ctx.Done():
			return res, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (a alias) invoke(ctx context.Context, document []byte) (raw []byte, again bool, err error) {
	req, err := lambdaapi.Request(ctx, a.cfg, http.MethodPost, a.arn, "/invocations", document)
	if err != nil {
		return nil, false, err
	}
	res, err := a.cfg.HTTPClient.Do(req)
	if err != nil {
		return nil, ctx.Err() == nil, err
	}
	defer res.Body.Close()
	raw, err = io.ReadAll(io.LimitReader(res.Body, maxInvoked))
	switch {
	case err != nil:
		return nil, ctx.Err() == nil, err
	case res.StatusCode != http.StatusOK:
		return nil, res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= 500, fmt.Errorf("AWS responds %s %s", res.Status, res.Header.Get("X-Amzn-ErrorType"))
	case res.Header.Get("X-Amz-Function-Error") != "":
		return nil, false, errors.New("the function failed")
	}
	return raw, false, nil
}

// operation is a call of the API for a Slack user.
type operation struct {
	route string // such as "GET /requests/{id}"
	path  map[string]string
	query url.Values
	body  any
	// key is the Idempotency-Key, "" for none; wait is how long to wait for a decision.
	key  string
	wait int
	// spare is how much of the call's time is left after it, margin unless set.
	spare time.Duration
	// place is the channel that a request comes from, "" if unknown.
	place string
}

// do calls a function of the engine as a Slack user. The error is a [problem] for
// what the engine refused.
func (c *call) do(ctx context.Context, to Engine, who slackcaller.Caller, op operation, into any) error {
	if until, is := ctx.Deadline(); is {
		who.Deadline = until.Add(-cmp.Or(op.spare, margin)).UnixMilli()
	}
	said, err := who.Encode()
	if err != nil {
		return err
	}
	method, path, _ := strings.Cut(op.route, " ")
	ev := events.APIGatewayV2HTTPRequest{
		RouteKey: op.route, RawPath: path, PathParameters: op.path, QueryStringParameters: map[string]string{},
		Headers: map[string]string{slackcaller.Header: said},
	}
	ev.RequestContext.HTTP.Method = method
	for name := range op.query {
		ev.QueryStringParameters[name] = op.query.Get(name)
	}
	if op.key != "" {
		ev.Headers["idempotency-key"] = op.key
	}
	if op.place != "" {
		ev.Headers["fasttrack-place"] = op.place
	}
	if op.wait > 0 {
		ev.Headers["prefer"] = fmt.Sprintf("wait=%d", op.wait)
	}
	if op.body != nil {
		raw, err := json.Marshal(op.body)
		if err != nil {
			return err
		}
		ev.Body, ev.Headers["content-type"] = string(raw), "application/json"
	}
	res, err := to.Handle(ctx, ev)
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		var p api.Problem
		if err := json.Unmarshal([]byte(res.Body), &p); err != nil || p.Status == 0 {
			return fmt.Errorf("%s: status %d", op.route, res.StatusCode)
		}
		return problem{p}
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal([]byte(res.Body), into); err != nil {
		return fmt.Errorf("%s: %w", op.route, err)
	}
	return nil
}

// problem is what the engine refused.
type problem struct{ api.Problem }

func (p problem) Error() string { return p.Detail }

// read returns a request as the user sees it.
func (c *call) read(ctx context.Context, who slackcaller.Caller, id string) (r api.Request, err error) {
	return r, c.do(ctx, c.Request, who, operation{route: "GET /requests/{id}", path: map[string]string{"id": id}}, &r)
}

// me returns what concerns the user, with one flow.
func (c *call) me(ctx context.Context, who slackcaller.Caller, flow string) (me api.Me, err error) {
	q := url.Values{}
	if flow != "" {
		q.Set("flow", flow)
	}
	return me, c.do(ctx, c.Request, who, operation{route: "GET /me", query: q}, &me)
}
