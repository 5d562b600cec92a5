// Package httpapi serves the routes of the functions behind API Gateway: it identifies
// the caller, reads bodies strictly, writes responses and problems, and logs one line a
// call.
package httpapi

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/fasttrack-dev/fasttrack/internal/logs"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/slackcaller"
)

// Event is a call as API Gateway hands it over (HTTP API, payload format 2.0).
type Event = events.APIGatewayV2HTTPRequest

// Answer is a response as API Gateway expects it.
type Answer = events.APIGatewayV2HTTPResponse

// Call is one call of the API.
type Call struct {
	Event Event
	// Caller is nil on public routes.
	Caller *Identity
	// Slack is the Slack user whom functions/slack calls for, nil for every other call.
	Slack *slackcaller.Caller
	// Log adds the request id and the route to each line.
	Log *slog.Logger
	// unnamed is Log before [Call.About].
	unnamed *slog.Logger
	// basePath is that of [API].
	basePath string
	// door is "/people" for a call under it, and twoDoors whether the API has that path.
	door     string
	twoDoors bool
}

// About adds the run and the flow of the call to the log lines that follow, in place
// of those of an earlier call of About.
func (c *Call) About(runID, flow string) {
	c.unnamed = cmp.Or(c.unnamed, c.Log)
	c.Log = c.unnamed.With("run_id", runID, "flow", flow)
}

// Param returns a path parameter.
func (c *Call) Param(name string) string { return c.Event.PathParameters[name] }

// Query returns a query parameter, and whether it is present.
func (c *Call) Query(name string) (string, bool) {
	v, ok := c.Event.QueryStringParameters[name]
	return v, ok
}

// Header returns a header; name is in lower case.
func (c *Call) Header(name string) string { return c.Event.Headers[name] }

// Reply is a successful response before it is encoded.
type Reply struct {
	Status int
	// Body is encoded as JSON; a json.RawMessage or [Text] is sent as it is.
	Body    any
	Headers map[string]string
}

// Text is a body that is not JSON. Headers name its content type.
type Text string

// EncodedSize is how many bytes a part of a [Text] takes up in the function's response,
// where it is part of a JSON string.
func EncodedSize(part []byte) int {
	encoded, err := json.Marshal(string(part))
	if err != nil {
		return 6 * len(part) // no string fails
	}
	return len(encoded) - len(`""`)
}

// head begins the key of a route of method HEAD, whose response is that of GET without
// the body.
const head = "HEAD "

// Handler handles a call. A *[Problem] becomes the response; any other error is logged
// and becomes an internal error.
type Handler func(ctx context.Context, c *Call) (Reply, error)

// Route is a route of the template.
type Route struct {
	Public bool
	// Slack has the route served to functions/slack too, as the person that it calls for.
	Slack  bool
	Handle Handler
}

// API serves the routes of one function.
type API struct {
	// Routes are by API Gateway's route key, such as "GET /requests/{id}".
	Routes   map[string]Route
	Identify Identifier
	// Link returns the caller with everybody whom the login is linked to, and stores
	// new links. Its error fails the call: without its links, one person could pass for
	// two. Nil stores and returns no links.
	Link func(context.Context, run.Person) (run.Person, error)
	// Slack identifies the people whom functions/slack calls for. Nil in a deployment
	// without Slack.
	Slack *Slack
	// SlackRoutes are for functions/slack alone. Call.Caller is nil there: the user may be
	// nobody yet.
	SlackRoutes map[string]Handler
	// BasePath is the path of the API on a custom domain, such as /approvals. Empty or
	// invalid is the root.
	BasePath string
	// Log is JSON lines on standard output if nil.
	Log *slog.Logger
}

// Handle handles one event. It never returns an error: a failure is a problem.
func (a *API) Handle(ctx context.Context, ev Event) (Answer, error) {
	started := time.Now()
	log := a.Log
	if log == nil {
		log = logs.New(os.Stdout)
	}
	id := ev.RequestContext.RequestID
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		id = lc.AwsRequestID
	}
	c := &Call{Event: ev, Log: log.With("request_id", id, "route", ev.RouteKey)}
	if ValidBasePath(a.BasePath) {
		c.basePath = a.BasePath
	}
	c.door, c.twoDoors = a.door(ev.RouteKey), a.hasDoors()
	reply, err := a.serve(ctx, c)
	c.explain(err)
	answer, err := write(reply, err, id)
	if err != nil {
		c.Log.Error("call failed", "error", err.Error())
	}
	attrs := []any{"status", answer.StatusCode, "took_ms", time.Since(started).Milliseconds()}
	if c.Caller != nil && len(c.Caller.Notes) > 0 {
		attrs = append(attrs, "identity", c.Caller.Notes)
	}
	c.Log.Info("call", attrs...)
	if strings.HasPrefix(ev.RouteKey, head) {
		answer.Body = "" // RFC 9110, section 9.3.2
	}
	return answer, nil
}

// explain logs why the caller's identity was refused, and adds to a 403 what the token
// lacks. Neither contains anything of the token.
func (c *Call) explain(err error) {
	p := problemOf(err)
	if p == nil || !p.Refused {
		return
	}
	c.Log.Warn("refused", "status", p.Status, "reason", p.Detail)
	if c.Caller != nil && p.Status == http.StatusForbidden {
		p.Detail = strings.Join(append([]string{p.Detail}, c.Caller.Notes...), " ")
	}
}

func (a *API) serve(ctx context.Context, c *Call) (reply Reply, err error) {
	defer func() {
		if p := recover(); p != nil {
			c.Log.Error("panic", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	key := c.Event.RouteKey
	if c.door != "" {
		key, _ = cutPeople(key)
	}
	caller, called := slackCaller(ctx, c.Event)
	if called {
		c.Slack = caller
		return a.serveSlack(ctx, c)
	}
	route, ok := a.Routes[key]
	if path, is := strings.CutPrefix(key, head); is && !ok {
		route, ok = a.Routes["GET "+path]
	}
	if !ok {
		return Reply{}, a.noRoute(c.Event)
	}
	if !route.Public {
		who, err := a.Identify.Identify(ctx, c.Event)
		if err != nil {
			return Reply{}, err
		}
		return a.serveAs(ctx, c, who, route)
	}
	return route.Handle(ctx, c)
}

// serveAs serves a route to a caller who is identified.
func (a *API) serveAs(ctx context.Context, c *Call, who Identity, route Route) (reply Reply, err error) {
	if a.Link != nil {
		if who.Person, err = a.Link(ctx, who.Person); err != nil {
			return Reply{}, err
		}
	}
	c.Caller = &who
	return route.Handle(ctx, c)
}

// problemOf returns the problem of an error; an unknown error is internal.
func problemOf(err error) *Problem {
	if err == nil {
		return nil
	}
	var p *Problem
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, ErrNoIdentity):
		return unauthorized(err)
	}
	return internal()
}

// write returns the response to a call, and the error that only the log may contain.
func write(r Reply, err error, id string) (Answer, error) {
	headers := map[string]string{"content-type": "application/json", "x-request-id": id, "cache-control": "no-store"}
	var body []byte
	if err == nil {
		maps.Copy(headers, r.Headers)
		if text, is := r.Body.(Text); is {
			return Answer{StatusCode: r.Status, Headers: headers, Body: string(text)}, nil
		}
		body, err = json.Marshal(r.Body)
	}
	p := problemOf(err)
	if p == nil {
		return Answer{StatusCode: r.Status, Headers: headers, Body: string(body)}, nil
	}
	if p.Status < 500 {
		err = nil
	}
	headers["content-type"] = "application/problem+json"
	if p.RetryAfter > 0 {
		headers["retry-after"] = strconv.Itoa(int(p.RetryAfter.Seconds()))
	}
	if p.Allow != "" {
		headers["allow"] = p.Allow
	}
	body, broken := p.body(id)
	if broken != nil {
		p, err = internal(), errors.Join(err, broken)
		if body, broken = p.body(id); broken != nil {
			body = []byte(`{"status":500}`)
		}
	}
	return Answer{StatusCode: p.Status, Headers: headers, Body: string(body)}, err
}
