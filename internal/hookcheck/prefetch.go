package hookcheck

import (
	"context"
	"encoding/json"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// checkPrefetch gets the options of a field for an empty query, then checks the
// first of them as a value, as functions/request does.
func (f Flow) checkPrefetch(ctx context.Context, call replay.Function, field flow.Field, o Options) []Result {
	ada := f.sample(run.OnRequest).Run.Requester
	others := map[string]json.RawMessage{}
	for _, name := range field.DependsOn {
		if value, there := f.Fields[name]; there {
			others[name] = value
		}
	}
	searching := f.trialOf(hookapi.SearchOptions(field.Name, "", hookapi.OptionsRun{Requester: ada, Fields: others}))
	r := Result{Case: "prefetch of " + field.Name, Hook: string(hookapi.Prefetch)}
	options := r.options(ctx, call, searching)
	r.excuse(o)
	if len(r.Refused) > 0 {
		return []Result{r}
	}
	if len(r.Mistakes) > 0 {
		return []Result{r}
	}
	if len(options) == 0 {
		r.note("it returns no options for an empty query, so its check of a value was not tried")
		return []Result{r}
	}
	v := flow.Chosen{Field: field, Value: options[0].Value}
	if field.Type == flow.User { // as the field keeps it
		v.Value = email.Fold(v.Value)
	}
	c := Result{Case: r.Case + ", to check a value", Hook: r.Hook}
	asked := f.trialOf(v.Question(ada, f.Fields))
	found := c.options(ctx, call, asked)
	c.excuse(o)
	if _, is := v.Among(found); len(c.Mistakes) == 0 && len(c.Refused) == 0 && !is {
		c.mistake("its own option, given as query and value, is not in its response: whoever chooses it is refused")
	}
	return []Result{r, c}
}

// trialOf returns q as a trial about the flow.
func (f Flow) trialOf(q hookapi.OptionsInvocation) hookapi.OptionsInvocation {
	q.Trial, q.Flow, q.Run.Flow = true, f.declared, f.About
	return q
}

// options gets options, and records what is wrong with the response.
func (r *Result) options(ctx context.Context, call replay.Function, asked hookapi.OptionsInvocation) []run.Option {
	document, err := json.Marshal(asked)
	if err != nil {
		r.mistake("could not be invoked: %v", err)
		return nil
	}
	response, failure, _ := r.call(ctx, call, document, hookapi.PrefetchSeconds*time.Second)
	if failure != "" {
		r.mistake("it failed: %s", failure)
	}
	if len(r.Mistakes) > 0 {
		return nil
	}
	list, err := hookapi.ReadOptions(response)
	if err != nil {
		r.mistake("prefetch %v", err)
		return nil
	}
	n := len(list.List)
	r.Options = &n
	if len(list.Ignored) > 0 {
		r.noteIgnored(list.Ignored)
	}
	if list.More {
		r.note("it has more options")
	}
	return list.List
}
