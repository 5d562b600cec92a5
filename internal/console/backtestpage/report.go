package backtestpage

import (
	"cmp"
	"embed"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/backtest"
	"github.com/fasttrack-dev/fasttrack/internal/console"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// How many requests a page lists, so that browsers can show it: of each kind of flip,
// and of all.
const (
	maxFlips = 200
	maxAll   = 1000
)

//go:embed templates/*.html
var templateFiles embed.FS

// report is what the template "report" shows.
type report struct {
	backtest.Report
	Flows, Versions string
	// Links says that ids link to the pages of the console.
	Links bool
	Lines []flowLine
	Main  comparison
	// Shadow is nil without requests in shadow mode.
	Shadow *comparison
	// LeftOut says which requests were not tried.
	LeftOut []string
	NotRun  []string
	// All is empty on a page of the console. AllMore counts the others.
	All     []flip
	AllMore int
}

// flowLine counts the requests of a flow that one version of its hooks responded to.
type flowLine struct {
	Flow, Version                    string
	Requests, Flips, Worst, ToPeople int
}

// comparison is a table of agreement with the flips.
type comparison struct {
	Kinds []flips
	// Differ counts the flips.
	Differ                         int
	Head                           []string
	Rows                           []row
	Decided, Same, Otherwise, Left int
}

// row is a row of the table of agreement.
type row struct {
	Name  string
	Cells []cell
}

// cell is a count. Tone is "bad" if hooks and people differ, "good" if they agree, or
// empty.
type cell struct {
	N    int
	Tone string
}

// flips are the requests that would be decided differently in one way.
type flips struct {
	Title string
	Tone  string
	N     int
	Cases []flip
	More  int
}

// flip is a request as it is listed.
type flip struct {
	backtest.Case
	Then, Now string
	Links     bool
}

// newReport prepares a report. A page of the console has links, and leaves out the list
// of all requests.
func newReport(r backtest.Report, links bool) report {
	out := report{
		Report: r, Flows: strings.Join(r.Flows, ", "), Versions: strings.Join(r.HooksVersions, ", "), Links: links,
		Main: compared(r.Comparison, links), Lines: lines(r.Cases),
	}
	if r.Shadow != nil {
		shadow := compared(*r.Shadow, links)
		out.Shadow = &shadow
	}
	for _, why := range slices.Sorted(maps.Keys(r.Skipped)) {
		out.LeftOut = append(out.LeftOut, text.Count(r.Skipped[why], "request")+": "+why)
	}
	for _, h := range r.NotCalled {
		out.NotRun = append(out.NotRun, string(h.Hook)+" ("+text.Count(h.Requests, "request")+")")
	}
	if !links {
		out.All, out.AllMore = listed(r.Cases, maxAll, false)
	}
	return out
}

func compared(c backtest.Comparison, links bool) comparison {
	out := comparison{Decided: c.Decided, Same: c.Same, Otherwise: c.Otherwise, Left: c.Left}
	for _, k := range []flips{
		kind("People denied, and the hooks would approve", "bad", c.DeniedWouldApprove, links),
		kind("People approved, and the hooks would deny", "bad", c.ApprovedWouldDeny, links),
		kind("Hooks denied, and would approve today", "wait", c.CodeDeniedWouldApprove, links),
		kind("Hooks approved, and would not today", "wait", c.CodeApprovedWouldNot, links),
	} {
		out.Differ += k.N
		if k.N > 0 || len(out.Kinds) == 0 { // the first is shown without any, too
			out.Kinds = append(out.Kinds, k)
		}
	}
	for _, k := range c.Kinds() {
		out.Head = append(out.Head, backtest.Words(k))
	}
	for _, says := range append(slices.Clone(backtest.AllSays), "") {
		line := row{Name: cmp.Or(backtest.Words(says), "all")}
		for _, k := range append(slices.Clone(c.Kinds()), "") {
			line.Cells = append(line.Cells, cell{c.Sum(says, k), tone(says, k, c.Sum(says, k))})
		}
		out.Rows = append(out.Rows, line)
	}
	return out
}

// tone returns how a count of the table of agreement is shown.
func tone(says backtest.Says, k backtest.Kind, n int) string {
	approves, denies := says == backtest.Approve, says == backtest.Deny
	switch {
	case n == 0 || !approves && !denies:
	case k == backtest.PeopleDenied && approves, k == backtest.PeopleApproved && denies:
		return "bad"
	case k == backtest.PeopleDenied, k == backtest.PeopleApproved:
		return "good"
	}
	return ""
}

func kind(title, tone string, cases []backtest.Case, links bool) flips {
	out := flips{Title: title, Tone: tone, N: len(cases)}
	out.Cases, out.More = listed(cases, maxFlips, links)
	return out
}

// listed returns the newest cases up to a limit, newest first, and how many are left.
func listed(cases []backtest.Case, limit int, links bool) (out []flip, more int) {
	for _, c := range slices.Backward(cases) {
		if len(out) == limit {
			break
		}
		out = append(out, flip{c, backtest.Words(c.Then.Kind), backtest.Words(c.Now.Says), links})
	}
	return out, len(cases) - len(out)
}

// lines counts by flow and version, those with the most flips first.
func lines(cases []backtest.Case) []flowLine {
	at := map[[2]string]*flowLine{}
	for _, c := range cases {
		key := [2]string{c.Flow, c.Now.HooksVersion}
		if at[key] == nil {
			at[key] = &flowLine{Flow: c.Flow, Version: c.Now.HooksVersion}
		}
		l, then, now := at[key], c.Then.Kind, c.Now.Says
		l.Requests++
		if now != backtest.Approve && now != backtest.Deny {
			l.ToPeople++
		}
		if then == backtest.PeopleDenied && now == backtest.Approve {
			l.Worst++
		}
		if differs(then, now) {
			l.Flips++
		}
	}
	out := []flowLine{}
	for _, l := range at {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b flowLine) int {
		return cmp.Or(cmp.Compare(b.Worst, a.Worst), cmp.Compare(b.Flips, a.Flips), strings.Compare(a.Flow, b.Flow), strings.Compare(a.Version, b.Version))
	})
	return out
}

// differs reports whether a request is one of the flips.
func differs(then backtest.Kind, now backtest.Says) bool {
	switch then {
	case backtest.PeopleDenied, backtest.CodeDenied:
		return now == backtest.Approve
	case backtest.PeopleApproved:
		return now == backtest.Deny
	case backtest.CodeApproved:
		return now != backtest.Approve
	}
	return false
}

// WriteFile writes a report as a page that needs nothing but itself.
func WriteFile(w io.Writer, now time.Time, r backtest.Report) error {
	return console.WriteFile(text.NewWriter(w), now, "Backtest of "+text.Count(r.Requests, "request"), newReport(r, false),
		templateFiles, "templates/report.html", "templates/file.html")
}
