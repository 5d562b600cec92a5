package fakeslack

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// Scheduled is a message that the app has scheduled and that is not sent yet.
type Scheduled struct {
	ID, Channel, Text string
	Blocks            json.RawMessage
	At                time.Time
}

// maxAhead limits how far ahead a message may be scheduled, and maxInWindow how many
// messages one channel may get within window.
const (
	maxAhead    = 120 * 24 * time.Hour
	window      = 5 * time.Minute
	maxInWindow = 30
)

// Scheduled returns the messages that are still to be sent, in the order in which they
// were scheduled.
func (s *Slack) Scheduled() []Scheduled {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliverDue()
	var out []Scheduled
	for _, x := range s.scheduled {
		out = append(out, *x)
	}
	return out
}

func (s *Slack) chatScheduleMessage(in arguments) object {
	channel, code := s.conversation(in.text("channel"))
	if code != "" {
		return refused(code)
	}
	seconds, err := strconv.ParseInt(in.text("post_at"), 10, 64)
	if err != nil {
		return refused("invalid_time")
	}
	at, now := time.Unix(seconds, 0), s.options.Now()
	switch {
	case !at.After(now):
		return refused("time_in_past")
	case at.Sub(now) > maxAhead:
		return refused("time_too_far")
	}
	if bad := s.acceptMessage("chat.scheduleMessage", in); bad != nil {
		return bad
	}
	near := 0
	for _, x := range s.scheduled {
		if x.Channel == channel && x.At.Sub(at).Abs() < window {
			near++
		}
	}
	if near >= maxInWindow {
		return refused("restricted_too_many")
	}
	if len(in["metadata"]) > 0 {
		s.problems = append(s.problems, "chat.scheduleMessage: a message with metadata is never sent")
	}
	x := &Scheduled{ID: s.nextID("Q"), Channel: channel, Text: in.text("text"), Blocks: in.structure("blocks"), At: at}
	s.scheduled = append(s.scheduled, x)
	return object{"ok": true, "channel": channel, "scheduled_message_id": x.ID, "post_at": seconds, "message": object{"text": x.Text, "bot_id": "B0FASTTRACK"}}
}

// chatScheduledMessagesList lists what is still to be sent between two times, or to one
// channel, on one page.
func (s *Slack) chatScheduledMessagesList(in arguments) object {
	limit := func(name string) (int64, bool) {
		n, err := strconv.ParseInt(in.text(name), 10, 64)
		return n, err == nil
	}
	oldest, from := limit("oldest")
	latest, to := limit("latest")
	if from && to && oldest >= latest {
		return refused("invalid_arguments")
	}
	list := []object{}
	for _, x := range s.scheduled {
		at := x.At.Unix()
		if channel := in.text("channel"); channel != "" && channel != x.Channel || from && at < oldest || to && at > latest {
			continue
		}
		list = append(list, object{"id": x.ID, "channel_id": x.Channel, "post_at": at, "date_created": s.options.Now().Unix(), "text": x.Text})
	}
	return object{"ok": true, "scheduled_messages": list, "response_metadata": object{"next_cursor": ""}}
}

// chatDeleteScheduledMessage deletes a message that is sent in more than a minute.
func (s *Slack) chatDeleteScheduledMessage(in arguments) object {
	for i, x := range s.scheduled {
		if x.ID == in.text("scheduled_message_id") && x.Channel == in.text("channel") && x.At.Sub(s.options.Now()) > time.Minute {
			s.scheduled = slices.Delete(s.scheduled, i, i+1)
			return object{"ok": true}
		}
	}
	return refused("invalid_scheduled_message_id")
}

// deliverDue sends the scheduled messages whose time has come.
func (s *Slack) deliverDue() {
	now := s.options.Now()
	s.scheduled = slices.DeleteFunc(s.scheduled, func(x *Scheduled) bool {
		if x.At.After(now) {
			return false
		}
		s.messages = append(s.messages, &Message{Channel: x.Channel, TS: s.nextTS(), Text: x.Text, Blocks: x.Blocks})
		return true
	})
}
