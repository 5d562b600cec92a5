package fakeslack

import "net/http"

// retries is how often Slack retries an event that the app doesn't acknowledge.
const retries = 3

// OpenHome opens the app's Home as a user, and returns the answer to the event. What the
// app doesn't acknowledge is retried, as Slack does but without its pauses.
func (s *Slack) OpenHome(user string, changes ...Change) Ack {
	event := object{"type": "app_home_opened", "user": user, "channel": DM(user), "tab": "home", "event_ts": s.ts()}
	s.mu.Lock()
	if v, published := s.homes[user]; published {
		event["view"] = v.json()
	}
	s.mu.Unlock()
	return s.Event(user, event, changes...)
}

// Event sends an event to the app.
func (s *Slack) Event(user string, event map[string]any, changes ...Change) Ack {
	u, known := s.User(user)
	if !known {
		u = s.complete(User{ID: user})
	}
	s.mu.Lock()
	id := s.nextID("Ev")
	s.mu.Unlock()
	p := object{
		"type": "event_callback", "token": "deprecated", "team_id": u.Team, "api_app_id": appID, "event": event, "event_id": id,
		"event_time": s.options.Now().Unix(), "is_ext_shared_channel": false,
		"authorizations": []any{object{"enterprise_id": nil, "team_id": s.options.Team, "user_id": botUser, "is_bot": true, "is_enterprise_install": s.ofGrid(u)}},
	}
	if u.Enterprise != "" {
		p["enterprise_id"] = u.Enterprise
	}
	var ack Ack
	reason := ""
	for retry := range retries + 1 {
		ack = s.Deliver(Delivery{Path: "/slack/events", Payload: p, Event: true}, append([]Change{attempt(retry, reason)}, changes...)...)
		if ack.Err == nil && ack.Status/100 == 2 || ack.Err == nil && ack.Status == http.StatusUnauthorized {
			break
		}
		if reason = "http_error"; ack.Err != nil {
			reason = "http_timeout"
		}
	}
	return ack
}

// VerifyURL asks the app to prove that it owns its address, as Slack does when the app's
// events are set up.
func (s *Slack) VerifyURL(challenge string, changes ...Change) Ack {
	return s.Deliver(Delivery{Path: "/slack/events", Payload: object{"type": "url_verification", "token": "deprecated", "challenge": challenge}, Event: true}, changes...)
}
