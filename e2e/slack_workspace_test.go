package e2e

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/fasttrack-dev/fasttrack/internal/local/fakeslack"
)

// workspace plays what becomes of the workspace itself, such as
//
//	slack fails METHOD ERROR TIMES…   a method answers with an error, so often
//	slack takes DURATION              each call takes so long
//	slack limits METHOD TIMES         429, and a second to wait
//	slack loses METHOD                the next call is done, and its answer lost
//	slack is-down                     500 to every call
//	slack is-well                     none of it any more
//	slack waits DURATION              its clock goes forward; on a clock, that of all, once nothing moves
//	slack calls METHOD COUNT          so often was a method called
//	slack forgets-calls               counts anew
//	slack renames USER E-MAIL         an address changes
//	slack deactivates USER
//	slack schedules TEXT…             a message that is to be sent; after "!": none is
func workspace(ts *testscript.TestScript, neg bool, args []string) {
	s := ts.Value(playedKey{}).(*played)
	if len(args) == 0 {
		ts.Fatalf("what becomes of the workspace?")
	}
	verb, args := args[0], args[1:]
	arg := func(i int) string {
		if i >= len(args) {
			ts.Fatalf("slack %s takes %d arguments at least", verb, i+1)
		}
		return args[i]
	}
	number := func(i int) int {
		n, err := strconv.Atoi(arg(i))
		ts.Check(err)
		return n
	}
	duration := func(i int) time.Duration {
		d, err := time.ParseDuration(arg(i))
		ts.Check(err)
		return d
	}
	if neg && verb != "schedules" {
		ts.Fatalf("! does not go with slack %s", verb)
	}
	switch verb {
	case "fails":
		f := fakeslack.Fault{Method: arg(0), Error: arg(1)}
		if len(args) > 2 {
			f.Times = number(2)
		}
		s.Break(f)
	case "takes":
		s.Break(fakeslack.Fault{Delay: duration(0)})
	case "limits":
		s.Break(fakeslack.Fault{Method: arg(0), Times: number(1), Status: http.StatusTooManyRequests, RetryAfter: time.Second})
	case "loses":
		s.Break(fakeslack.Fault{Method: arg(0), Times: 1, LoseAnswer: true})
	case "is-down":
		s.Break(fakeslack.Fault{Status: http.StatusInternalServerError})
	case "is-well":
		s.ClearFaults()
	case "waits":
		ts.Check(s.clock.pass(s.t.Context(), duration(0)))
	case "forgets-calls":
		s.counted = s.Calls()
	case "calls":
		if got := s.Calls()[arg(0)] - s.counted[arg(0)]; got != number(1) {
			ts.Fatalf("%s was called %d times", arg(0), got)
		}
	case "renames":
		u, _ := s.User(arg(0))
		u.Email = arg(1)
		s.SetUser(u)
	case "deactivates":
		u, _ := s.User(arg(0))
		u.Deleted = true
		s.SetUser(u)
	case "schedules":
		there := func() bool {
			return slices.ContainsFunc(s.Scheduled(), func(x fakeslack.Scheduled) bool {
				_, does := lacks((fakeslack.Message{Blocks: x.Blocks}).Words(), args)
				return !does
			})
		}
		member{s, ts, ""}.sooner(func() string {
			if there() == neg {
				return "the scheduled messages do not become so"
			}
			return ""
		})
	default:
		ts.Fatalf("there is no verb %q of the workspace", verb)
	}
}

// atOnce has members click the same button at the same moment, twice each:
//
//	at-once grace linus Approve
func atOnce(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: at-once MEMBER... BUTTON")
	}
	names, button := args[:len(args)-1], args[len(args)-1]
	acks := make(chan fakeslack.Ack, 2*len(names))
	for _, name := range names {
		click := memberOf(ts, "U0"+strings.ToUpper(name)).click(button)
		for range 2 {
			go func() { acks <- click() }()
		}
	}
	for range cap(acks) {
		if ack := <-acks; !ack.OK() {
			ts.Fatalf("the app answers %d (%v) after %s", ack.Status, ack.Err, ack.Took)
		}
	}
}

// function stops the processes of a function, so that calls of it hang, has them go on, or
// puts fresh ones in their place:
//
//	function record stops
//	function record goes-on
//	function slack restarts
func function(ts *testscript.TestScript, neg bool, args []string) {
	signals := map[string]os.Signal{"stops": syscall.SIGSTOP, "goes-on": syscall.SIGCONT, "restarts": nil}
	if neg || len(args) != 2 {
		ts.Fatalf("usage: function NAME stops|goes-on|restarts")
	}
	signal, known := signals[args[1]]
	if !known {
		ts.Fatalf("there is no verb %q of a function", args[1])
	}
	s := ts.Value(playedKey{}).(*played)
	if signal == nil {
		ts.Check(s.restart(s.t.Context(), args[0]))
		return
	}
	found, err := filepath.Glob("/proc/[0-9]*")
	ts.Check(err)
	signaled := 0
	for _, process := range found {
		if !s.runs(process, args[0]) {
			continue // has ended since, or is another's
		}
		pid, err := strconv.Atoi(filepath.Base(process))
		ts.Check(err)
		p, err := os.FindProcess(pid)
		ts.Check(err)
		ts.Check(p.Signal(signal))
		signaled++
	}
	if signaled == 0 {
		ts.Fatalf("no process runs functions/%s", args[0])
	}
}

// mailed waits until a mail of this machine is to somebody and says something:
//
//	mailed root@example.com TEXT…
func mailed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: mailed ADDRESS TEXT...")
	}
	s := ts.Value(playedKey{}).(*played)
	member{s, ts, ""}.sooner(func() string {
		all := ""
		for _, mail := range s.outbox() {
			all += fmt.Sprintln(mail.To, mail.Subject)
			if _, does := lacks(mail.Subject+"\n"+mail.Text, args[1:]); !does && slices.Contains(mail.To, args[0]) {
				return ""
			}
		}
		return "no mail has all of this; the mails are\n" + all
	})
}

// onConsole has a person open a page of the console, or send a form to it, and read what the
// page then shows:
//
//	console ada@example.com /slack TEXT…
//	console ada@example.com /slack code=ABCD-EFGH TEXT…
func onConsole(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: console PERSON PATH [NAME=VALUE&...] TEXT...")
	}
	who, path, texts := args[0], args[1], args[2:]
	s, method, form := ts.Value(playedKey{}).(*played), http.MethodGet, ""
	if strings.Contains(texts[0], "=") {
		method, form, texts = http.MethodPost, texts[0], texts[1:]
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+"/console"+path, strings.NewReader(form))
	ts.Check(err)
	req.AddCookie(&http.Cookie{Name: "fasttrack-who", Value: who})
	if form != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	ts.Check(err)
	shown := html.UnescapeString(string(page))
	if text, does := lacks(shown, texts); does {
		ts.Fatalf("the page shows no %s:\n%s", text, shown)
	}
}
