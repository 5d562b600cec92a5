package cli

import (
	"context"
	"encoding/json"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// checkPrefetch asks for the options of a field as who has typed nothing yet,
// and whether the first of them is one, as functions/request does.
func (f checkedFlow) checkPrefetch(ctx context.Context, call replay.Function, field flow.Field) []tried {
	ada := f.sample(run.OnRequest).Run.Requester
	searching := f.trialOf(run.Searching(field.Name, "", run.AskOptionsRun{Requester: ada, Fields: map[string]json.RawMessage{}}))
	t := tried{Case: "prefetch of " + field.Name, Hook: string(run.Prefetch)}
	options := t.options(ctx, call, searching)
	if len(t.Mistakes) > 0 {
		return []tried{t}
	}
	if len(options) == 0 {
		t.Notes = append(t.Notes, "it has no options for who has typed nothing yet, so whether it checks a value is not known")
		return []tried{t}
	}
	v := flow.Chosen{Field: field, Value: options[0].Value}
	if field.Type == flow.User { // as the field keeps it
		v.Value = email.Fold(v.Value)
	}
	c := tried{Case: t.Case + ", to check a value", Hook: t.Hook}
	asked := f.trialOf(v.Question(ada, f.fields))
	if found := c.options(ctx, call, asked); len(c.Mistakes) == 0 && !v.Among(found) {
		c.Mistakes = append(c.Mistakes, "its own option, asked for by query and value, is not among its answer: whoever chooses it is refused")
	}
	return []tried{t, c}
}

// trialOf makes a trial about the flow of a question.
func (f checkedFlow) trialOf(q run.AskOptions) run.AskOptions {
	q.Trial, q.Flow, q.Run.Flow = true, f.declared, f.about
	return q
}

// options asks for options, and says what is wrong with the answer.
func (t *tried) options(ctx context.Context, call replay.Function, asked run.AskOptions) []run.Option {
	document, err := json.Marshal(asked)
	if err != nil {
		t.Mistakes = append(t.Mistakes, "it can't be asked: "+err.Error())
		return nil
	}
	answer, failed, _ := t.ask(ctx, call, document, run.PrefetchSeconds*time.Second)
	if failed != "" {
		t.Mistakes = append(t.Mistakes, "it failed: "+failed)
	}
	if len(t.Mistakes) > 0 {
		return nil
	}
	list, err := run.ReadOptions(answer)
	if err != nil {
		t.Mistakes = append(t.Mistakes, "prefetch "+err.Error())
		return nil
	}
	n := len(list.List)
	t.Options = &n
	if list.More {
		t.Notes = append(t.Notes, "it says that there are more options")
	}
	return list.List
}
