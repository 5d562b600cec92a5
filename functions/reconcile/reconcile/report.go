package reconcile

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/fasttrack-dev/fasttrack/internal/step"
)

// do does an action about a run, unless it is a dry run, and reports it.
func (s *sweep) do(a step.Action, do func() error) error {
	return s.doOn("run_id", a.RunID, a, do)
}

// doOn is do for an action that the log names by the attribute key.
func (s *sweep) doOn(key, name string, a step.Action, do func() error) error {
	var err error
	if !s.report.DryRun {
		if err = do(); err != nil {
			a.Error = err.Error()
		}
	}
	s.mu.Lock()
	s.report.Actions = append(s.report.Actions, a)
	s.mu.Unlock()
	log := s.Log.Info
	if err != nil {
		log = s.Log.Error
	}
	log("reconcile", key, name, "action", a.Action, "why", a.Why, "error", said(err), "dry_run", s.report.DryRun)
	return err
}

// said returns an error for the log: only the type of one that another function
// returned, since its text may be a strategy's and name people.
func said(err error) string {
	var failed FunctionError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &failed):
		return failed.Type + " of " + failed.Function
	}
	return err.Error()
}

// end returns the report, and the actions that failed as an error.
func (s *sweep) end() (step.Report, error) {
	var failed []error
	for _, a := range s.report.Actions {
		if a.Error != "" {
			failed = append(failed, fmt.Errorf("%s %s%s: %s", a.Action, a.RunID, a.Lease, a.Error))
		}
	}
	slices.SortStableFunc(s.report.Actions, func(a, b step.Action) int { return cmp.Compare(a.RunID+a.Lease, b.RunID+b.Lease) })
	return s.report, errors.Join(failed...)
}
