// Package simulate tries a flow's hooks with one request, checked as the API checks
// it. Nothing is stored, and nobody is notified.
package simulate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// Options say how a request is tried.
type Options struct {
	Flow *flow.Flow
	// Function is the flow's hook function, and Name its name.
	Function replay.Function
	Name     string
	replay.Options
	// Recent returns what hooks get about earlier requests of the requester;
	// nil if that is unknown.
	Recent func(ctx context.Context, asked run.Draft, now time.Time) (flow.Counted, error)
	Now    time.Time
}

// Result is the outcome of a request.
type Result struct {
	Flow        string `json:"flow"`
	FlowVersion string `json:"flow_version"`
	Hook        string `json:"hook_function"`
	replay.Verdict
	TookMS float64 `json:"took_ms"`
	// Notes say what would differ with a real request.
	Notes []string `json:"notes"`
}

// Run tries the hooks of a flow with a request that [Check] returned.
func Run(ctx context.Context, asked run.Draft, o Options) (Result, error) {
	result := Result{Flow: o.Flow.Name, Hook: o.Name}
	if wrong := o.Flow.CheckStart(asked.StartsAt, o.Now); wrong != "" {
		return result, errors.New(flow.StartsAt + ": " + wrong)
	}
	var err error
	if result.FlowVersion, err = o.Flow.Version(); err != nil {
		return result, err
	}
	asked.FlowVersion, asked.ID = result.FlowVersion, run.NewID(o.Now)
	if o.Flow.RecentSeconds > 0 && o.Recent != nil {
		counted, err := o.Recent(ctx, asked, o.Now)
		if err != nil {
			return result, err
		}
		asked.Recent, asked.RecentCounts = counted.Recent, counted.Counts
	}
	result.Notes = notes(o.Flow, asked.Recent != nil || asked.RecentCounts != nil)
	if at := asked.StartsAt; !at.IsZero() {
		result.Notes = append(result.Notes, "access would start at "+at.Format(time.RFC3339)+": it is checked again then who may request, and on_escalate is called")
	}
	if asked.UntilRevoked {
		result.Notes = append(result.Notes, "access would last until it is revoked, as long as its holder confirms it every "+run.SpellDays(asked.DurationSeconds))
	}
	if err := checkOptions(ctx, o.Function, o.Flow, asked); err != nil {
		return result, err
	}
	if result.Verdict, err = replay.Ask(ctx, asked, o.Now, o.Function, o.Options); err != nil {
		return result, err
	}
	for _, a := range result.Asked {
		result.TookMS += a.TookMS
	}
	return result, nil
}

// notes says what a real request of the flow would meet besides the hooks.
func notes(f *flow.Flow, counted bool) []string {
	notes := []string{}
	if f.Shadow {
		notes = append(notes, "the flow is in shadow mode: people decide, whatever the on_request outcome")
	}
	if f.FastTrack != nil {
		notes = append(notes, "the flow limits how many requests are fast-tracked (fast_track): above the limit, people decide")
	}
	if f.RecentSeconds > 0 && !counted {
		notes = append(notes, "the hooks get no earlier requests (recent); to read them, give --table")
	}
	return notes
}

// Requests finds earlier requests in the table.
type Requests interface {
	Linked(ctx context.Context, today func(handle string) []string, people ...*run.Person) error
	Requested(ctx context.Context, p run.Person, q store.Query) (store.Page, error)
}

var _ Requests = (*store.Store)(nil)

// Recent counts the earlier requests of a requester, as functions/request does.
func Recent(ctx context.Context, table Requests, f *flow.Flow, asked run.Draft, now time.Time) (flow.Counted, error) {
	// Requests are found by their logins' principals, which an address is linked to.
	who := asked.Holder()
	if err := table.Linked(ctx, nil, &who); err != nil {
		return flow.Counted{}, err
	}
	page, err := table.Requested(ctx, who, store.Query{From: f.RecentSince(now), Limit: flow.MaxRecent})
	if err != nil {
		return flow.Counted{}, err
	}
	return f.Count(asked.Fields, page.Runs, page.Next != "", now), nil
}

// checkOptions checks that each value with options is one of them, as
// functions/request does. The error names every wrong field.
func checkOptions(ctx context.Context, call replay.Function, f *flow.Flow, asked run.Draft) error {
	ctx, cancel := context.WithTimeout(ctx, hookapi.PrefetchSeconds*time.Second)
	defer cancel()
	var wrong []string
	for _, v := range f.Chosen(asked.Fields) {
		question := v.Question(asked.Requester, asked.Fields)
		question.Trial = true
		document, err := run.Encode(question.About(asked.Flow, asked.FlowVersion))
		if err != nil {
			return err
		}
		answer, err := call(ctx, document)
		if err != nil {
			return err
		}
		if failure := answer.Failure(); failure != "" {
			return fmt.Errorf("fields.%s: could not check that it is an option: prefetch of flow %q failed: %s", v.Field.Name, f.Name, failure)
		}
		options, err := hookapi.ReadOptions(answer.Payload)
		if err != nil {
			return fmt.Errorf("fields.%s: could not check that it is an option: prefetch of flow %q %w", v.Field.Name, f.Name, err)
		}
		if _, is := v.Among(options.List); !is || !v.Possible() {
			wrong = append(wrong, v.Wrong().Field+": "+v.Wrong().Detail)
		}
	}
	if len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "\n"))
	}
	return nil
}
