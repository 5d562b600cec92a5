package e2e

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
)

// TestSlackPlay plays the transcripts of what people do in Slack, each on a system and in
// a workspace of its own.
func TestSlackPlay(t *testing.T) {
	files, err := filepath.Glob("testdata/slack/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			h := headOf(t, file)
			if h.waits { // the others use the processors, one after the other
				t.Parallel()
			}
			if h.clock {
				playSlack(t, serveSlackOnAClock(t, slackFlows), file)
				return
			}
			playSlack(t, serveSlack(t, slackFlows, h.parameters), file)
		})
	}
}

// head is what a transcript says of itself.
type head struct {
	// parameters are those of the template, as "# with SlackIdentity=bound".
	parameters map[string]string
	// waits says that it mostly waits, as "# waits".
	waits bool
	// clock says that all of its system is on one clock, which it puts forward by days, as
	// "# on a clock". The functions are in this process, and code decides nothing.
	clock bool
	// here is why it is played on this machine alone, as "# on this machine: REASON".
	here string
}

func headOf(t *testing.T, file string) head {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	h := head{parameters: map[string]string{}}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		given, is := strings.CutPrefix(line, "# with ")
		if name, value, _ := strings.Cut(given, "="); is {
			h.parameters[name] = value
		}
		h.waits = h.waits || line == "# waits"
		h.clock = h.clock || line == "# on a clock"
		if why, is := strings.CutPrefix(line, "# on this machine: "); is {
			h.here = why
		}
	}
	return h
}

// playSlack plays one transcript in a workspace.
func playSlack(t *testing.T, s slackOn, file string) {
	t.Helper()
	cmds := map[string]func(*testscript.TestScript, bool, []string){"slack": workspace, "at-once": atOnce, "function": function, "mailed": mailed, "console": onConsole}
	for name, user := range map[string]string{
		"ada": ada, "grace": grace, "linus": linus, "root": root, "eve": "U0EVE", "gus": "U0GUS", "ultra": "U0ULTRA", "una": "U0UNA", "dan": "U0DAN",
		"robot": "U0ROBOT", "flow": "U0FLOW", "sam": "U0SAM", "gia": "U0GIA", "otto": "U0OTTO",
	} {
		cmds[name] = func(ts *testscript.TestScript, neg bool, args []string) { memberOf(ts, user).does(neg, args) }
	}
	w := &played{slackOn: s, hands: map[string]hand{}, typed: map[string]fakeslack.Values{}}
	playWith(t, system{url: s.url}, "CasesFunction", slackFlows, testscript.Params{Files: []string{file}, Cmds: cmds, Setup: func(env *testscript.Env) error {
		env.Values[playedKey{}] = w
		return nil
	}}, &client{url: s.url})
}

type playedKey struct{}

// played is a workspace while a transcript is played.
type played struct {
	slackOn
	// hands are what members look at: a message, or their App Home.
	hands map[string]hand
	// typed are what members have filled in, by block.
	typed map[string]fakeslack.Values
	// calls has the last call of the app that each did.
	calls sync.Map
	// counted are the calls of methods that a transcript has forgotten.
	counted map[string]int
}

// hand is what a member looks at, as they saw it.
type hand struct {
	message fakeslack.Message
	home    bool
}

// member is one of the workspace, while a line of a transcript is played.
type member struct {
	*played
	ts   *testscript.TestScript
	user string
}

func memberOf(ts *testscript.TestScript, user string) member {
	return member{ts.Value(playedKey{}).(*played), ts, user}
}

// does plays a line of a transcript, such as
//
//	ada types '/fasttrack access'       the command in #ops; help and refusals come as messages
//	ada picks shortcut                  the shortcut
//	ada chooses Deploy                  a flow in the form
//	ada fills Why 'have a look'         a field by its label; several values for a list
//	ada searches Service bi billing …   an external menu, and exactly what it offers
//	ada submits                         the form in front; after "!": refused, with what is wrong below fields
//	ada sees TEXT…                      in the modal in front, sooner or later; after "!": not now
//	ada notes NAME REGEXP               keeps what the modal shows as $NAME
//	ada closes                          the modal in front
//	ada is-told TEXT…                   by a message that she alone sees
//	ada opens-home                      and takes it in hand
//	ada reads dm|ops|home TEXT…    waits for such a message, to her or in #ops, and takes it in hand; after "!": there is none now
//	ada finds BUTTON…                   on what is in hand, as it is now, exactly these buttons that act
//	ada clicks BUTTON                   on what is in hand, as she saw it
//	ada repeats                         her last call is sent once more, as if recorded
//	ada follows TEXT…                   in the thread of the message in hand
func (m member) does(neg bool, args []string) {
	if len(args) == 0 {
		m.ts.Fatalf("what does %s do?", m.user)
	}
	verb, args := args[0], args[1:]
	can := map[string]struct {
		least  int
		negate bool
		do     func(neg bool, args []string)
	}{
		"types": {1, false, m.types}, "picks": {1, false, m.picks}, "chooses": {1, false, m.chooses}, "fills": {2, false, m.fills}, "changes": {2, false, m.changes}, "searches": {2, false, m.searches},
		"submits": {0, true, m.submits}, "sees": {1, true, m.sees}, "notes": {2, false, m.notes}, "closes": {0, false, m.closes}, "is-told": {1, true, m.isTold},
		"opens-home": {0, false, m.opensHome}, "reads": {2, true, m.reads}, "finds": {0, false, m.finds}, "clicks": {1, false, m.clicks}, "repeats": {0, false, m.repeats}, "follows": {1, false, m.follows},
	}
	v, known := can[verb]
	switch {
	case !known:
		m.ts.Fatalf("there is no verb %q; there are %s", verb, strings.Join(slices.Sorted(maps.Keys(can)), ", "))
	case len(args) < v.least:
		m.ts.Fatalf("%s takes %d arguments at least", verb, v.least)
	case neg && !v.negate:
		m.ts.Fatalf("! does not go with %s", verb)
	}
	v.do(neg, args)
}

// took has the app's answer in time, or ends the transcript.
func (m member) took(do func() fakeslack.Ack) { m.answered(m.tried(do)) }

func (m member) answered(ack fakeslack.Ack) {
	if !ack.OK() {
		m.ts.Fatalf("the app answers %d %s (%v) after %s", ack.Status, ack.Body, ack.Err, ack.Took)
	}
}

// tried does something until the app answers in time. On a machine that is busy a person
// reads that it counts once, and does it again.
func (m member) tried(do func() fakeslack.Ack) (ack fakeslack.Ack) {
	for range 5 {
		ack = do()
		fmt.Fprintf(m.ts.Stdout(), "%d after %s\n%s\n", ack.Status, ack.Took.Round(time.Millisecond), ack.Body)
		var timeout interface{ Timeout() bool }
		late := errors.As(ack.Err, &timeout) && timeout.Timeout()
		for _, wrong := range ack.Errors {
			late = late || strings.Contains(wrong, "Try again: it counts once.")
		}
		if !late {
			break
		}
	}
	return ack
}

// sooner waits until a check returns "".
func (m member) sooner(check func() string) {
	for until := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		why := check()
		if why == "" {
			return
		}
		if time.Now().After(until) {
			m.ts.Fatalf("%s", why)
		}
	}
}

// front returns the modal in front.
func (m member) front() fakeslack.View {
	v, open := m.OpenView(m.user)
	if !open {
		m.ts.Fatalf("no modal is open")
	}
	return v
}

// lacks returns the first text that is not in what is shown.
func lacks(shown string, texts []string) (string, bool) {
	for _, text := range texts {
		if !strings.Contains(shown, text) {
			return text, true
		}
	}
	return "", false
}
