package request

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// checkedAtOnce is how many values are checked concurrently.
const checkedAtOnce = 8

// checkOptions checks by the flow's hooks that each chosen value is an option. It skips
// the cache, whose options may be outdated. The error is a problem that names every
// invalid field, or says that hooks failed.
func (s service) checkOptions(ctx context.Context, f *flow.Flow, asked run.Draft) error {
	values := f.Chosen(asked.Fields)
	if len(values) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, hookapi.PrefetchSeconds*time.Second)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(checkedAtOnce)
	good := make([]bool, len(values))
	for i, v := range values {
		group.Go(func() (err error) {
			good[i], err = s.isOption(ctx, f, v, asked)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	var errs []flow.FieldError
	for i, v := range values {
		wrong := v.Wrong()
		named := len(errs) > 0 && errs[len(errs)-1].Field == wrong.Field
		if !good[i] && !named {
			errs = append(errs, wrong)
		}
	}
	if len(errs) > 0 {
		return httpapi.InvalidBody(errs...)
	}
	return nil
}

// isOption reports whether a value is an option of its field.
func (s service) isOption(ctx context.Context, f *flow.Flow, v flow.Chosen, asked run.Draft) (bool, error) {
	if !v.Possible() {
		return false, nil
	}
	q, err := s.question(f, v.Field, v.Question(asked.Requester, asked.Fields))
	if err != nil {
		return false, err
	}
	list, err := s.invokeHook(ctx, q)
	return v.Among(list.List), err
}
