package e2e

import (
	"regexp"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
)

// now signs a call as of now for the functions, wherever the workspace's clock is, and
// keeps it.
func (m member) now(d *fakeslack.Delivery) {
	d.At = m.clock.served()
	kept := *d
	m.calls.Store(m.user, &kept)
}

// repeats sends the member's last call once more, as somebody who recorded it may.
func (m member) repeats(bool, []string) {
	last, is := m.calls.Load(m.user)
	if !is {
		m.ts.Fatalf("%s has done nothing yet", m.user)
	}
	d := *last.(*fakeslack.Delivery)
	d.At = m.clock.served()
	m.took(func() fakeslack.Ack { return m.Deliver(d) })
}

func (m member) types(_ bool, args []string) {
	text, is := strings.CutPrefix(args[0], "/fasttrack")
	if !is {
		m.ts.Fatalf("the app has the command /fasttrack alone")
	}
	m.took(func() fakeslack.Ack { return m.Command(m.user, ops, strings.TrimSpace(text), m.now) })
}

func (m member) picks(_ bool, args []string) {
	m.took(func() fakeslack.Ack { return m.Shortcut(m.user, args[0], m.now) })
}

func (m member) chooses(_ bool, args []string) {
	v := m.front()
	m.took(func() fakeslack.Ack { return m.Act(m.user, v.ID, "flow", "flow", args[0], m.now) })
	delete(m.typed, m.user)
}

// block returns the id of the input with a label.
func (m member) block(label string) string {
	var labels []string
	for _, b := range fakeslack.ParseBlocks(m.front().Head().Blocks) {
		if b.Type == "input" && b.Label.Text == label {
			return b.BlockID
		}
		if b.Type == "input" {
			labels = append(labels, b.Label.Text)
		}
	}
	m.ts.Fatalf("no field %q; there are %s", label, strings.Join(labels, ", "))
	return ""
}

func (m member) fills(_ bool, args []string) {
	if m.typed[m.user] == nil {
		m.typed[m.user] = fakeslack.Values{}
	}
	var value any = args[1]
	if len(args) > 2 {
		value = args[1:]
	}
	if forged, is := strings.CutPrefix(args[1], "forged:"); is { // what no menu offers
		value = fakeslack.Option{Text: forged, Value: forged}
	}
	m.typed[m.user][m.block(args[0])] = value
}

// changes fills in a field that others depend on, which Slack sends at once. What is typed
// elsewhere is part of what it sends.
func (m member) changes(_ bool, args []string) {
	v := m.front()
	if err := m.Fill(v.ID, m.typed[m.user]); err != nil {
		m.ts.Fatalf("%v", err)
	}
	delete(m.typed, m.user)
	block, updates := m.block(args[0]), v.Updates
	m.took(func() fakeslack.Ack { return m.Act(m.user, v.ID, block, "v", args[1], m.now) })
	m.sooner(func() string {
		if now := m.front(); now.Updates == updates {
			return "the form is not shown again"
		}
		return ""
	})
}

func (m member) searches(_ bool, args []string) {
	var options []fakeslack.Option
	m.took(func() (ack fakeslack.Ack) {
		options, ack = m.Options(m.user, m.front().ID, m.block(args[0]), args[1], m.now)
		return ack
	})
	var got []string
	for _, o := range options {
		got = append(got, o.Text)
	}
	if !slices.Equal(got, args[2:]) {
		m.ts.Fatalf("it offers %q", got)
	}
}

func (m member) submits(neg bool, _ []string) {
	v := m.front()
	ack := m.tried(func() fakeslack.Ack { return m.Submit(m.user, v.ID, m.typed[m.user], m.now) })
	if neg {
		if len(ack.Errors) == 0 {
			m.ts.Fatalf("it is taken: %d %s (%v)", ack.Status, ack.Body, ack.Err)
		}
		return
	}
	m.answered(ack)
	if len(ack.Errors) > 0 {
		m.ts.Fatalf("wrong: %v", ack.Errors)
	}
	delete(m.typed, m.user)
}

// shown returns what the modal in front shows, with what is wrong below its fields.
func (m member) shown() string {
	v, open := m.OpenView(m.user)
	if !open {
		return "no modal is open"
	}
	lines := []string{v.Title(), v.Words(), v.Trouble}
	for _, wrong := range v.Errors {
		lines = append(lines, wrong)
	}
	return strings.Join(lines, "\n")
}

func (m member) sees(neg bool, args []string) {
	if neg {
		for _, text := range args {
			if shown := m.shown(); strings.Contains(shown, text) {
				m.ts.Fatalf("the modal shows %q:\n%s", text, shown)
			}
		}
		return
	}
	m.sooner(func() string {
		shown := m.shown()
		if text, does := lacks(shown, args); does {
			return "the modal shows no " + text + ":\n" + shown
		}
		return ""
	})
}

func (m member) notes(_ bool, args []string) {
	m.sooner(func() string {
		found := regexp.MustCompile(args[1]).FindString(m.shown())
		if found == "" {
			return "the modal shows nothing like " + args[1] + ":\n" + m.shown()
		}
		m.ts.Setenv(args[0], found)
		return ""
	})
}

func (m member) closes(bool, []string) {
	m.took(func() fakeslack.Ack { return m.CloseView(m.user, m.front().ID, m.now) })
	delete(m.typed, m.user)
}

func (m member) isTold(neg bool, args []string) {
	for _, e := range m.Ephemerals(m.user) {
		if _, does := lacks(e.Text+"\n"+e.Words(), args); !does {
			if neg {
				m.ts.Fatalf("%s is told %s", m.user, e.Text)
			}
			return
		}
	}
	if !neg {
		m.ts.Fatalf("nobody tells %s so; only %v", m.user, m.Ephemerals(m.user))
	}
}

func (m member) opensHome(bool, []string) {
	m.took(func() fakeslack.Ack { return m.OpenHome(m.user, m.now) })
	m.hands[m.user] = hand{home: true}
}

// place returns the conversation that a transcript names.
func (m member) place(name string) string {
	if name == "dm" {
		return fakeslack.DM(m.user)
	}
	for _, c := range m.Channels() {
		if c.Name == name {
			return c.ID
		}
	}
	m.ts.Fatalf("there is no channel #%s", name)
	return ""
}

func (m member) reads(neg bool, args []string) {
	texts := args[1:]
	if args[0] == "home" {
		m.hands[m.user] = hand{home: true}
		check := func() string {
			home, _ := m.Home(m.user)
			if text, does := lacks(home.Words(), texts); does {
				return "the App Home shows no " + text + ":\n" + home.Words()
			}
			return ""
		}
		if !neg {
			m.sooner(check)
		} else if check() == "" {
			m.ts.Fatalf("the App Home shows all of it")
		}
		return
	}
	place := m.place(args[0])
	check := func() string {
		all := m.Messages(place)
		shown := ""
		for _, msg := range slices.Backward(all) {
			if _, does := lacks(msg.Words(), texts); !does && msg.Thread == "" {
				m.hands[m.user] = hand{message: msg}
				return ""
			}
			shown += "\n---\n" + msg.Words()
		}
		return args[0] + " has no message with " + strings.Join(texts, ", ") + "; it has" + shown
	}
	if !neg {
		m.sooner(check)
	} else if check() == "" {
		m.ts.Fatalf("%s has such a message:\n%s", args[0], m.hands[m.user].message.Words())
	}
}

// buttons returns those of what is in hand, as it is now.
func (m member) buttons() []fakeslack.Button {
	h := m.hands[m.user]
	if h.home {
		home, _ := m.Home(m.user)
		return home.Buttons()
	}
	return m.slackOn.now(h.message).Buttons()
}

func (m member) finds(_ bool, args []string) {
	m.sooner(func() string {
		var got []string
		for _, b := range m.buttons() {
			if b.URL == "" {
				got = append(got, b.Text)
			}
		}
		if !slices.Equal(got, args) {
			return "the buttons are " + strings.Join(got, ", ")
		}
		return ""
	})
}

func (m member) clicks(_ bool, args []string) { m.took(m.click(args[0])) }

// click returns the click on a button of what is in hand, of the request $ID if there are
// several.
func (m member) click(label string) func() fakeslack.Ack {
	h := m.hands[m.user]
	all := h.message.Buttons()
	if h.home {
		all = m.buttons()
	}
	all = slices.DeleteFunc(all, func(b fakeslack.Button) bool { return b.Text != label })
	if len(all) == 0 {
		m.ts.Fatalf("there is no button %q", label)
	}
	b := all[max(0, slices.IndexFunc(all, func(b fakeslack.Button) bool { return b.Value == m.ts.Getenv("ID") }))]
	if h.home {
		home, _ := m.Home(m.user)
		return func() fakeslack.Ack { return m.Act(m.user, home.ID, b.BlockID, b.ActionID, nil, m.now) }
	}
	return func() fakeslack.Ack { return m.Click(m.user, h.message, b.ActionID, m.now) }
}

func (m member) follows(_ bool, args []string) {
	msg := m.hands[m.user].message
	m.sooner(func() string {
		shown := ""
		for _, reply := range m.Thread(msg.Channel, msg.TS) {
			shown += reply.Words() + "\n"
		}
		if text, does := lacks(shown, args); does {
			return "the thread has no " + text + ":\n" + shown
		}
		return ""
	})
}
