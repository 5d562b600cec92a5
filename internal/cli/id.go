package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// shortIDLength is how many characters of an id's end are shown, and
// leastIDLength how many must be given. The end is random (30 bits in 6
// characters); the beginning is the time, which neighbours share.
const (
	shortIDLength = 6
	leastIDLength = 4
)

// shortID returns the end of an id, long enough to differ from all others.
func shortID(id string, all []string) string {
	for n := shortIDLength; n < len(id); n++ {
		end := id[len(id)-n:]
		unique := true
		for _, other := range all {
			unique = unique && (other == id || !strings.HasSuffix(other, end))
		}
		if unique {
			return end
		}
	}
	return id
}

// maxIDPages is how many pages of a list are searched for a short id.
const maxIDPages = 5

// id returns the id that is given whole, or by its beginning or end. A part is looked
// up in the caller's requests, inbox and decisions, then in the ids that were shown
// before, then in the flows that the caller may list.
func (a *caller) id(ctx context.Context, given string) (string, error) {
	short := run.FoldID(strings.Trim(given, "…"))
	if run.ValidID(short) {
		return short, nil
	}
	if !partOfID(short) {
		return "", usageError{fmt.Errorf("invalid request id %q; must be 26 characters, or at least %d of its beginning or end", given, leastIDLength)}
	}
	found, err := a.find(ctx, short, api.ListInput{View: api.ViewMine}, api.ListInput{View: api.ViewInbox}, api.ListInput{View: api.ViewReviewed})
	if err != nil {
		return "", err
	}
	if shown := a.shownIDs().like(short); len(found) == 0 && len(shown) > 0 {
		if len(shown) == 1 {
			return shown[0], nil
		}
		for _, id := range shown {
			found = append(found, api.Request{ID: id})
		}
	}
	if len(found) == 0 {
		flows, _, err := a.allFlows(ctx)
		if err != nil {
			return "", err
		}
		var views []api.ListInput
		for _, f := range flows {
			if f.May == nil || slices.Contains(f.May, api.MayList) { // unknown from an older API
				views = append(views, api.ListInput{View: api.ViewFlow, Flow: f.Name})
			}
		}
		if found, err = a.find(ctx, short, views...); err != nil {
			return "", err
		}
	}
	switch len(found) {
	case 0:
		return "", refused{Problem: &api.Problem{Type: "about:blank", Title: "Not Found", Status: http.StatusNotFound, Detail: fmt.Sprintf(
			"No request with an id that begins or ends with %s in your requests, your inbox or the flows that you may list. Only the newest are searched; give the whole id.", short)}}
	case 1:
		return found[0].ID, nil
	}
	return "", usageError{ambiguous(short, found)}
}

// partOfID reports whether s could be a part of an id.
func partOfID(s string) bool {
	return len(s) >= leastIDLength && len(s) < len(anyID) && run.ValidID(s+anyID[len(s):])
}

const anyID = "00000000000000000000000000"

// find returns the requests of some lists whose ids begin or end with short, each
// once. It skips lists that the caller may not read.
func (a *caller) find(ctx context.Context, short string, views ...api.ListInput) ([]api.Request, error) {
	var found []api.Request
	seen := map[string]bool{}
	for _, in := range views {
		in.Limit = 100
		for range maxIDPages {
			p, err := a.page(ctx, in)
			var no *api.Problem
			if errors.As(err, &no) && no.Status == http.StatusBadRequest {
				break
			}
			if err != nil {
				return nil, err
			}
			for _, r := range p.Requests {
				if !seen[r.ID] && (strings.HasPrefix(r.ID, short) || strings.HasSuffix(r.ID, short)) {
					found = append(found, r)
				}
				seen[r.ID] = true
			}
			if p.NextCursor == "" {
				break
			}
			in.Cursor = p.NextCursor
		}
	}
	return found, nil
}

// ambiguous is the error that a short id matches several requests.
func ambiguous(short string, found []api.Request) error {
	lines := []string{fmt.Sprintf("%s matches %d requests; give more characters:", short, len(found))}
	for _, r := range found {
		what := []string{r.ID}
		if r.Flow != "" {
			what = append(what, r.Flow, string(r.Status), personName(r.Requester.Email, r.Requester.ID), moment(r.CreatedAt), cut(r.Reason, 40))
		}
		lines = append(lines, "  "+text.Line(strings.Join(what, "  ")))
	}
	return errors.New(strings.Join(lines, "\n"))
}
