package fakeslack

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const appID = "A0FASTTRACK"

// ackLimit is how long Slack waits for the app's answer.
const ackLimit = 3 * time.Second

// Delivery is one call of the app, before it is signed. A test changes it to forge one.
type Delivery struct {
	Path    string         // /slack/commands
	Form    url.Values     // of a command
	Payload map[string]any // of an interaction, or the JSON of an event
	Event   bool           // Payload is sent as JSON
	Secret  string         // signs it: the workspace's
	At      time.Time      // its timestamp: now
	Header  http.Header    // sent with it, over what Slack sends
}

// Change changes a delivery before it is signed.
type Change func(*Delivery)

// Ack is what the app answered.
type Ack struct {
	Status int
	Body   []byte
	Took   time.Duration
	Err    error             // no answer within three seconds, or the form can't be sent so
	Errors map[string]string // what is wrong with a form, by block
	View   View              // the modal, after a form was submitted
}

// OK reports whether the app answered as it should.
func (a Ack) OK() bool { return a.Err == nil && a.Status == http.StatusOK }

// Sign returns the X-Slack-Signature of a body.
func Sign(secret, timestamp string, body []byte) string {
	m := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(m, "v0:%s:", timestamp)
	m.Write(body)
	return "v0=" + hex.EncodeToString(m.Sum(nil))
}

// Deliver sends a delivery to the app, signed, and waits three seconds at most.
func (s *Slack) Deliver(d Delivery, changes ...Change) Ack {
	if d.Secret == "" {
		d.Secret = s.options.SigningSecret
	}
	if d.At.IsZero() {
		d.At = s.options.Now()
	}
	if d.Header == nil {
		d.Header = http.Header{}
	}
	for _, change := range changes {
		change(&d)
	}
	body, kind, err := d.encode()
	if err != nil {
		return Ack{Err: err}
	}
	s.mu.Lock()
	app := s.app
	s.mu.Unlock()
	req, err := http.NewRequest(http.MethodPost, app+d.Path, bytes.NewReader(body))
	if err != nil {
		return Ack{Err: err}
	}
	timestamp := strconv.FormatInt(d.At.Unix(), 10)
	req.Header.Set("Content-Type", kind)
	req.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	req.Header.Set("X-Slack-Request-Timestamp", timestamp)
	req.Header.Set("X-Slack-Signature", Sign(d.Secret, timestamp, body))
	for name, values := range d.Header {
		req.Header.Del(name)
		for _, v := range values {
			req.Header.Add(name, v)
		}
	}
	return s.send(req)
}

func (d Delivery) encode() (body []byte, contentType string, err error) {
	if d.Form != nil {
		return []byte(d.Form.Encode()), "application/x-www-form-urlencoded", nil
	}
	raw, err := json.Marshal(d.Payload)
	if err != nil || d.Event {
		return raw, "application/json", err
	}
	return []byte(url.Values{"payload": {string(raw)}}.Encode()), "application/x-www-form-urlencoded", nil
}

func (s *Slack) send(req *http.Request) Ack {
	client := *s.options.Client
	client.Timeout = ackLimit
	began := time.Now()
	resp, err := client.Do(req)
	if err != nil {
		return Ack{Err: err, Took: time.Since(began)}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	return Ack{Status: resp.StatusCode, Body: body, Took: time.Since(began), Err: err}
}

// payload returns what every interaction says of the user who acts, with a trigger.
func (s *Slack) payload(kind, user string) map[string]any {
	u, known := s.User(user)
	if !known {
		u = s.complete(User{ID: user})
	}
	p := object{
		"type": kind, "token": "deprecated", "api_app_id": appID, "trigger_id": s.newTrigger(user), "is_enterprise_install": false, "enterprise": nil,
		"team": object{"id": s.options.Team, "domain": "example"},
		"user": object{"id": user, "name": u.Name, "username": u.Name, "team_id": u.Team},
	}
	if u.Team != s.options.Team {
		p["team"] = object{"id": u.Team, "domain": "elsewhere"}
	}
	if u.Enterprise != "" {
		p["enterprise"] = object{"id": u.Enterprise, "name": u.Enterprise}
	}
	if s.ofGrid(u) {
		p["team"], p["is_enterprise_install"] = nil, true
	}
	return p
}
