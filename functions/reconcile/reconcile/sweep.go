package reconcile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// The bounds of one sweep; the next one goes on.
const (
	// listed is how many items of a partition of the index are listed.
	listed = 1000
	// looked is how many due runs a sweep looks at, and how many leases. If more are
	// due, they take turns.
	looked = 1600
	atOnce = 16
	// aPartition is how many runs of a partition that are not due a sweep looks at,
	// and waiting how many of them take turns.
	aPartition = 100
	waiting    = 1000
	// lookTime is how long a sweep goes on to further runs, and aLook how long it
	// spends on one.
	lookTime = time.Minute
	aLook    = 20 * time.Second
)

// sweep looks at the runs first, which takes moments each. What calls a strategy,
// and may take minutes, is put off until then; see [sweep.work].
func (h *Handler) sweep(ctx context.Context, req step.ReconcileRequest) (step.Report, error) {
	s := &sweep{Handler: h, byHand: req.Source == "", report: step.Report{DryRun: req.DryRun, Actions: []step.Action{}}, work: map[string][]job{}}
	if name := req.Detail.Name; name != "" {
		e, err := step.ParseExecution(name)
		if err != nil {
			return s.end() // no run has an execution of that name
		}
		s.one = true
		s.run(ctx, e.RunID)
		s.doWork(ctx)
		return s.end()
	}
	if len(req.Drain) > 0 {
		s.one = true
		s.each(req.Drain, func(id string) { s.drain(ctx, id) })
		s.doWork(ctx)
		return s.end()
	}
	minute := int(h.Now().Unix() / 60)
	due, err := h.Table.Due(ctx, h.Now(), listed, minute%2 == 1)
	if err != nil {
		return step.Report{}, err
	}
	waiting, err := h.waiting(ctx)
	if err != nil {
		return step.Report{}, err
	}
	var group errgroup.Group
	group.SetLimit(atOnce)
	began := time.Now()
	each := func(do func(ctx context.Context)) {
		group.Go(func() error {
			if time.Since(began) > lookTime {
				return nil // its turn comes in another sweep
			}
			ctx, cancel := context.WithTimeout(ctx, aLook)
			defer cancel()
			do(ctx)
			return nil
		})
	}
	runs := make([]runID, len(due.Runs))
	for i, id := range due.Runs {
		runs[i] = runID(id)
	}
	for _, id := range turn(runs, looked, minute) {
		each(func(ctx context.Context) { s.run(ctx, id.String()) })
	}
	for _, id := range waiting {
		each(func(ctx context.Context) { s.run(ctx, id) })
	}
	for _, id := range due.Acted {
		each(func(ctx context.Context) { s.acted(ctx, id) })
	}
	_ = group.Wait() // errors are in the report
	for _, k := range turn(due.Leases, looked, minute) {
		s.later(k.Strategy, job{do: func(ctx context.Context) { s.lease(ctx, k) }})
	}
	s.overdueReviews(ctx)
	s.doWork(ctx)
	return s.end()
}

// overdueReviews says in the log how many emergencies should have been reviewed by now: an
// alarm reads it. Nothing else depends on it.
func (s *sweep) overdueReviews(ctx context.Context) {
	switch n, err := s.Table.Overdue(ctx, s.Now()); {
	case err != nil:
		s.Log.Error("cannot count overdue reviews", "error", said(err))
	case n > 0:
		s.Log.Warn("reviews of emergencies are overdue", "reviews_overdue", n)
	}
}

// turn returns the part of all whose turn it is in this minute, about most of them.
// Each has its turn once in as many minutes as all has parts, whatever the order.
func turn[T fmt.Stringer](all []T, most, minute int) []T {
	parts := (len(all) + most - 1) / most
	if parts < 2 {
		return all
	}
	var turn []T
	for _, item := range all {
		h := fnv.New32a()
		_, _ = h.Write([]byte(item.String()))             // a hash takes everything
		if int(h.Sum32()%uint32(parts)) == minute%parts { // #nosec G115 -- a few parts
			turn = append(turn, item)
		}
	}
	return turn
}

// runID is a run in a [turn].
type runID string

func (id runID) String() string { return string(id) }

// waiting lists runs that are not due but may have lost their execution: the event
// about that is best effort. Each minute has its partition and, if that has many
// runs, a part of it. With up to 100 runs in each, a run is looked at every 8
// minutes.
func (h *Handler) waiting(ctx context.Context) ([]string, error) {
	minute := int(h.Now().Unix() / 60)
	ids, err := h.Table.Waiting(ctx, minute%store.DueShards, h.Now(), waiting)
	if err != nil || len(ids) <= aPartition {
		return ids, err
	}
	parts := (len(ids) + aPartition - 1) / aPartition
	from := minute / store.DueShards % parts * aPartition
	return ids[from:min(from+aPartition, len(ids))], nil
}

// sweep is one sweep in progress.
type sweep struct {
	*Handler
	byHand bool
	one    bool // of an event of one execution, or to drain
	mu     sync.Mutex
	report step.Report
	work   map[string][]job // by strategy
}

// load reads a run. ok is false if it needs nothing.
func (s *sweep) load(ctx context.Context, id string) (rec store.Record, ok bool) {
	rec, err := s.Table.LoadAll(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return rec, false
	}
	if err != nil {
		_ = s.do(step.Action{RunID: id, Action: "read", Why: "it is due"}, func() error { return err })
		return rec, false
	}
	return rec, !rec.Run.Over()
}

// acted wakes a run that has an action to apply.
func (s *sweep) acted(ctx context.Context, id string) {
	rec, ok := s.load(ctx, id)
	if !ok || rec.Run.Engine.Token == "" || !rec.Run.HasAct(rec.Acts) {
		return
	}
	_ = s.do(step.Action{RunID: id, Action: "wake", Why: "an action is stored but not applied"}, func() error {
		return s.Record(ctx, step.OfRun(rec.Run, step.Wake), nil)
	})
}

// lease reads the access of an ended lease once more.
func (s *sweep) lease(ctx context.Context, k lease.Key) {
	// The log gets the lease's handle: its key would name the person.
	_ = s.doOn("lease", k.Handle(), step.Action{Lease: k.String(), Action: "check", Why: "its last request ended a while ago"}, func() error {
		return s.Grant(ctx, step.GrantRequest{Version: step.ReconcileVersion, Operation: step.Check, Lease: &k}, nil)
	})
}

// input returns the input of an execution.
func (s *sweep) input(r *run.Run, doc stepfn.Document) ([]byte, error) {
	raw, err := run.Encode(doc)
	if err != nil || doc.Hook != nil {
		return raw, err
	}
	var in map[string]json.RawMessage
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, err
	}
	// The machine of an older release begins with a hook function, whatever comes next,
	// and its role may invoke no other. The response counts for no turn.
	in["hook"], err = json.Marshal(map[string]any{
		"function": s.HooksFunction, "seconds": 40,
		"ask": map[string]any{"version": hookapi.Version, "hook": hookapi.Resume, "run": map[string]any{"id": r.ID}},
	})
	if err != nil {
		return nil, err
	}
	// As the lane's, it says who has access if the table is gone; nothing sensitive.
	asked := map[string]any{"id": r.ID, "requester": map[string]any{"id": r.Requester.ID, "email": r.Requester.Email}}
	open := *r
	open.Sensitive = nil
	if target, has := open.Target(); has {
		asked["fields"] = map[string]any{"target": map[string]any{"id": target.ID}}
	}
	if in["asked"], err = json.Marshal(asked); err != nil {
		return nil, err
	}
	return run.Encode(in)
}
