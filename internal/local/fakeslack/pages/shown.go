package pages

import (
	"encoding/json"
	"hash/fnv"
	"html"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
)

// message is a message as a page shows it.
type message struct {
	Channel, TS string
	At          time.Time
	Edited      bool
	Only        bool // this member alone sees it
	Broadcast   bool // a reply that the conversation shows too
	Blocks      []block
	Replies     []message
}

// conversation shows the messages of a channel or of the app's direct messages.
func (p *Pages) conversation(w http.ResponseWriter, r *http.Request, u fakeslack.User) {
	id := r.PathValue("channel")
	name := "fasttrack"
	if id != fakeslack.DM(u.ID) {
		name = ""
		for _, c := range p.slack.Channels() {
			if c.ID == id {
				name = "#" + c.Name
			}
		}
	}
	if name == "" { // direct messages of others are theirs
		http.NotFound(w, r)
		return
	}
	all := p.slack.Messages(id)
	p.markRead(u.ID, id, all)
	for _, m := range p.slack.Ephemerals(u.ID) {
		if m.Channel == id {
			all = append(all, m)
		}
	}
	p.show(w, "conversation.html", page{Title: name, Me: u, Here: id, D: threads(all)})
}

// threads puts replies below what they reply to, in the order of time.
func threads(all []fakeslack.Message) []message {
	byTS := map[string]int{}
	var out []message
	for _, m := range all {
		if i, known := byTS[m.Thread]; m.Thread != "" && known {
			out[i].Replies = append(out[i].Replies, shownMessage(m))
			continue
		}
		byTS[m.TS] = len(out)
		out = append(out, shownMessage(m))
	}
	return out
}

func shownMessage(m fakeslack.Message) message {
	blocks := shownBlocks(m.Blocks, fakeslack.View{})
	if len(m.Blocks) == 0 {
		blocks = []block{{Type: "section", Text: mrkdwn(m.Text)}}
	}
	seconds, _, _ := strings.Cut(m.TS, ".")
	unix, _ := strconv.ParseInt(seconds, 10, 64)
	return message{m.Channel, m.TS, time.Unix(unix, 0).UTC(), m.Updates > 0, m.Only != "", m.Broadcast, blocks, nil}
}

// home shows a member's App Home.
func (p *Pages) home(w http.ResponseWriter, _ *http.Request, u fakeslack.User) {
	d := page{Title: "App Home", Me: u, Here: "home"}
	if v, published := p.slack.Home(u.ID); published {
		d.D = shownForm(v, "")
	}
	p.show(w, "home.html", d)
}

// run is a part of a text with one look.
type run struct {
	Text                       string
	Bold, Italic, Strike, Code bool
	// Ping is what Slack would notify or link, in place of letters: what people typed
	// never becomes one.
	Ping bool
	URL  string
}

// line is a line of a rich text.
type line struct {
	Kind string // section, quote, preformatted, item
	Runs []run
}

// parsed is a block as the app sent it, in the members that pages show.
type parsed struct {
	Type     string            `json:"type"`
	BlockID  string            `json:"block_id"`
	Text     *textObject       `json:"text"`
	Fields   []textObject      `json:"fields"`
	Elements []json.RawMessage `json:"elements"`
	Label    textObject        `json:"label"`
	Hint     textObject        `json:"hint"`
	AltText  string            `json:"alt_text"`
}

type textObject struct{ Type, Text string }

// runs returns a text object as it is shown.
func (t textObject) runs() []run {
	if t.Type == "mrkdwn" {
		return mrkdwn(t.Text)
	}
	return []run{{Text: t.Text}}
}

// pings are the parts of mrkdwn that Slack replaces: links, people, channels, everyone.
var pings = regexp.MustCompile(`<[^<>]+>`)

// mrkdwn returns a text as Slack reads it, as far as it notifies people or links.
func mrkdwn(s string) []run {
	var out []run
	at := 0
	for _, m := range pings.FindAllStringIndex(s, -1) {
		if m[0] > at {
			out = append(out, run{Text: html.UnescapeString(s[at:m[0]])})
		}
		out = append(out, run{Text: s[m[0]:m[1]], Ping: true})
		at = m[1]
	}
	if at < len(s) {
		out = append(out, run{Text: html.UnescapeString(s[at:])})
	}
	return out
}

// richLines returns the lines of a rich text.
func richLines(raw []json.RawMessage) []line {
	var out []line
	for _, r := range raw {
		var e struct {
			Type     string            `json:"type"`
			Elements []json.RawMessage `json:"elements"`
		}
		_ = json.Unmarshal(r, &e)
		kind := strings.TrimPrefix(e.Type, "rich_text_")
		if kind == "list" {
			for _, l := range richLines(e.Elements) {
				out = append(out, line{"item", l.Runs})
			}
			continue
		}
		l := line{Kind: kind}
		for _, part := range e.Elements {
			l.Runs = append(l.Runs, richRun(part))
		}
		out = append(out, l)
	}
	return out
}

func richRun(raw json.RawMessage) run {
	var e struct {
		Type, Text, URL, Name, Range string
		UserID                       string `json:"user_id"`
		ChannelID                    string `json:"channel_id"`
		Style                        struct{ Bold, Italic, Strike, Code bool }
	}
	_ = json.Unmarshal(raw, &e)
	out := run{Text: e.Text, Bold: e.Style.Bold, Italic: e.Style.Italic, Strike: e.Style.Strike, Code: e.Style.Code}
	switch e.Type {
	case "text":
	case "link":
		if out.URL = e.URL; out.Text == "" {
			out.Text = e.URL
		}
	case "emoji":
		out.Text = ":" + e.Name + ":"
	default:
		out.Text, out.Ping = "@"+e.UserID+e.ChannelID+e.Range, true
	}
	return out
}

// initials returns the letters that stand for a name.
func initials(name string) string {
	var out []rune
	for _, word := range strings.Fields(name) {
		if first := []rune(word)[0]; len(out) < 2 {
			out = append(out, unicode.ToUpper(first))
		}
	}
	return string(out)
}

// hue returns which of eight colours stands for an id.
func hue(id string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return int(h.Sum32() % 8)
}

// about says in a few words what sets an account apart.
func about(u fakeslack.User) string {
	switch {
	case u.Deleted:
		return "deactivated"
	case u.Bot || u.WorkflowBot || u.ConnectorBot:
		return "a bot"
	case u.Stranger:
		return "of another organization"
	case u.Restricted || u.Ultra || u.Invited:
		return "a guest"
	case u.Unconfirmed:
		return "e-mail not confirmed"
	}
	return u.Email
}
