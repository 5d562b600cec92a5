// Package httpapi is what the functions behind API Gateway share: who calls,
// strict reading of bodies, answers and problems, one log line a call.
package httpapi

import (
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
)

// Event is a call as API Gateway hands it over (HTTP API, payload format 2.0).
type Event = events.APIGatewayV2HTTPRequest

// Answer is what goes back.
type Answer = events.APIGatewayV2HTTPResponse

// Call is one call of the API.
type Call struct {
	Event Event
	// Caller is nil on public routes.
	Caller *Identity
	// Log writes lines that name the call.
	Log *slog.Logger
	// basePath is that of [API].
	basePath string
}

// About has the lines that follow name the run and flow that the call is about.
func (c *Call) About(runID, flow string) {
	c.Log = c.Log.With("run_id", runID, "flow", flow)
}

// Param gives a path parameter.
func (c *Call) Param(name string) string { return c.Event.PathParameters[name] }

// Query gives a query parameter, and whether it is there.
func (c *Call) Query(name string) (string, bool) {
	v, ok := c.Event.QueryStringParameters[name]
	return v, ok
}

// Header gives a header; name is in lower case.
func (c *Call) Header(name string) string { return c.Event.Headers[name] }

// Reply is a call's answer before it is written.
type Reply struct {
	Status int
	// Body becomes JSON; a json.RawMessage stays as it is.
	Body    any
	Headers map[string]string
}

// head begins the key of a route of method HEAD, which is answered as GET is, without
// a body.
const head = "HEAD "

// Handler answers a call. The error is a *[Problem] or stays in the log.
type Handler func(ctx context.Context, c *Call) (Reply, error)

// Route is one route of the template.
type Route struct {
	Public bool
	Handle Handler
}

// API answers the routes of one function.
type API struct {
	// Routes are by API Gateway's route key, such as "GET /requests/{id}".
	Routes   map[string]Route
	Identify Identifier
	// Link returns the caller with everybody that the login is linked to, and
	// stores links that are new. Its error fails the call: who is not known to be
	// linked might pass for two people. Nil stores and returns no links.
	Link func(context.Context, run.Person) (run.Person, error)
	// BasePath is where a custom domain serves the API, such as /approvals; "" is the
	// root. One that is not valid counts as the root.
	BasePath string
	// Log is JSON lines on standard output if nil.
	Log *slog.Logger
}

// Handle answers one event. It never fails: what goes wrong is a problem.
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

// explain logs why the caller's identity was refused, never with anything of the
// token, and adds to a 403 what the token lacks.
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
	route, ok := a.Routes[c.Event.RouteKey]
	if path, is := strings.CutPrefix(c.Event.RouteKey, head); is && !ok {
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
		if a.Link != nil {
			if who.Person, err = a.Link(ctx, who.Person); err != nil {
				return Reply{}, err
			}
		}
		c.Caller = &who
	}
	return route.Handle(ctx, c)
}

// problemOf gives the problem that an error is; anything unknown is internal.
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

// write gives the answer to a call, and the error that is for the log alone:
// what the answer doesn't tell.
func write(r Reply, err error, id string) (Answer, error) {
	headers := map[string]string{"content-type": "application/json", "x-request-id": id, "cache-control": "no-store"}
	var body []byte
	if err == nil {
		maps.Copy(headers, r.Headers)
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
