package fakeslack

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// object is a JSON object.
type object = map[string]any

// maxBody limits what a call may send.
const maxBody = 1 << 20

// arguments of a call of a method: of a form or of JSON.
type arguments map[string]json.RawMessage

// text returns an argument that is a text.
func (a arguments) text(name string) string {
	var s string
	if json.Unmarshal(a[name], &s) != nil {
		return strings.Trim(string(a[name]), `"`) // a number, as post_at
	}
	return s
}

// structure returns an argument that is JSON. A form carries it as a text.
func (a arguments) structure(name string) json.RawMessage {
	var s string
	if json.Unmarshal(a[name], &s) == nil {
		return json.RawMessage(s)
	}
	return a[name]
}

// method is one method of the Web API. The workspace is locked while it runs.
type method struct {
	scope     string
	perMinute int // of its tier
	do        func(*Slack, arguments) object
}

var methods = map[string]method{
	"auth.test":                   {"", 600, (*Slack).authTest},
	"chat.deleteScheduledMessage": {"chat:write", 50, (*Slack).chatDeleteScheduledMessage},
	"chat.postEphemeral":          {"chat:write", 100, (*Slack).chatPostEphemeral},
	"chat.postMessage":            {"chat:write", 0, (*Slack).chatPostMessage}, // one a second for each channel
	"chat.scheduleMessage":        {"chat:write", 50, (*Slack).chatScheduleMessage},
	"chat.scheduledMessages.list": {"", 50, (*Slack).chatScheduledMessagesList},
	"chat.update":                 {"chat:write", 50, (*Slack).chatUpdate},
	"conversations.open":          {"im:write", 50, (*Slack).conversationsOpen},
	"users.info":                  {"users:read", 100, (*Slack).usersInfo},
	"users.lookupByEmail":         {"users:read.email", 50, (*Slack).usersLookupByEmail},
	"views.open":                  {"", 100, (*Slack).viewsOpen},
	"views.publish":               {"", 100, (*Slack).viewsPublish},
	"views.push":                  {"", 100, (*Slack).viewsPush},
	"views.update":                {"", 100, (*Slack).viewsUpdate},
}

func refused(code string) object { return object{"ok": false, "error": code} }

// has reports whether the bot token has a scope.
func (s *Slack) has(scope string) bool {
	return scope == "" || slices.Contains(s.options.Scopes, scope)
}

func (s *Slack) serveMethod(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	fault := s.nextFault(name)
	if !fault.before(w, r) {
		return
	}
	in, token, code := read(w, r)
	out := refused(code)
	if code == "" {
		var wait int
		if out, wait = s.call(name, token, in); wait > 0 {
			tooMany(w, wait)
			return
		}
	}
	if fault.LoseAnswer {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(out)
}

// read returns the arguments of a call and its token, or the code of Slack's refusal.
func read(w http.ResponseWriter, r *http.Request) (in arguments, token, code string) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, "", "request_timeout"
	}
	in = arguments{}
	switch kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind {
	case "application/json":
		if json.Unmarshal(raw, &in) != nil {
			return nil, "", "invalid_json"
		}
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(raw))
		if err != nil {
			return nil, "", "invalid_form_data"
		}
		for name := range form {
			in[name], _ = json.Marshal(form.Get(name))
		}
	default:
		return nil, "", "invalid_post_type"
	}
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		token = in.text("token")
	}
	return in, token, ""
}

// call runs a method. It returns a number of seconds to wait where the method was called
// too often.
func (s *Slack) call(name, token string, in arguments) (out object, wait int) {
	m, known := methods[name]
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[name]++
	s.deliverDue()
	switch {
	case !known:
		return refused("unknown_method"), 0
	case token == "":
		return refused("not_authed"), 0
	case token != s.options.BotToken:
		return refused("invalid_auth"), 0
	case !s.has(m.scope):
		return object{"ok": false, "error": "missing_scope", "needed": m.scope, "provided": strings.Join(s.options.Scopes, ",")}, 0
	}
	if s.options.RateLimits {
		if wait = s.overLimit(name, m, in); wait > 0 {
			return nil, wait
		}
	}
	return m.do(s, in), 0
}

func (s *Slack) authTest(arguments) object {
	return object{"ok": true, "url": s.base + "/", "team": "Example", "team_id": s.options.Team, "user": "fasttrack", "user_id": botUser, "bot_id": "B0FASTTRACK", "is_enterprise_install": false}
}
