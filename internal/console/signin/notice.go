package signin

import (
	_ "embed"
	"html/template"
	"net/http"
	"sync"

	"github.com/fasttrack-dev/fasttrack/internal/console"
)

//go:embed notice.html
var noticeHTML string

// notice is a page of the door, which says what happened.
type notice struct {
	status int
	title  string
	text   []string
}

// link is a way on from a notice.
type link struct {
	Href, Text string
	Primary    bool
}

// The notices of more than one step.
var (
	refused = notice{
		status: http.StatusBadRequest, title: "The sign-in was refused",
		text: []string{"What the provider returned did not pass the console's checks. You are not signed in. If this happens again, whoever runs the console finds the reason in its log."},
	}
	alreadyIn = notice{
		status: http.StatusOK, title: "You are signed in already",
		text: []string{"If the console sent you here, the API refuses your token: its issuer or audience may not be the one that the API accepts. Whoever runs the console finds the reason in the log of the API."},
	}
	tooLarge = notice{
		status: http.StatusInternalServerError, title: "Your token is too large",
		text: []string{
			"It does not fit into the cookies of the console, most often because it names too many groups. You are not signed in.",
			"Ask whoever runs the provider to put only those groups into the token that flows use, such as the groups assigned to the application.",
		},
	}
	opaque = notice{
		status: http.StatusInternalServerError, title: "The API can't read your token",
		text: []string{"The provider's access tokens are not JSON Web Tokens. Whoever runs the console should set ConsoleToken=id."},
	}
	unreadableKeys = notice{
		status: http.StatusServiceUnavailable, title: "The console can't read its keys",
		text: []string{"You can't sign in right now. Nothing was lost."},
	}
)

// again is the way on to a new sign-in.
func again(to string) link { return link{Href: withTo(startPath, to), Text: "Sign in", Primary: true} }

// pages are the console in which notices are shown.
type pages struct {
	console *console.Console
	once    sync.Once
	parsed  *template.Template
}

// show sends a notice.
func (d *Door) show(w http.ResponseWriter, r *http.Request, n notice, links ...link) {
	d.pages.once.Do(func() { d.pages.parsed = template.Must(d.pages.console.Frame().Parse(noticeHTML)) })
	d.pages.console.ShowAlone(w, r, n.status, d.pages.parsed, n.title, struct {
		Text  []string
		Links []link
	}{n.text, links})
}

// fail logs why a step failed, and sends a notice.
func (d *Door) fail(w http.ResponseWriter, r *http.Request, step string, err error, n notice, links ...link) {
	d.Log.Warn("sign-in failed", "step", step, "reason", reason(err))
	d.show(w, r, n, links...)
}
