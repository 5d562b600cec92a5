package console

import (
	"context"
	"sync"

	"github.com/fasttrack-dev/fasttrack/api"
)

// together makes calls of the API side by side, and returns the first error in their
// order.
func together(calls ...func() error) error {
	errs := make([]error, len(calls))
	var group sync.WaitGroup
	for i, call := range calls {
		group.Go(func() { errs[i] = call() })
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// section is a list on a page that has others, which show without it.
type section struct {
	*api.RequestList
	Problem *api.Problem
}

// read returns a call that reads a list into the section. A refusal is shown in its
// place, unless it concerns every call: then it is returned.
func (s *section) read(ctx context.Context, call *api.Client, in api.ListInput) func() error {
	return func() (err error) {
		s.RequestList, err = call.List(ctx, in)
		if err != nil {
			s.RequestList = &api.RequestList{}
			problem := problemOf(err)
			if problem.Status == 401 || problem.Status == 429 {
				return err
			}
			s.Problem = problem
		}
		return nil
	}
}
