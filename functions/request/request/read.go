package request

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
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
	if !r.MaySee(c.Caller.Person, s.today) || c.Slack != nil && !r.SlackUse(s.today).Messages() {
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
	addDelivery := s.readDelivery(ctx, c, r)
	view, err := s.shown(ctx, c, r)
	if err == nil && c.Slack == nil { // what a strategy returned never goes to Slack
		err = s.addOutput(ctx, c, r, &view)
	}
	addDelivery(&view)
	s.addRuleChange(ctx, c, r, &view)
	if err == nil {
		err = s.addExtension(ctx, r, &view)
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
	n, err := strconv.ParseUint(value, 10, 31)
	if err != nil {
		return 0, false, httpapi.Invalid(flow.FieldError{Field: "after", Detail: "must be the seq of a history entry, or 0"})
	}
	return int(n), true, nil // #nosec G115 -- of 31 bits
}
