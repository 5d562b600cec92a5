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

// checkOptions checks by the flow's hooks that each chosen value is an option, and
// returns the labels of those. It skips the cache, whose options may be outdated. The
// error is a problem that names every invalid field, or says that hooks failed.
func (s service) checkOptions(ctx context.Context, f *flow.Flow, asked run.Draft) (map[string]map[string]string, error) {
	values := f.Chosen(asked.Fields)
	if len(values) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, hookapi.PrefetchSeconds*time.Second)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(checkedAtOnce)
	good, labels := make([]bool, len(values)), make([]string, len(values))
	for i, v := range values {
		group.Go(func() (err error) {
			labels[i], good[i], err = s.isOption(ctx, f, v, asked)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
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
		return nil, httpapi.InvalidBody(errs...)
	}
	return flow.Labels(values, labels), nil
}

// isOption returns the label of the option of its field that a value is; false if it is
// none.
func (s service) isOption(ctx context.Context, f *flow.Flow, v flow.Chosen, asked run.Draft) (label string, is bool, err error) {
	if !v.Possible() {
		return "", false, nil
	}
	q, err := s.question(f, v.Field, v.Question(asked.Requester, asked.Fields))
	if err != nil {
		return "", false, err
	}
	list, err := s.invokeHook(ctx, q)
	if err != nil {
		return "", false, err
	}
	label, is = v.Among(list.List)
	return label, is, nil
}
