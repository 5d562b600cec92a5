package pages

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
)

// to sends a browser to the form that a member has open, or back to where they were.
func (p *Pages) to(w http.ResponseWriter, r *http.Request, u fakeslack.User, before string) {
	path := p.base + "/as/" + u.ID + "/" + before
	if v, open := p.slack.OpenView(u.ID); open {
		path = p.base + "/as/" + u.ID + "/form/" + v.ID + "?back=" + url.QueryEscape(before)
	}
	http.Redirect(w, r, path, http.StatusSeeOther) // #nosec G710 -- a path of these pages: it begins with their base
}

// failed keeps what a member reads about a call that the app did not answer well.
func (p *Pages) failed(u fakeslack.User, what string, ack fakeslack.Ack) {
	switch {
	case ack.OK():
	case ack.Err != nil:
		p.note(u.ID, fmt.Sprintf("%s failed: no answer within three seconds (operation_timeout). %v", what, ack.Err))
	default:
		p.note(u.ID, fmt.Sprintf("%s failed: the app answered with status %d (dispatch_failed).", what, ack.Status))
	}
}

// typed sends a command that a member typed into a conversation.
func (p *Pages) typed(w http.ResponseWriter, r *http.Request, u fakeslack.User) {
	channel := r.PathValue("channel")
	switch text := strings.TrimSpace(r.PostForm.Get("text")); {
	case r.PostForm.Has("shortcut"):
		p.failed(u, "The shortcut", p.slack.Shortcut(u.ID, "request"))
	case text == "/fasttrack" || strings.HasPrefix(text, "/fasttrack "):
		p.failed(u, "/fasttrack", p.slack.Command(u.ID, channel, strings.TrimSpace(strings.TrimPrefix(text, "/fasttrack"))))
	default:
		p.note(u.ID, "Only commands are sent here, such as /fasttrack.")
	}
	p.to(w, r, u, "in/"+channel)
}

// clicked clicks a button of a message.
func (p *Pages) clicked(w http.ResponseWriter, r *http.Request, u fakeslack.User) {
	channel := r.PathValue("channel")
	m, found := p.slack.Message(channel, r.PathValue("ts"))
	if !found {
		p.note(u.ID, "The message is no longer there.")
	} else {
		p.failed(u, "The button", p.slack.Click(u.ID, m, r.PostForm.Get("action")))
	}
	p.to(w, r, u, "in/"+channel)
}

// openHome opens the App Home.
func (p *Pages) openHome(w http.ResponseWriter, r *http.Request, u fakeslack.User) {
	p.failed(u, "App Home", p.slack.OpenHome(u.ID))
	http.Redirect(w, r, p.base+"/as/"+u.ID+"/", http.StatusSeeOther)
}

// submitted does what a member does with a form or the App Home: submits it, closes it,
// clicks in it, chooses in it or searches options. The button is named "do".
func (p *Pages) submitted(w http.ResponseWriter, r *http.Request, u fakeslack.User) {
	v, open := p.slack.View(r.PathValue("view"))
	back := cleanBack(r.PostForm.Get("back"))
	if !open || v.User != u.ID {
		p.note(u.ID, "The form is no longer open.")
		p.to(w, r, u, back)
		return
	}
	what, rest, _ := strings.Cut(r.PostForm.Get("do"), ":")
	block, action, _ := strings.Cut(rest, ":")
	block, _ = url.QueryUnescape(block)
	action, _ = url.QueryUnescape(action)
	values := valuesOf(v, r.PostForm)
	switch what {
	case "close":
		p.failed(u, "Closing", p.slack.CloseView(u.ID, v.ID))
	case "act":
		if err := p.slack.Fill(v.ID, values); err == nil {
			p.failed(u, "The button", p.slack.Act(u.ID, v.ID, block, action, values[block]))
		}
	case "search":
		if err := p.slack.Fill(v.ID, values); err == nil {
			_, ack := p.slack.Options(u.ID, v.ID, block, r.PostForm.Get("q:"+block))
			p.failed(u, "The search", ack)
		}
	default:
		p.slack.Submit(u.ID, v.ID, values) // the form itself shows what is wrong
	}
	p.to(w, r, u, back)
}

// cleanBack returns the part of a path to which a member goes back: none of another site.
func cleanBack(back string) string {
	if strings.HasPrefix(back, "in/") && !strings.ContainsAny(back[3:], "/\\?#") {
		return back
	}
	return ""
}

// valuesOf returns what was filled in, by block. An input that the form left out keeps
// what it holds.
func valuesOf(v fakeslack.View, form url.Values) fakeslack.Values {
	values := fakeslack.Values{}
	for _, b := range fakeslack.ParseBlocks(v.Head().Blocks) {
		if b.Type != "input" || b.Element == nil {
			continue
		}
		posted, has := form["v:"+b.BlockID]
		switch {
		case strings.HasPrefix(b.Element.Type, "multi_") || b.Element.Type == "checkboxes":
			if form.Has("many:" + b.BlockID) {
				values[b.BlockID] = posted
			}
		case has:
			values[b.BlockID] = strings.ReplaceAll(posted[0], "\r\n", "\n")
		}
	}
	return values
}
