package request

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
)

// listing is the query of a list.
type listing struct {
	View                       api.View
	Flow                       string
	Status                     run.Status
	Requester, DecidedBy, Text string
	From, To                   string
	Sort                       api.Sort
}

// views are the known lists, sorts their orders.
var (
	views = []api.View{api.ViewMine, api.ViewInbox, api.ViewLive, api.ViewReviewed, api.ViewFlow, api.ViewUnreviewed, api.ViewAll}
	sorts = []api.Sort{api.SortCreated, api.SortEndsAt}
)

const (
	defaultLimit = 20
	maxLimit     = 100
	maxAddress   = 320
	maxText      = 200
	// maxLook is how many requests a page looks at that does not show all of them.
	maxLook = 500
)

// readListing reads the query of a list. The error names every invalid parameter.
func (s service) readListing(c *httpapi.Call) (listing, store.Query, error) {
	var errs []flow.FieldError
	fail := func(field, format string, args ...any) {
		errs = append(errs, flow.FieldError{Field: field, Detail: fmt.Sprintf(format, args...)})
	}
	l := listing{View: api.ViewMine}
	q := store.Query{Limit: defaultLimit}
	for name, value := range c.Event.QueryStringParameters {
		switch name {
		case "view":
			if l.View = api.View(value); !slices.Contains(views, l.View) {
				fail(name, "must be one of %s", joined(views))
			}
		case "flow":
			l.Flow = value
		case "status":
			if l.Status = run.Status(value); !l.Status.Known() {
				fail(name, "must be one of %v", run.Statuses)
			}
		case "requester", "decided_by":
			if value == "" || len(value) > maxAddress {
				fail(name, "must be an id or e-mail address of up to %d bytes", maxAddress)
			}
			if name == "requester" {
				l.Requester = value
			} else {
				l.DecidedBy = value
			}
		case "q":
			if l.Text = strings.TrimSpace(value); l.Text == "" || utf8.RuneCountInString(value) > maxText {
				fail(name, "must be a text of up to %d characters", maxText)
			}
		case "sort":
			if l.Sort = api.Sort(value); !slices.Contains(sorts, l.Sort) {
				fail(name, "must be one of %s", joined(sorts))
			}
		case "from", "to":
			at, err := time.Parse(time.RFC3339, value)
			if err != nil {
				fail(name, "must be a time such as 2026-11-23T10:00:00Z")
			}
			if name == "from" {
				l.From, q.From = value, at
			} else {
				l.To, q.To = value, at
			}
		case "limit":
			n, ok := strictjson.WholeNumber([]byte(value))
			if !ok || n < 1 || n > maxLimit {
				fail(name, "must be a number from 1 to %d", maxLimit)
			}
			q.Limit = int(n)
		case "cursor":
		default:
			fail(strictjson.ClipName(name), "unknown parameter")
		}
	}
	errs = append(errs, l.contradictions()...)
	switch { // one name for one order, also in cursors
	case l.View == api.ViewLive && l.Sort == "":
		l.Sort = api.SortEndsAt
	case l.View != api.ViewLive && l.Sort == api.SortCreated:
		l.Sort = ""
	}
	q.Status, q.Filter = l.Status, s.filter(l)
	if l.looks() {
		q.Look = maxLook
	}
	if value, there := c.Query("cursor"); there {
		if q.After, there = l.position(c.Caller.Principal, value); !there {
			errs = append(errs, wrongCursor)
		}
	}
	if len(errs) > 0 {
		return l, q, httpapi.Invalid(errs...)
	}
	if l.Text != "" && l.Sort != api.SortEndsAt {
		q = q.WithinMonth(s.Now())
	}
	return l, q, nil
}

// contradictions names the parameters that don't go together.
func (l listing) contradictions() (errs []flow.FieldError) {
	if l.Flow == "" && l.View == api.ViewFlow {
		errs = append(errs, flow.FieldError{Field: "flow", Detail: "is required with view=flow"})
	}
	if l.Flow == "" && l.Text != "" && l.View != api.ViewFlow {
		errs = append(errs, flow.FieldError{Field: "flow", Detail: "is required with q"})
	}
	if l.Sort == api.SortEndsAt && l.View != api.ViewLive {
		errs = append(errs, flow.FieldError{Field: "sort", Detail: "ends_at is only for view=live"})
	}
	return errs
}

// looks reports whether a page looks at requests to find those that it shows, so that it
// says how far it looked.
func (l listing) looks() bool {
	return l.Requester != "" || l.DecidedBy != "" || l.Text != "" || l.View == api.ViewAll || l.View == api.ViewLive && l.Sort == api.SortCreated
}

func joined[S ~string](list []S) string {
	var b strings.Builder
	for i, s := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string(s))
	}
	return b.String()
}
