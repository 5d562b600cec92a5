package slack_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/slack/slack"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/internal/slackcaller"
	"github.com/fasttrack-dev/fasttrack/internal/slacksecret"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// world is the function between a Slack workspace and an engine that answers what a test
// says.
type world struct {
	t     *testing.T
	slack *fakeslack.Slack
	h     *slack.Handler
	log   strings.Builder

	mu    sync.Mutex
	calls []string
	// answers are by route, those of a list also by route and view; a status below 300 is sent
	// with the body.
	answers map[string]answer
	kept    []string
	// homes are of the workspaces that were said of users, the last of each.
	homes map[string]string
}

type answer struct {
	status int
	body   any
}

const id = "6PZZ5RPQ2D18H9FRF73P0KE6VC"

func newWorld(t *testing.T) *world {
	w := &world{t: t, slack: fakeslack.New(fakeslack.Options{Enterprise: "E0GRID"}), homes: map[string]string{}}
	w.answers = map[string]answer{
		"GET /me":            {200, api.Me{ID: "grace@example.com", Flows: []api.MyFlow{{Name: "a", Label: "A", May: []string{"request"}, Slack: "decide"}}, Flow: &api.Flow{Name: "a", Label: "A"}}},
		"GET /requests/{id}": {200, pending()},
	}
	app := httptest.NewServer(http.HandlerFunc(w.serve))
	t.Cleanup(app.Close)
	page := httptest.NewServer(w.slack)
	t.Cleanup(page.Close)
	w.slack.SetApp(app.URL)
	w.slack.SetBase(page.URL)
	w.slack.SetUser(fakeslack.User{ID: "U0GRACE", Name: "Grace", Email: "grace@example.com"})
	w.h = &slack.Handler{
		Secret: func(context.Context) (slacksecret.Secret, error) {
			return slacksecret.Secret{BotToken: fakeslack.BotToken, SigningSecrets: []string{"another one of them", fakeslack.SigningSecret}}, nil
		},
		Request: w, Approve: w, Teams: []string{fakeslack.Team, "E0GRID"}, Views: w, API: page.URL + "/api/", Portal: "https://access.example.com/console",
		HTTP: &http.Client{Timeout: 3 * time.Second}, Log: slog.New(slog.NewJSONHandler(&w.log, nil)), Now: time.Now,
	}
	return w
}

func pending() api.Request {
	yes, no := true, false
	return api.Request{ID: id, Flow: "a", Status: api.StatusPending, Requester: api.Person{ID: "ada@example.com", Email: "ada@example.com"}, DurationSeconds: 3600,
		You: &api.You{Approve: api.Allowed{May: true, ReasonRequired: &no}, Deny: api.Allowed{May: true, ReasonRequired: &yes}, Revoke: api.Allowed{Why: "No access is active."}}}
}

// serve hands a call of Slack to the function as API Gateway does.
func (w *world) serve(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.t.Error(err)
	}
	ev := events.APIGatewayV2HTTPRequest{
		RouteKey: "POST /slack/{proxy+}", RawPath: r.URL.Path, PathParameters: map[string]string{"proxy": strings.TrimPrefix(r.URL.Path, "/slack/")},
		Headers: map[string]string{}, Body: base64.StdEncoding.EncodeToString(body), IsBase64Encoded: true,
	}
	for name := range r.Header {
		ev.Headers[strings.ToLower(name)] = r.Header.Get(name)
	}
	res, err := w.h.Handle(r.Context(), slack.Event{APIGatewayV2HTTPRequest: ev})
	if err != nil {
		w.t.Error(err)
	}
	for name, value := range res.Headers {
		rw.Header().Set(name, value)
	}
	rw.WriteHeader(res.StatusCode)
	_, _ = io.WriteString(rw, res.Body)
}

// Handle is the engine.
func (w *world) Handle(_ context.Context, ev events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, ev.RouteKey+" "+ev.Body)
	who, is := slackcaller.Read(ev.Headers[slackcaller.Header])
	if !is {
		w.t.Errorf("%s names nobody", ev.RouteKey)
	}
	w.homes[who.User] = who.Team
	a, known := w.answers[ev.RouteKey+" "+ev.QueryStringParameters["view"]]
	if !known {
		a, known = w.answers[ev.RouteKey]
	}
	if !known {
		a = answer{404, api.Problem{Status: 404, Type: api.ProblemNotFound, Detail: "Unknown request, or you may not see it."}}
	}
	if strings.HasPrefix(ev.RouteKey, "POST /requests/{id}/") && a.status < 300 {
		w.answers["GET /requests/{id}"] = a
	}
	raw, err := json.Marshal(a.body)
	return events.APIGatewayV2HTTPResponse{StatusCode: a.status, Body: string(raw)}, err
}

func (w *world) KeepHome(context.Context, store.SlackHome, time.Time) error { return nil }

func (w *world) Keep(_ context.Context, request string, c store.SlackCopy, _ time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.kept = append(w.kept, strings.TrimSpace(request+" "+c.Kind+"#"+c.Key+" "+c.Action))
	return nil
}

// acts are the calls that act, with their bodies.
func (w *world) acts() (all []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.calls {
		if strings.HasPrefix(c, "POST /requests") {
			all = append(all, strings.TrimPrefix(c, "POST "))
		}
	}
	return all
}

func (w *world) view(user string) string {
	w.t.Helper()
	v, open := w.slack.OpenView(user)
	if !open {
		w.t.Fatal("no modal is open")
	}
	return v.Words()
}

// message posts a card with buttons, as functions/notify does.
func (w *world) message() fakeslack.Message {
	return fakeslack.Message{Channel: "C0GENERAL", TS: "1.2", Blocks: json.RawMessage(`[{"type":"actions","block_id":"acts","elements":[
		{"type":"button","action_id":"approve","value":"` + id + `","text":{"type":"plain_text","text":"Approve"}},
		{"type":"button","action_id":"deny","value":"` + id + `","text":{"type":"plain_text","text":"Deny…"}},
		{"type":"button","action_id":"shorten","value":"` + id + `","text":{"type":"plain_text","text":"Shorten…"}}]}]`)}
}
