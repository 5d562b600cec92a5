package fakeslack

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack/blockkit"
)

const botUser = "U0FASTTRACK" // the app's own user

// Channel is a conversation of several people.
type Channel struct {
	ID, Name  string // C0OPS, ops
	Private   bool
	Archived  bool
	WithoutUs bool // the app was not invited
}

// Message is a message of the app, as it is now.
type Message struct {
	Channel, TS string
	Thread      string // ts of the message that it is a reply to
	Broadcast   bool   // a reply that the conversation shows too
	Text        string // what notifications show
	Blocks      json.RawMessage
	Only        string // the one user who sees it (ephemeral)
	Updates     int
}

// Buttons returns the buttons of a message, in order.
func (m Message) Buttons() []Button { return buttons(m.Blocks) }

// Words returns all texts of a message's blocks, in order, a line each.
func (m Message) Words() string { return words(m.Blocks) }

// Body is what the app sent to be shown, kept for checks across all of it.
type Body struct {
	Method  string // or response_action, response_url
	Surface blockkit.Surface
	Text    string
	JSON    json.RawMessage // blocks of a message, or a view
}

// Bodies returns all that the app sent to be shown, refused ones included.
func (s *Slack) Bodies() []Body {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.bodies)
}

// SetChannel adds a channel, or replaces it.
func (s *Slack) SetChannel(c Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[c.ID] = c
}

// Channels returns the channels, by id.
func (s *Slack) Channels() []Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Channel
	for _, c := range s.channels {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b Channel) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// DM returns the id of the app's direct messages with a user.
func DM(user string) string { return "D" + strings.TrimPrefix(user, "U") }

// Messages returns the messages of a channel or of direct messages, in the order in which
// they were sent, with replies of threads and without those that one user alone sees. An
// empty channel stands for all.
func (s *Slack) Messages(channel string) []Message {
	return s.pick(func(m *Message) bool { return m.Only == "" && (channel == "" || m.Channel == channel) })
}

// Ephemerals returns the messages that one user alone sees.
func (s *Slack) Ephemerals(user string) []Message {
	return s.pick(func(m *Message) bool { return m.Only == user })
}

// Thread returns the replies to a message.
func (s *Slack) Thread(channel, ts string) []Message {
	return s.pick(func(m *Message) bool { return m.Channel == channel && m.Thread == ts })
}

// Message returns a message as it is now.
func (s *Slack) Message(channel, ts string) (Message, bool) {
	found := s.pick(func(m *Message) bool { return m.Channel == channel && m.TS == ts })
	if len(found) == 0 {
		return Message{}, false
	}
	return found[0], true
}

func (s *Slack) pick(want func(*Message) bool) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliverDue()
	var out []Message
	for _, m := range s.messages {
		if want(m) {
			out = append(out, *m)
		}
	}
	return out
}

// DeleteMessage deletes a message, as a person may do.
func (s *Slack) DeleteMessage(channel, ts string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = slices.DeleteFunc(s.messages, func(m *Message) bool { return m.Channel == channel && m.TS == ts })
}

// conversation returns the id of what a message is sent to, or the code of Slack's
// refusal.
func (s *Slack) conversation(to string) (id, code string) {
	if user, isDM := strings.CutPrefix(to, "D"); isDM {
		to = "U" + user
	}
	if u, known := s.users[to]; known {
		switch {
		case u.Deleted:
			return "", "account_inactive"
		case u.Bot || u.Stranger:
			return "", "cannot_dm_bot"
		}
		return DM(to), ""
	}
	for _, c := range s.channels {
		if c.ID != to && "#"+c.Name != to && c.Name != to {
			continue
		}
		switch {
		case c.Archived:
			return "", "is_archived"
		case c.WithoutUs && c.Private:
			return "", "channel_not_found"
		case c.WithoutUs:
			return "", "not_in_channel"
		}
		return c.ID, ""
	}
	return "", "channel_not_found"
}

// nextTS returns the ts of a new message: unique, and later than all before.
func (s *Slack) nextTS() string {
	micro := max(s.options.Now().UnixMicro(), s.lastTS+1)
	s.lastTS = micro
	return fmt.Sprintf("%d.%06d", micro/1e6, micro%1e6)
}

// maxMessageText limits the text of a message, and maxBlocksText all text of its blocks
// together. The second is not in Slack's reference: apps met it from 11,300 characters on.
const (
	maxMessageText = 40_000
	maxBlocksText  = 11_000
)

// acceptMessage returns the response to a message that Slack refuses for its content.
func (s *Slack) acceptMessage(method string, in arguments) object {
	blocks, text := in.structure("blocks"), in.text("text")
	if string(blocks) == "null" || string(blocks) == "[]" {
		blocks = nil
	}
	s.bodies = append(s.bodies, Body{method, blockkit.Message, text, blocks})
	switch {
	case blockkit.Length(text) > maxMessageText:
		return s.problem(method, "msg_too_long", nil)
	case len(blocks) == 0 && text == "":
		return s.problem(method, "no_text", nil)
	case len(blocks) == 0:
		return nil
	case !json.Valid(blocks) || blocks[0] != '[':
		return s.problem(method, "invalid_blocks_format", nil)
	}
	if found := blockkit.Blocks(blocks, blockkit.Message, "/blocks"); len(found) > 0 {
		return s.problem(method, "invalid_blocks", found)
	}
	if blockkit.Length(words(blocks)) > maxBlocksText {
		return s.problem(method, "msg_blocks_too_long", nil)
	}
	return nil
}

// problem refuses what Slack would not show, and keeps why.
func (s *Slack) problem(method, code string, found []string) object {
	out := refused(code)
	if len(found) == 0 {
		s.problems = append(s.problems, method+": "+code)
		return out
	}
	var messages []string
	for _, f := range found {
		s.problems = append(s.problems, method+": "+f)
		messages = append(messages, "[ERROR] "+f)
	}
	out["errors"], out["response_metadata"] = found, object{"messages": messages}
	return out
}

func (s *Slack) chatPostMessage(in arguments) object {
	channel, code := s.conversation(in.text("channel"))
	if code != "" {
		return refused(code)
	}
	if bad := s.acceptMessage("chat.postMessage", in); bad != nil {
		return bad
	}
	thread := in.text("thread_ts")
	if thread != "" && s.find(channel, thread) == nil {
		return refused("thread_not_found")
	}
	m := &Message{Channel: channel, TS: s.nextTS(), Thread: thread, Broadcast: thread != "" && in.text("reply_broadcast") == "true", Text: in.text("text"), Blocks: in.structure("blocks")}
	s.messages = append(s.messages, m)
	return object{"ok": true, "channel": channel, "ts": m.TS, "message": m.json()}
}

// find returns a message that all see.
func (s *Slack) find(channel, ts string) *Message {
	for _, m := range s.messages {
		if m.Channel == channel && m.TS == ts && m.Only == "" {
			return m
		}
	}
	return nil
}

func (m *Message) json() object {
	out := object{"type": "message", "user": botUser, "bot_id": "B0FASTTRACK", "ts": m.TS, "text": m.Text}
	if len(m.Blocks) > 0 {
		out["blocks"] = m.Blocks
	}
	if m.Thread != "" {
		out["thread_ts"] = m.Thread
	}
	if m.Broadcast {
		out["subtype"] = "thread_broadcast"
	}
	return out
}

func (s *Slack) chatUpdate(in arguments) object {
	channel := in.text("channel")
	m := s.find(channel, in.text("ts"))
	switch c, known := s.channels[channel]; {
	case known && c.Archived:
		return refused("is_archived")
	case !known && !strings.HasPrefix(channel, "D"):
		return refused("channel_not_found") // update takes ids alone
	case m == nil:
		return refused("message_not_found")
	}
	if bad := s.acceptMessage("chat.update", in); bad != nil {
		return bad
	}
	m.Text, m.Blocks = in.text("text"), in.structure("blocks")
	m.Updates++
	return object{"ok": true, "channel": m.Channel, "ts": m.TS, "text": m.Text, "message": m.json()}
}

func (s *Slack) chatPostEphemeral(in arguments) object {
	channel, code := s.conversation(in.text("channel"))
	if code != "" {
		return refused(code)
	}
	if _, known := s.users[in.text("user")]; !known {
		return refused("user_not_in_channel")
	}
	if bad := s.acceptMessage("chat.postEphemeral", in); bad != nil {
		return bad
	}
	m := &Message{Channel: channel, TS: s.nextTS(), Text: in.text("text"), Blocks: in.structure("blocks"), Only: in.text("user")}
	s.messages = append(s.messages, m)
	return object{"ok": true, "message_ts": m.TS}
}

func (s *Slack) conversationsOpen(in arguments) object {
	user := in.text("users")
	u, known := s.users[user]
	switch {
	case !known:
		return refused("user_not_found")
	case u.Deleted:
		return refused("user_disabled")
	case u.Bot || u.Stranger:
		return refused("cannot_dm_bot")
	}
	return object{"ok": true, "channel": object{"id": DM(user)}}
}
