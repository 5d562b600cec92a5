package fakeslack

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"

	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack/blockkit"
)

// Command types /fasttrack and text in a channel.
func (s *Slack) Command(user, channel, text string, changes ...Change) Ack {
	u, known := s.User(user)
	if !known {
		u = s.complete(User{ID: user})
	}
	form := url.Values{
		"command": {"/fasttrack"}, "text": {text}, "user_id": {user}, "user_name": {u.Name}, "team_id": {u.Team}, "team_domain": {"example"},
		"channel_id": {channel}, "channel_name": {"channel"}, "api_app_id": {appID}, "is_enterprise_install": {strconv.FormatBool(s.ofGrid(u))}, "token": {"deprecated"},
		"trigger_id": {s.newTrigger(user)}, "response_url": {s.responseURL(user, channel, "")},
	}
	if u.Enterprise != "" {
		form.Set("enterprise_id", u.Enterprise)
	}
	ack := s.Deliver(Delivery{Path: "/slack/commands", Form: form}, changes...)
	s.showAnswer(user, channel, ack)
	return ack
}

// Shortcut picks a global shortcut of the app.
func (s *Slack) Shortcut(user, callbackID string, changes ...Change) Ack {
	p := s.payload("shortcut", user)
	p["callback_id"], p["action_ts"] = callbackID, s.ts()
	return s.Deliver(Delivery{Path: "/slack/interactions", Payload: p}, changes...)
}

// Click clicks a button of a message as the user saw it, by its action_id. The message
// may have changed since.
func (s *Slack) Click(user string, m Message, actionID string, changes ...Change) Ack {
	action, err := action(m.Blocks, "", actionID, s.ts(), nil)
	if err != nil {
		return Ack{Err: err}
	}
	p := s.payload("block_actions", user)
	p["container"] = object{"type": "message", "message_ts": m.TS, "channel_id": m.Channel, "is_ephemeral": m.Only != ""}
	p["channel"], p["message"] = object{"id": m.Channel, "name": s.channelName(m.Channel)}, m.json()
	p["state"], p["actions"] = object{"values": object{}}, []any{action}
	p["response_url"] = s.responseURL(user, m.Channel, m.TS)
	return s.Deliver(Delivery{Path: "/slack/interactions", Payload: p}, changes...)
}

// Act clicks a button of a view, or chooses in an input whose choices are sent to the
// app at once. Value is what is chosen; nil for a button.
func (s *Slack) Act(user, viewID, blockID, actionID string, value any, changes ...Change) Ack {
	v := s.locked(viewID)
	if v == nil {
		return Ack{Err: fmt.Errorf("no view %s is open", viewID)}
	}
	s.mu.Lock()
	if value != nil {
		if wrong := v.fill(Values{blockID: value}); len(wrong) > 0 {
			s.mu.Unlock()
			return Ack{Err: fmt.Errorf("%s: %s", blockID, wrong[blockID]), Errors: wrong}
		}
	}
	action, err := action(v.Head().Blocks, blockID, actionID, s.nextTS(), v)
	view, values := v.json(), v.values()
	s.mu.Unlock()
	if err != nil {
		return Ack{Err: err}
	}
	p := s.payload("block_actions", user)
	p["container"], p["view"], p["state"], p["actions"] = object{"type": "view", "view_id": v.ID}, view, object{"values": values}, []any{action}
	return s.Deliver(Delivery{Path: "/slack/interactions", Payload: p}, changes...)
}

// action returns what a payload says of an element that a user acts on.
func action(blocks json.RawMessage, blockID, actionID, ts string, v *View) (object, error) {
	for _, b := range ParseBlocks(blocks) {
		for _, e := range b.Interactive() {
			if e.ActionID != actionID || blockID != "" && b.BlockID != blockID {
				continue
			}
			out := object{"type": e.Type}
			if e.Type == "button" {
				out["text"], out["value"] = object{"type": "plain_text", "text": e.Text.Text, "emoji": false}, e.Value
				if e.Style != "" {
					out["style"] = e.Style
				}
			} else if v != nil {
				out = stateOf(e.Type, v.held(field{b, e}))
			}
			out["action_id"], out["block_id"], out["action_ts"] = e.ActionID, b.BlockID, ts
			return out, nil
		}
	}
	return nil, fmt.Errorf("nothing with the action_id %q is shown", actionID)
}

// Submit fills in a modal and submits it. Slack's own form refuses what lacks a required
// value: then the app is not asked. The modal then shows what the app answered.
func (s *Slack) Submit(user, viewID string, values Values, changes ...Change) Ack {
	v := s.locked(viewID)
	if v == nil {
		return Ack{Err: fmt.Errorf("no view %s is open", viewID)}
	}
	s.mu.Lock()
	wrong := v.fill(values)
	if len(wrong) == 0 {
		wrong = v.missing()
	}
	if len(wrong) > 0 {
		v.Errors = wrong
		shown := v.copy()
		s.mu.Unlock()
		return Ack{Err: fmt.Errorf("the form can't be sent so: %v", wrong), Errors: wrong, View: shown}
	}
	view := v.json()
	s.mu.Unlock()
	p := s.payload("view_submission", user)
	p["view"], p["response_urls"] = view, []any{}
	ack := s.Deliver(Delivery{Path: "/slack/interactions", Payload: p}, changes...)
	s.showResponse(v, &ack)
	return ack
}

// showResponse does with a modal what the app's answer to its submission says.
func (s *Slack) showResponse(v *View, ack *Ack) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() { ack.View = v.copy() }()
	v.Errors, v.Trouble = nil, ""
	if !ack.OK() {
		v.Trouble = "We had some trouble connecting. Try again?"
		return
	}
	if len(ack.Body) == 0 {
		s.close(v)
		return
	}
	var r struct {
		Action string            `json:"response_action"`
		View   json.RawMessage   `json:"view"`
		Errors map[string]string `json:"errors"`
	}
	if err := json.Unmarshal(ack.Body, &r); err != nil {
		s.problem("view_submission", "the answer is not JSON", nil)
		v.Trouble = "We had some trouble connecting. Try again?"
		return
	}
	switch r.Action {
	case "":
		s.close(v)
	case "clear":
		for x := v; x != nil; x = x.previous {
			s.close(x)
		}
	case "errors":
		ack.Errors, v.Errors = r.Errors, r.Errors
		inputs := map[string]bool{}
		for _, f := range fields(v.Head().Blocks) {
			inputs[f.BlockID] = true
		}
		for id := range r.Errors {
			if !inputs[id] {
				s.problem("response_action errors", "no input block "+id, nil)
			}
		}
	case "update":
		if s.acceptView("response_action update", "modal", r.View) == nil {
			s.replace(v, r.View)
		}
	case "push":
		if v.depth() < maxStack && s.acceptView("response_action push", "modal", r.View) == nil {
			s.show(v.User, r.View, v)
		}
	default:
		s.problem("view_submission", "unknown response_action "+r.Action, nil)
	}
}

// CloseView closes a modal, and notifies the app if it wants to know.
func (s *Slack) CloseView(user, viewID string, changes ...Change) Ack {
	v := s.locked(viewID)
	if v == nil {
		return Ack{Err: fmt.Errorf("no view %s is open", viewID)}
	}
	s.mu.Lock()
	s.close(v)
	view, notify := v.json(), v.Head().NotifyOnClose
	s.mu.Unlock()
	if !notify {
		return Ack{Status: 200}
	}
	p := s.payload("view_closed", user)
	p["view"], p["is_cleared"] = view, false
	delete(p, "trigger_id")
	return s.Deliver(Delivery{Path: "/slack/interactions", Payload: p}, changes...)
}

// Options asks the app for the options of an external menu, as it is typed into.
func (s *Slack) Options(user, viewID, blockID, typed string, changes ...Change) ([]Option, Ack) {
	v := s.locked(viewID)
	if v == nil {
		return nil, Ack{Err: fmt.Errorf("no view %s is open", viewID)}
	}
	s.mu.Lock()
	var f *field
	for _, x := range fields(v.Head().Blocks) {
		if x.BlockID == blockID {
			f = &x
		}
	}
	view := v.json()
	s.mu.Unlock()
	if f == nil {
		return nil, Ack{Err: fmt.Errorf("the form has no input %q", blockID)}
	}
	p := s.payload("block_suggestion", user)
	delete(p, "trigger_id")
	p["container"], p["view"], p["action_id"], p["block_id"], p["value"] = object{"type": "view", "view_id": v.ID}, view, f.Element.ActionID, blockID, typed
	ack := s.Deliver(Delivery{Path: "/slack/options", Payload: p}, changes...)
	if !ack.OK() {
		return nil, ack
	}
	var menu struct {
		Options json.RawMessage `json:"options"`
		Groups  json.RawMessage `json:"option_groups"`
	}
	_ = json.Unmarshal(ack.Body, &menu)
	s.mu.Lock()
	defer s.mu.Unlock()
	if found := blockkit.Options(menu.Options, menu.Groups); len(found) > 0 {
		s.problem("block_suggestion", "invalid options", found)
		return nil, ack
	}
	var e Element
	_ = json.Unmarshal(ack.Body, &e)
	if v.offered == nil {
		v.offered = map[string][]Option{}
	}
	v.offered[blockID] = e.Choices()
	return e.Choices(), ack
}

// locked returns the view itself, to be changed under the lock.
func (s *Slack) locked(id string) *View {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, open := s.views[id]; open {
		return v
	}
	for _, v := range s.homes {
		if v.ID == id {
			return v
		}
	}
	return nil
}

func (s *Slack) channelName(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, known := s.channels[id]; known {
		return c.Name
	}
	return "directmessage"
}

// ts returns the timestamp of something that happens now.
func (s *Slack) ts() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nextTS()
}

// attempt returns the headers of a delivery that is retried.
func attempt(retry int, reason string) Change {
	return func(d *Delivery) {
		if retry > 0 {
			d.Header.Set("X-Slack-Retry-Num", strconv.Itoa(retry))
			d.Header.Set("X-Slack-Retry-Reason", reason)
		}
	}
}
