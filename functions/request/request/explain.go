package request

import (
	"context"
	"errors"
	"net/http"

	"github.com/fasttrack-dev/fasttrack/internal/explain"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// explain responds with why a request has its status, from what the caller sees of it.
func (s service) explain(ctx context.Context, c *httpapi.Call) (httpapi.Reply, error) {
	r, err := s.visible(ctx, c)
	if err != nil {
		return httpapi.Reply{}, err
	}
	view := s.view(c, r)
	s.addRulesOutcome(ctx, c, r, &view)
	return httpapi.Reply{Status: http.StatusOK, Body: explain.Of(view)}, nil
}

// visible reads the request of the path, which the caller must be allowed to read.
func (s service) visible(ctx context.Context, c *httpapi.Call) (*run.Run, error) {
	id, ok := run.ParseID(c.Param("id"))
	if !ok {
		return nil, httpapi.NotFound()
	}
	r, err := s.Store.Load(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, httpapi.NotFound()
	}
	if err != nil {
		return nil, err
	}
	if !r.MaySee(c.Caller.Person, s.today) {
		return nil, c.Hidden()
	}
	c.About(r.ID, r.Flow.Name)
	return r, nil
}
