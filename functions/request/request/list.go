package request

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
)

// read responds with one request and its history.
func (s service) read(ctx context.Context, c *httpapi.Call) (httpapi.Reply, error) {
	id, ok := run.ParseID(c.Param("id"))
	if !ok {
		return httpapi.Reply{}, httpapi.NotFound()
	}
	r, err := s.Store.Load(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return httpapi.Reply{}, httpapi.NotFound()
	}
	if err != nil {
		return httpapi.Reply{}, err
	}
	after, follows, err := readAfter(c)
	if err != nil {
		return httpapi.Reply{}, err
	}
	if !r.MaySee(c.Caller.Person, s.today) {
		return httpapi.Reply{}, c.Hidden()
	}
	c.About(r.ID, r.Flow.Name)
	headers := map[string]string{}
	if wait, waits := preferWait(c.Header("prefer")); follows && waits {
		grown := func(r *run.Run) bool { return len(r.History) > after || r.Over() }
		applied := false
		if r, applied = s.await(ctx, c, r, wait, grown); applied {
			headers["preference-applied"] = fmt.Sprintf("wait=%d", int(wait.Seconds()))
		}
		if !r.MaySee(c.Caller.Person, s.today) { // by what happened meanwhile
			return httpapi.Reply{}, c.Hidden()
		}
	}
	view, err := s.shown(ctx, c, r)
	if err == nil {
		err = s.addOutput(ctx, c, r, &view)
	}
	if err != nil {
		return httpapi.Reply{}, err
	}
	headers["etag"] = `"` + view.ETag + `"`
	return httpapi.Reply{Status: 200, Headers: headers, Body: view}, nil
}

// readAfter reads the seq of the last entry that the caller knows.
func readAfter(c *httpapi.Call) (seq int, there bool, err error) {
	value, there := c.Query("after")
	if !there {
		return 0, false, nil
	}
	if seq, err = strconv.Atoi(value); err != nil || seq < 0 {
		return 0, false, httpapi.Invalid(flow.FieldError{Field: "after", Detail: "must be the seq of a history entry, or 0"})
	}
	return seq, true, nil
}

// listing is the query of a list.
type listing struct {
	View, Flow string
	Status     run.Status
	From, To   string
}

// views are the known lists.
var views = []string{"mine", "inbox", "reviewed", "flow"}

const (
	defaultLimit = 20
	maxLimit     = 100
)

// list responds with a page of requests, newest first, without their histories.
func (s service) list(ctx context.Context, c *httpapi.Call) (httpapi.Reply, error) {
	asked, q, err := readListing(c)
	if err != nil {
		return httpapi.Reply{}, err
	}
	var page store.Page
	switch asked.View {
	case "mine":
		page, err = s.Store.Mine(ctx, c.Caller.Person, q)
	case "inbox":
		var flows []string
		if flows, err = s.inboxFlows(ctx, asked.Flow); err != nil {
			return httpapi.Reply{}, err
		}
		page, err = s.Store.Inbox(ctx, flows, c.Caller.Person, s.today, q)
	case "reviewed":
		page, err = s.Store.Reviewed(ctx, c.Caller.Person, s.today, q)
	default:
		page, err = s.ofFlow(ctx, asked.Flow, c.Caller.Person, q)
	}
	if errors.Is(err, store.ErrBadPosition) {
		return httpapi.Reply{}, httpapi.Invalid(wrongCursor)
	}
	if err != nil {
		return httpapi.Reply{}, err
	}
	var list api.RequestList
	if asked.Flow != "" {
		page.Runs = slices.DeleteFunc(page.Runs, func(r run.Summary) bool { return r.View.Flow != asked.Flow })
	}
	if list.Requests, err = s.shownList(ctx, c, page.Runs); err != nil {
		return httpapi.Reply{}, err
	}
	if page.Next != "" {
		list.NextCursor = asked.cursor(c.Caller.Principal, page.Next)
	}
	return httpapi.Reply{Status: 200, Body: list}, nil
}

// ofFlow lists the runs of a flow, for its admins and viewers. The runs of a removed
// flow are for the admins that each of them has today.
func (s service) ofFlow(ctx context.Context, name string, p run.Person, q store.Query) (store.Page, error) {
	refused := httpapi.Invalid(flow.FieldError{Field: "flow", Detail: "unknown flow, or you may not list it"})
	if p.Machine {
		return store.Page{}, refused
	}
	if _, there := s.Flows.Find(name); there {
		if !s.today.MayList(name, p) {
			return store.Page{}, refused
		}
		return s.Store.Flow(ctx, name, q, s.Now(), nil)
	}
	if gone, err := s.gone(ctx); err != nil {
		return store.Page{}, err
	} else if !slices.Contains(gone, name) && !s.today.IsAdmin(p) {
		return store.Page{}, refused
	}
	page, err := s.Store.Flow(ctx, name, q, s.Now(), func(r run.Summary) bool { return r.IsAdmin(p, s.today) })
	if err == nil && len(page.Runs) == 0 && page.Next == "" && q.After == "" {
		return store.Page{}, refused // as of a flow that never was
	}
	return page, err
}

// flowNames returns the names of all flows, or the given one if it exists.
func (s service) flowNames(only string) []string {
	var names []string
	for _, f := range s.Flows.Flows {
		if only == "" || f.Name == only {
			names = append(names, f.Name)
		}
	}
	return names
}

// readListing reads the query of a list. The error names every invalid parameter.
func readListing(c *httpapi.Call) (listing, store.Query, error) {
	var errs []flow.FieldError
	fail := func(field, format string, args ...any) {
		errs = append(errs, flow.FieldError{Field: field, Detail: fmt.Sprintf(format, args...)})
	}
	l := listing{View: "mine"}
	q := store.Query{Limit: defaultLimit}
	for name, value := range c.Event.QueryStringParameters {
		switch name {
		case "view":
			if l.View = value; !slices.Contains(views, value) {
				fail(name, "must be one of %s", strings.Join(views, ", "))
			}
		case "flow":
			l.Flow = value
		case "status":
			if l.Status = run.Status(value); !l.Status.Known() {
				fail(name, "must be one of %v", run.Statuses)
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
	if l.View == "flow" && l.Flow == "" {
		fail("flow", "is required with view=flow")
	}
	q.Status = l.Status
	if value, there := c.Query("cursor"); there {
		if q.After, there = l.position(c.Caller.Principal, value); !there {
			errs = append(errs, wrongCursor)
		}
	}
	if len(errs) > 0 {
		return l, q, httpapi.Invalid(errs...)
	}
	return l, q, nil
}
