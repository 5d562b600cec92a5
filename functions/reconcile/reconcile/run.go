package reconcile

import (
	"context"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
)

// Executions are the executions of the lifecycle, by name. This function starts no other:
// of the lane, nobody can say whether and how an execution ended.
type Executions interface {
	// Describe returns the state of an execution; the zero value if no execution has
	// that name.
	Describe(ctx context.Context, name string) (Ended, error)
	// Start starts an execution. It is no error if the execution exists.
	Start(ctx context.Context, name string, input []byte) error
	Stop(ctx context.Context, name, cause string) error
}

// Ended is the state of an execution, in the words of Step Functions. Error and
// Cause are set if it failed.
type Ended struct{ Status, Error, Cause string }

const (
	// settled is how long after a change an execution may seem to be missing: as long
	// as the lane runs, of which no operation says so. DescribeExecution is consistent
	// sooner.
	settled = 5 * time.Minute
	// overdue is how long after its end this function removes access, whatever the
	// execution does.
	overdue = 30 * time.Second
	// stuck is how long an execution may run after it should have moved on.
	stuck = 15 * time.Minute
)

// run restarts a run that is stuck.
func (s *sweep) run(ctx context.Context, id string) {
	rec, ok := s.load(ctx, id)
	if !ok {
		if r := rec.Run; r != nil && r.Engine.Published < len(r.History) {
			// Its execution died between the last write and the events of it.
			s.publish(ctx, r)
		}
		return
	}
	r, now := rec.Run, s.Now()
	if r.Status == run.Active && r.RemovalDue(now) && now.After(r.Access.EndsAt.Add(overdue)) && s.mayTake(ctx, r) {
		// This needs only the table and functions/grant.
		s.later(strategyOf(r), job{
			overdue: r.Access.EndsAt,
			do: func(ctx context.Context) {
				if !s.take(ctx, r, "access was due to end at "+r.Access.EndsAt.Format(time.RFC3339)) {
					s.look(ctx, r)
				}
			},
			skip: func(ctx context.Context) { s.look(ctx, r) },
		})
		return
	}
	s.look(ctx, r)
}

// look restarts a run whose execution is missing, stuck or over.
func (s *sweep) look(ctx context.Context, r *run.Run) {
	id, now := r.ID, s.Now()
	last, err := s.Executions.Describe(ctx, step.ExecutionOf(r).Name())
	if err != nil {
		_ = s.do(step.Action{RunID: id, Action: "read", Why: "it is due"}, func() error { return err })
		return
	}
	switch last.Status {
	case "":
		if now.Sub(r.UpdatedAt) < settled {
			return
		}
		action, why := "restart", "its execution is missing"
		if r.Engine.Turn == 0 {
			action, why = "start", "it was stored, and no execution went on with it"
		}
		_ = s.start(ctx, r, step.Action{RunID: id, Action: action, Why: why}, recovery{})
	case "RUNNING":
		if r.Outgrown(now) {
			s.replace(ctx, r)
			return
		}
		if now.After(r.MovesBy().Add(stuck)) {
			_ = s.do(step.Action{RunID: id, Action: "stop", Why: "its execution is stuck"}, func() error {
				return s.Executions.Stop(ctx, step.ExecutionOf(r).Name(), "The execution was stuck.")
			})
		}
	default:
		s.recover(ctx, r, last)
	}
}

// publish publishes events again that the bus may not have.
func (s *sweep) publish(ctx context.Context, r *run.Run) {
	_ = s.do(step.Action{RunID: r.ID, Action: "publish", Why: "its last events may not be published"}, func() error {
		return s.Record(ctx, step.OfRun(r, step.Recover), nil)
	})
}

// start starts an execution of the run: the present one or, if that has ended, the
// next. The error is in the report.
func (s *sweep) start(ctx context.Context, r *run.Run, a step.Action, how recovery) error {
	return s.do(a, func() error {
		req := step.OfRun(r, step.Recover)
		req.Ended, req.Close, req.Drain, req.Failed, req.Cause = how.ended, how.close, how.drain, how.failed, a.Why
		var next step.Recovered
		if err := s.Record(ctx, req, &next); err != nil || next.Over {
			return err
		}
		input, err := s.input(r, next.Document)
		if err != nil {
			return err
		}
		err = s.Executions.Start(ctx, next.Name, input)
		if next.Document.Next == run.NextTakeBack && s.mayTake(ctx, r) {
			// Also for when no execution can be started, or this one dies too. It reads
			// the result in the lease, and retries after an error.
			s.later(strategyOf(r), job{overdue: r.UpdatedAt, do: func(ctx context.Context) {
				if err := s.Grant(ctx, step.TakeFrom(r.ID, next.Name), nil); err != nil {
					s.Log.Warn("can't remove access beside the execution", "run_id", r.ID, "error", said(err))
				}
			}})
		}
		return err
	})
}

// takeBack is the action of removing overdue access, as reports have named it since
// the first release.
const takeBack = "take back"

// take removes overdue access and has that recorded. It reports whether the run is
// over then.
func (s *sweep) take(ctx context.Context, r *run.Run, why string) (over bool) {
	err := s.do(step.Action{RunID: r.ID, Action: takeBack, Why: why}, func() error {
		var taken step.Taken
		if err := s.Grant(ctx, step.TakeFrom(r.ID, step.ExecutionOf(r).Name()), &taken); err != nil || !taken.Gone {
			return err
		}
		req := step.OfRun(r, step.Decide)
		req.Turn, req.Step = engine.PresentTurn(r), step.ID{State: "Reconcile", EnteredAt: s.Now().UTC()}
		var doc stepfn.Document
		err := s.Record(ctx, req, &doc)
		over = err == nil && doc.Next.Ends()
		return err
	})
	return err == nil && over
}
