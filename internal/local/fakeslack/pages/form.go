package pages

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
)

// block is a block as a page shows it.
type block struct {
	Type, ID string
	Text     []run
	Fields   [][]run
	Lines    []line
	Controls []control
	Label    string
	Hint     string
	Optional bool
	Error    string
}

// control is an interactive element as a page shows it.
type control struct {
	fakeslack.Element
	Block   string
	Name    string // of the field that is posted
	Do      string // what its button does
	Value   string // what it holds
	Choices []choice
	Search  bool // options are looked up as they are typed
	Asked   bool // they have been looked up
	Choose  bool // a choice is sent to the app at once
	Step    string
}

// choice is an option, and whether it is chosen.
type choice struct {
	fakeslack.Option
	Chosen bool
}

// form is a modal or an App Home as a page shows it.
type form struct {
	ID, Title, Submit, Close, Back string
	Trouble                        string
	Blocks                         []block
}

// form shows a modal.
func (p *Pages) form(w http.ResponseWriter, r *http.Request, u fakeslack.User) {
	v, open := p.slack.View(r.PathValue("view"))
	back := cleanBack(r.Form.Get("back"))
	if !open || v.User != u.ID {
		http.Redirect(w, r, p.base+"/as/"+u.ID+"/"+back, http.StatusSeeOther) // #nosec G710 -- a path of these pages: it begins with their base
		return
	}
	// Slack asks for the options of a menu that needs no letters once it is opened.
	for _, b := range fakeslack.ParseBlocks(v.Head().Blocks) {
		if b.Element == nil || !strings.HasSuffix(b.Element.Type, "external_select") || b.Element.MinQuery == nil || *b.Element.MinQuery > 0 {
			continue
		}
		if _, asked := v.Offered(b.BlockID); !asked {
			p.slack.Options(u.ID, v.ID, b.BlockID, "")
		}
	}
	if v, open = p.slack.View(v.ID); !open {
		http.Redirect(w, r, p.base+"/as/"+u.ID+"/"+back, http.StatusSeeOther) // #nosec G710 -- a path of these pages: it begins with their base
		return
	}
	d := shownForm(v, back)
	d.addPeople(p.slack.Users())
	p.show(w, "form.html", page{Title: d.Title, Me: u, Here: strings.TrimPrefix(back, "in/"), D: d})
}

func shownForm(v fakeslack.View, back string) form {
	h := v.Head()
	f := form{ID: v.ID, Title: h.Title.Text, Submit: h.Submit.Text, Close: h.Close.Text, Back: back, Trouble: v.Trouble, Blocks: shownBlocks(h.Blocks, v)}
	if f.Close == "" {
		f.Close = "Cancel"
	}
	return f
}

// addPeople offers the members to menus of users.
func (f form) addPeople(users []fakeslack.User) {
	for _, b := range f.Blocks {
		for i := range b.Controls {
			if c := &b.Controls[i]; strings.HasSuffix(c.Type, "users_select") {
				held := strings.Split(c.Value, ",")
				for _, u := range users {
					c.Choices = append(c.Choices, choice{fakeslack.Option{Text: u.Name, Value: u.ID}, slices.Contains(held, u.ID)})
				}
			}
		}
	}
}

// shownBlocks returns blocks as a page shows them, those of a view with what it holds.
func shownBlocks(raw json.RawMessage, v fakeslack.View) []block {
	var in []parsed
	_ = json.Unmarshal(raw, &in)
	read := fakeslack.ParseBlocks(raw)
	var out []block
	for i, b := range in {
		s := block{Type: b.Type, ID: b.BlockID, Label: b.Label.Text, Hint: b.Hint.Text, Optional: read[i].Optional, Error: v.Errors[b.BlockID]}
		if b.Text != nil {
			s.Text = b.Text.runs()
		}
		for _, f := range b.Fields {
			s.Fields = append(s.Fields, f.runs())
		}
		switch b.Type {
		case "rich_text":
			s.Lines = richLines(b.Elements)
		case "context":
			for _, e := range b.Elements {
				var t textObject
				_ = json.Unmarshal(e, &t)
				s.Fields = append(s.Fields, t.runs())
			}
		case "image":
			s.Type, s.Text = "section", []run{{Text: b.AltText}}
		}
		for _, e := range read[i].Interactive() {
			s.Controls = append(s.Controls, shownControl(read[i], e, v))
		}
		out = append(out, s)
	}
	return out
}

func shownControl(b fakeslack.Block, e fakeslack.Element, v fakeslack.View) control {
	c := control{Element: e, Block: b.BlockID, Name: "v:" + b.BlockID, Choose: b.Dispatch}
	c.Do = "act:" + url.QueryEscape(b.BlockID) + ":" + url.QueryEscape(e.ActionID)
	if c.Step = "1"; e.Decimal {
		c.Step = "any"
	}
	held := v.Held(b.BlockID)
	switch x := held.(type) {
	case string:
		c.Value = x
	case []string:
		c.Value = strings.Join(x, ",")
	}
	options := e.Choices()
	if strings.HasSuffix(e.Type, "external_select") {
		options, c.Asked = v.Offered(b.BlockID)
		c.Search = true
	}
	options = slices.Clone(options)
	for _, o := range holds(held) { // what is chosen stays, though a search no longer finds it
		if !slices.Contains(options, o) {
			options = append(options, o)
		}
	}
	for _, o := range options {
		c.Choices = append(c.Choices, choice{o, slices.Contains(holds(held), o)})
	}
	return c
}

// holds returns the options that an input holds.
func holds(held any) []fakeslack.Option {
	switch x := held.(type) {
	case fakeslack.Option:
		return []fakeslack.Option{x}
	case []fakeslack.Option:
		return x
	}
	return nil
}

// Many reports whether several options may be chosen.
func (c control) Many() bool {
	return strings.HasPrefix(c.Type, "multi_") || c.Type == "checkboxes"
}

// Menu reports whether one option may be chosen.
func (c control) Menu() bool {
	return strings.HasSuffix(c.Type, "_select") && !c.Many() || c.Type == "radio_buttons"
}

// Input returns the type of a field of one line.
func (c control) Input() string {
	types := map[string]string{"number_input": "number", "datepicker": "date", "timepicker": "time", "email_text_input": "email", "url_text_input": "url"}
	if t := types[c.Type]; t != "" {
		return t
	}
	return "text"
}

// acts are the buttons of a message, and where a click of one is posted.
type acts struct {
	Action   string
	Controls []control
}

func actsOf(p page, m message) acts {
	a := acts{Action: p.Base + "/as/" + p.Me.ID + "/in/" + m.Channel + "/" + m.TS}
	for _, b := range m.Blocks {
		a.Controls = append(a.Controls, b.Controls...)
	}
	return a
}

// Find is what the button of a search does.
func (c control) Find() string { return "search:" + url.QueryEscape(c.Block) + ":" }
