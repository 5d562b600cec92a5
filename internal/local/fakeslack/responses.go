package fakeslack

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"time"
)

// Response is what the app sent to a response_url.
type Response struct {
	User, Channel string
	Text          string
	Blocks        json.RawMessage
	Replaced      bool // the message that was clicked
}

// Responses returns what the app sent to response URLs, in order.
func (s *Slack) Responses() []Response {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.responses)
}

// responding is a response_url: it takes five messages within half an hour.
type responding struct {
	user, channel, ts string
	until             time.Time
	left              int
}

func (s *Slack) responseURL(user, channel, ts string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := unguessable()
	s.hooks[id] = &responding{user, channel, ts, s.options.Now().Add(30 * time.Minute), 5}
	return s.base + "/hooks/" + id
}

func (s *Slack) serveResponse(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "too long", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.hooks[r.PathValue("id")]
	if h == nil || h.left == 0 || s.options.Now().After(h.until) {
		http.Error(w, "used_url", http.StatusNotFound)
		return
	}
	h.left--
	if code := s.respond(h, raw); code != "" {
		http.Error(w, code, http.StatusBadRequest)
		return
	}
	_, _ = w.Write([]byte("ok"))
}

// respond shows what the app sent to a response_url. It returns the code of Slack's
// refusal.
func (s *Slack) respond(h *responding, raw []byte) string {
	var m struct {
		Text    string          `json:"text"`
		Type    string          `json:"response_type"`
		Replace bool            `json:"replace_original"`
		Delete  bool            `json:"delete_original"`
		Blocks  json.RawMessage `json:"blocks"`
	}
	if json.Unmarshal(raw, &m) != nil {
		return "invalid_payload"
	}
	original := s.find(h.channel, h.ts)
	if m.Delete {
		s.messages = slices.DeleteFunc(s.messages, func(x *Message) bool { return x == original })
		return ""
	}
	text, _ := json.Marshal(m.Text)
	in := arguments{"text": text}
	if len(m.Blocks) > 0 && string(m.Blocks) != "null" {
		in["blocks"] = m.Blocks
	}
	if bad := s.acceptMessage("response_url", in); bad != nil {
		code, _ := bad["error"].(string)
		return code
	}
	s.responses = append(s.responses, Response{h.user, h.channel, m.Text, in["blocks"], m.Replace})
	switch {
	case m.Replace && original != nil:
		original.Text, original.Blocks = m.Text, in["blocks"]
		original.Updates++
	case m.Type == "in_channel":
		s.messages = append(s.messages, &Message{Channel: h.channel, TS: s.nextTS(), Text: m.Text, Blocks: in["blocks"]})
	default:
		s.messages = append(s.messages, &Message{Channel: h.channel, TS: s.nextTS(), Text: m.Text, Blocks: in["blocks"], Only: h.user})
	}
	return ""
}

// showAnswer shows the app's answer to a command: to the user alone unless it says
// otherwise.
func (s *Slack) showAnswer(user, channel string, ack Ack) {
	if !ack.OK() || len(ack.Body) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	raw := ack.Body
	if !json.Valid(raw) {
		raw, _ = json.Marshal(object{"text": string(ack.Body)})
	}
	s.respond(&responding{user: user, channel: channel}, raw)
}
