package notify_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/fasttrack-dev/fasttrack/functions/slack/slack"
	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/slackcaller"
	"github.com/fasttrack-dev/fasttrack/internal/slacksecret"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// app is functions/slack in the storm, before an engine that takes no action: all requests
// are decided.
type app struct{ *storm }

func (a app) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	h := &slack.Handler{
		Secret: func(context.Context) (slacksecret.Secret, error) {
			return slacksecret.Secret{BotToken: fakeslack.BotToken, SigningSecrets: []string{fakeslack.SigningSecret}}, nil
		},
		Request: a, Approve: a, Teams: []string{a.slack.TeamID()}, Views: a, API: a.slack.APIURL(),
		HTTP: &http.Client{Transport: a.wire}, Log: slog.New(slog.DiscardHandler), Now: time.Now,
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		a.t.Error(err)
	}
	ev := events.APIGatewayV2HTTPRequest{PathParameters: map[string]string{"proxy": strings.TrimPrefix(r.URL.Path, "/slack/")}, Headers: map[string]string{}, Body: string(body)}
	for name := range r.Header {
		ev.Headers[strings.ToLower(name)] = r.Header.Get(name)
	}
	res, err := h.Handle(r.Context(), slack.Event{APIGatewayV2HTTPRequest: ev})
	if err != nil {
		a.t.Error(err)
	}
	rw.WriteHeader(res.StatusCode)
	_, _ = io.WriteString(rw, res.Body)
}

// Handle is the engine: it shows requests.
func (a app) Handle(ctx context.Context, ev events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	if ev.RouteKey != "GET /requests/{id}" {
		a.t.Errorf("a click on what is decided calls %s", ev.RouteKey)
		return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusInternalServerError}, nil
	}
	who, _ := slackcaller.Read(ev.Headers[slackcaller.Header])
	r, err := a.table.Load(ctx, ev.PathParameters["id"])
	if err != nil {
		return events.APIGatewayV2HTTPResponse{}, err
	}
	raw, err := json.Marshal(r.ViewFor(run.Person{ID: who.Email, Email: who.Email}, a.today, time.Now()))
	return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusOK, Body: string(raw)}, err
}

func (a app) Keep(ctx context.Context, requestID string, c store.SlackCopy, now time.Time) error {
	return a.table.SaveSlackCopy(ctx, requestID, c, now)
}

func (a app) KeepHome(context.Context, store.SlackHome, time.Time) error { return nil }

// clickOnce clicks once on each message that still has buttons to decide, and returns how
// many there were.
func (s *storm) clickOnce() (clicked int) {
	for _, m := range s.slack.Messages("") {
		if !hasButtons(m) {
			continue
		}
		clicked++
		who := "U0LINUS"
		if member, direct := strings.CutPrefix(m.Channel, "D"); direct {
			who = "U" + member
		}
		if ack := s.slack.Click(who, m, "approve"); !ack.OK() {
			s.t.Errorf("a click: %d %v", ack.Status, ack.Err)
		}
		if v, _ := s.slack.OpenView(who); !strings.Contains(v.Title()+v.Words(), "Not possible") {
			s.t.Errorf("after a click on what is decided the modal shows %s: %s", v.Title(), v.Words())
		}
		if now, _ := s.slack.Message(m.Channel, m.TS); hasButtons(now) || now.Updates != m.Updates+1 {
			s.t.Errorf("the first click did not rewrite %s", now.Words())
		}
	}
	return clicked
}

// hasButtons reports whether a message has buttons to decide.
func hasButtons(m fakeslack.Message) bool {
	return slices.ContainsFunc(m.Buttons(), func(b fakeslack.Button) bool { return b.ActionID == "approve" || b.ActionID == "deny" })
}
