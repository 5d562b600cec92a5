package backtestpage

import (
	"context"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/backtest"
	"github.com/fasttrack-dev/fasttrack/internal/console"
	"github.com/fasttrack-dev/fasttrack/internal/period"
)

// Path is where the page is, below [console.Base].
const Path = "/backtest"

// MaxRequests is how many requests one backtest of the page tries.
const MaxRequests = 2000

// timeLimit ends a backtest, and maxForm limits the form that starts one.
const (
	timeLimit = 10 * time.Minute
	maxForm   = 64 << 10
)

// days are the periods to choose from.
var days = []int{1, 7, 30, 90}

// Options describe the page.
type Options struct {
	// Flows returns the names of the flows as they are now. The error says what the
	// program lacks for a backtest.
	Flows func() ([]string, error)
	// Run runs a backtest. It tries at most [MaxRequests] requests.
	Run func(ctx context.Context, w Wanted, p backtest.Progress) (backtest.Report, error)
	// Source, Hooks and Rights say in a phrase what is read and called, and with whose
	// rights.
	Source, Hooks, Rights string
	// Needs says which rights a backtest needs, for one that failed.
	Needs string
	// Context ends all backtests.
	Context context.Context
	// Now is time.Now if nil.
	Now func() time.Time
}

// Wanted is one backtest.
type Wanted struct {
	Period period.Period
	// Flows are empty for all.
	Flows []string
	// Guards also calls on_approve and on_deny.
	Guards bool
}

// page serves the pages of backtests.
type page struct {
	Options
	form, job *template.Template
	parse     sync.Once

	mu   sync.Mutex
	jobs []*job // the newest last
}

// New returns the page. Everybody who is signed in may use it, with the rights of the
// program: it is for a console that one person uses.
func New(o Options) console.Extra {
	if o.Now == nil {
		o.Now = time.Now
	}
	p := &page{Options: o}
	return console.Extra{Path: Path, Label: "Backtest", Icon: "hour", Serve: p.serve}
}

// serve shows the form, starts a backtest, shows one, or stops it.
func (p *page) serve(c *console.Console, w http.ResponseWriter, r *http.Request, show console.Show) error {
	p.parse.Do(func() { p.templates(c) })
	rest := strings.Trim(strings.TrimPrefix(r.URL.Path, console.Base+Path), "/")
	id, action, _ := strings.Cut(rest, "/")
	j := p.find(id)
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case id == "" && reads:
		p.showForm(http.StatusOK, show, formPage{Days: 30})
		return nil
	case id == "" && r.Method == http.MethodPost:
		return p.begin(w, r, show)
	case j == nil:
		return &api.Problem{Status: http.StatusNotFound, Detail: "No such backtest. It was one of an earlier start of the program, or others came after it."}
	case action == "" && reads:
		p.showJob(show, j)
		return nil
	case action == "stop" && r.Method == http.MethodPost:
		j.stop()
		http.Redirect(w, r, j.path(), http.StatusSeeOther)
		return nil
	}
	return &api.Problem{Status: http.StatusNotFound, Detail: "This page does not exist."}
}

// formPage is what the page of the form shows.
type formPage struct {
	Options
	Missing, Error string
	Flows          []choice
	Choices        []int
	Days, Max      int
	Jobs           []shownJob
}

// choice is a flow to choose.
type choice struct {
	Name   string
	Chosen bool
}

func (p *page) showForm(status int, show console.Show, f formPage, chosen ...string) {
	names, err := p.Options.Flows()
	if err != nil {
		f.Missing = err.Error()
	}
	for _, name := range names {
		f.Flows = append(f.Flows, choice{name, slices.Contains(chosen, name)})
	}
	f.Options, f.Choices, f.Max = p.Options, days, MaxRequests
	for _, j := range slices.Backward(p.all()) {
		f.Jobs = append(f.Jobs, j.shown())
	}
	show(status, p.form, "A rule before it is switched on", f)
}

// begin starts the backtest of a form. While one runs, it leads there.
func (p *page) begin(w http.ResponseWriter, r *http.Request, show console.Show) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return &api.Problem{Status: http.StatusBadRequest, Detail: "The form can't be read."}
	}
	chosen := r.PostForm["flow"]
	n, err := strconv.Atoi(r.PostFormValue("days"))
	if err != nil || !slices.Contains(days, n) {
		p.showForm(http.StatusUnprocessableEntity, show, formPage{Days: 30, Error: "Choose one of the periods."}, chosen...)
		return nil
	}
	names, err := p.Options.Flows()
	if err != nil {
		p.showForm(http.StatusUnprocessableEntity, show, formPage{Days: n}, chosen...)
		return nil
	}
	for _, name := range chosen {
		if !slices.Contains(names, name) {
			p.showForm(http.StatusUnprocessableEntity, show, formPage{Days: n, Error: "The file of flows has no flow " + strconv.Quote(name) + "."}, chosen...)
			return nil
		}
	}
	j := p.start(Wanted{Period: period.Period{From: p.Now().AddDate(0, 0, -n)}, Flows: chosen, Guards: r.PostFormValue("guards") != ""}, n)
	http.Redirect(w, r, j.path(), http.StatusSeeOther)
	return nil
}

// jobPage is what the page of a backtest shows.
type jobPage struct {
	shownJob
	Needs, Rights string
	// Report is nil until the backtest is done.
	Report *report
}

func (p *page) showJob(show console.Show, j *job) {
	data := jobPage{shownJob: j.shown(), Needs: p.Needs, Rights: p.Rights}
	if done := j.result(); done != nil {
		r := newReport(*done, true)
		data.Report = &r
	}
	show(http.StatusOK, p.job, "Backtest", data)
}

// templates parses the templates of the page.
func (p *page) templates(c *console.Console) {
	parse := func(name string) *template.Template {
		return template.Must(c.Frame().ParseFS(templateFiles, "templates/report.html", "templates/"+name))
	}
	p.form, p.job = parse("form.html"), parse("job.html")
}
