package slack

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/slack-go/slack"

	"github.com/fasttrack-dev/fasttrack/internal/slacksecret"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// maxBody is far above what Slack sends: a view has at most 250 KB.
const maxBody = 1 << 20

// Handler handles calls of Slack, by way of API Gateway (HTTP API, payload format 2.0).
type Handler struct {
	Secret func(context.Context) (slacksecret.Secret, error)
	// Request and Approve are the functions of these names, as a Slack user may use them.
	Request, Approve Engine
	// Teams are the workspaces and organizations whose people may use it.
	Teams []string
	// Views keeps which open form, and which clicked card, shows which request.
	Views Views
	// API is the address of Slack's Web API; Portal that of the pages of requests, and
	// Console that of fasttrack's own console. Both are "" if without one.
	API, Portal, Console string
	HTTP                 *http.Client
	Log                  *slog.Logger
	Now                  func() time.Time

	people people
}

// call is one call of Slack.
type call struct {
	*Handler
	secret slacksecret.Secret
	client *slack.Client
	log    *slog.Logger
	// started is when API Gateway got it: a cold start has passed since.
	started time.Time
}

// Event is a call of Slack by way of API Gateway or, from functions/notify alone, the App
// Homes that have changed. API Gateway sends no such member.
type Event struct {
	events.APIGatewayV2HTTPRequest
	Homes []store.SlackHome `json:"homes,omitempty"`
}

// Handle handles one event. It never returns an error: what fails becomes a response.
func (h *Handler) Handle(ctx context.Context, in Event) (res events.APIGatewayV2HTTPResponse, _ error) {
	if len(in.Homes) > 0 {
		if err := h.showAgain(ctx, in.Homes); err != nil {
			h.Log.Warn("App Homes are out of date", "error", err.Error())
		}
		return respond(http.StatusOK, nil), nil
	}
	ev := in.APIGatewayV2HTTPRequest
	started := h.Now()
	if at := ev.RequestContext.TimeEpoch; at > 0 && at < started.UnixMilli() {
		started = time.UnixMilli(at)
	}
	path := ev.PathParameters["proxy"]
	log := h.Log.With("request_id", ev.RequestContext.RequestID, "path", path)
	defer func() {
		if p := recover(); p != nil {
			log.Error("panic", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			res = respond(http.StatusInternalServerError, nil)
		}
		log.Info("call", "status", res.StatusCode, "retry", ev.Headers["x-slack-retry-num"], "took_ms", h.Now().Sub(started).Milliseconds())
	}()
	body, status := bodyOf(ev)
	if status != 0 {
		return respond(status, nil), nil
	}
	secret, err := h.Secret(ctx)
	if err != nil {
		log.Error("cannot read the secret of the Slack app", "error", err.Error())
		return respond(http.StatusServiceUnavailable, nil), nil
	}
	if err := verify(ev.Headers, body, secret.SigningSecrets, h.Now()); err != nil {
		log.Warn("refused", "reason", err.Error())
		return respond(http.StatusUnauthorized, nil), nil
	}
	c := &call{Handler: h, secret: secret, client: h.slack(secret.BotToken), log: log, started: started}
	ctx, cancel := context.WithDeadline(ctx, started.Add(ackBy))
	defer cancel()
	out, err := c.route(ctx, path, body)
	var bad badCall
	switch {
	case errors.As(err, &bad):
		log.Warn("refused", "reason", err.Error())
		return respond(http.StatusBadRequest, nil), nil
	case err != nil:
		log.Error("call failed", "error", err.Error())
		if path == "commands" {
			return respond(http.StatusOK, ephemeral(unavailable)), nil
		}
		return respond(http.StatusInternalServerError, nil), nil // Slack says so to the person
	}
	return respond(http.StatusOK, out), nil
}

// unavailable is what people read when nothing was done.
const unavailable = "fasttrack is not available now. Nothing was done. Try again."

// unknown is what people read when something may have been done: the engine was called,
// and what it did is unknown.
const unknown = "fasttrack did not respond in time. What you did may be stored. Try again: it counts once."

// errUnanswered marks an error after which it is unknown what the engine did.
var errUnanswered = errors.New("unanswered")

// unanswered marks the error of a call that acts, unless the engine refused it.
func unanswered(err error) error {
	var p problem
	if errors.As(err, &p) && p.Status < 500 {
		return err
	}
	return errors.Join(errUnanswered, err)
}

// notDone says to people what an error leaves.
func notDone(err error) string {
	if errors.Is(err, errUnanswered) {
		return unknown
	}
	return unavailable
}

// badCall is an error of a call that Slack would not make.
type badCall string

func (b badCall) Error() string { return string(b) }

func bodyOf(ev events.APIGatewayV2HTTPRequest) (body string, status int) {
	body = ev.Body
	if ev.IsBase64Encoded { // as API Gateway hands forms over
		raw, err := base64.StdEncoding.DecodeString(body)
		if err != nil {
			return "", http.StatusBadRequest
		}
		body = string(raw)
	}
	if len(body) > maxBody {
		return "", http.StatusRequestEntityTooLarge
	}
	return body, 0
}

// route serves a call whose signature is right. It returns the body of the response.
func (c *call) route(ctx context.Context, path, body string) (any, error) {
	if path == "events" {
		return c.event(ctx, body)
	}
	form, err := url.ParseQuery(body)
	if err != nil {
		return nil, badCall("the body must be a form")
	}
	switch path {
	case "commands":
		return c.command(ctx, form)
	case "interactions", "options":
		var in interaction
		if err := json.Unmarshal([]byte(form.Get("payload")), &in); err != nil {
			return nil, badCall("payload must be JSON")
		}
		return c.interact(ctx, in)
	}
	return nil, badCall("unknown path")
}

// interact serves a click, a form, a shortcut, or what is typed into a field.
func (c *call) interact(ctx context.Context, in interaction) (any, error) {
	switch in.Type {
	case "shortcut":
		return nil, c.openForm(ctx, in.user(), in.Trigger, place{})
	case "block_suggestion":
		return c.suggest(ctx, in)
	case "block_actions":
		return nil, c.clicked(ctx, in)
	case "view_submission":
		return c.submitted(ctx, in)
	case "view_closed":
		return nil, nil
	}
	return nil, badCall("unknown type of interaction")
}

// respond returns a response to Slack. It is not to retry events: what fails is logged.
func respond(status int, body any) events.APIGatewayV2HTTPResponse {
	res := events.APIGatewayV2HTTPResponse{StatusCode: status, Headers: map[string]string{"cache-control": "no-store"}}
	if body == nil {
		return res
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusInternalServerError}
	}
	res.Headers["content-type"], res.Body = "application/json", string(raw)
	return res
}

// slack returns the client of Slack's Web API. It waits out one rate limit, if the call
// has time for that.
func (h *Handler) slack(token string) *slack.Client {
	api := h.API
	if !strings.HasSuffix(api, "/") {
		api += "/"
	}
	return slack.New(token, slack.OptionAPIURL(api), slack.OptionHTTPClient(h.HTTP), slack.OptionRetry(1))
}

// showing returns a context for the last calls of Slack, which show what came of a call
// whose own time may be over.
func (c *call) showing(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithDeadline(context.WithoutCancel(ctx), c.started.Add(lastCall))
}

// link returns the address of a request's page, "" if it has none.
func (h *Handler) link(id string) string {
	if h.Portal == "" {
		return ""
	}
	return h.Portal + "/requests/" + url.PathEscape(id)
}
