package hookcheck

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/replay"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// checkGetFlows has the function say whether people see the flow, as functions/request
// does.
func (f Flow) checkGetFlows(ctx context.Context, call replay.Function, o Options) []Result {
	person := f.sample(run.OnRequest).Run.Requester
	const plain = "get_flows"
	var results []Result
	var first *bool
	for _, c := range []struct {
		name   string
		person run.Person
		change func(members map[string]json.RawMessage)
		refuse bool
	}{
		{name: plain, person: person},
		{name: plain + ", once more", person: person},
		{name: plain + ", of a machine", person: aMachine},
		{name: plain + ", with an unknown member", person: person, change: func(m map[string]json.RawMessage) { m["a_member_of_tomorrow"] = json.RawMessage(`[1]`) }},
		{name: plain + ", an unknown version of the contract", person: person, change: func(m map[string]json.RawMessage) { m["version"] = json.RawMessage(`"0"`) }, refuse: true},
	} {
		r := Result{Case: c.name, Hook: plain}
		document, err := changed(hookapi.AskFlows(c.person, []hookapi.Flow{f.About}), c.change)
		if err != nil {
			r.mistake("could not be invoked: %v", err)
			return append(results, r)
		}
		response, failure, ended := r.call(ctx, call, document, hookapi.PrefetchSeconds*time.Second)
		if ended {
			return append(results, r)
		}
		switch {
		case len(r.Mistakes) > 0:
		case c.refuse && failure == "" && r.shows(f, response) == nil:
			r.note("it responds to a version that it can't know; it should fail")
		case c.refuse:
			r.Mistakes = nil
		case failure != "":
			r.mistake("it failed: %s", failure)
		default:
			if err := r.shows(f, response); err != nil {
				r.mistake("get_flows %v", err)
			}
		}
		if c.name == plain {
			first = r.Shown
		} else if !c.person.Machine && !c.refuse && first != nil && r.Shown != nil && *first != *r.Shown {
			r.mistake("the same person saw the flow otherwise before: a response is kept for a minute, and must be the same")
		}
		r.excuse(o)
		results = append(results, r)
	}
	return results
}

// shows reads whether the response shows the flow. The error says what is wrong with it,
// or how the code of the flow failed.
func (r *Result) shows(f Flow, response []byte) error {
	seen, err := hookapi.ReadFlows(response, []string{f.About.Name})
	if err != nil {
		return err
	}
	if len(seen.Ignored) > 0 {
		r.noteIgnored(seen.Ignored)
	}
	if why, failed := seen.Failed[f.About.Name]; failed {
		return errors.New(why)
	}
	shown := slices.Contains(seen.Seen, f.About.Name)
	r.Shown = &shown
	return nil
}

// changed returns an event as JSON, after a change of its members.
func changed(asked hookapi.FlowsInvocation, change func(members map[string]json.RawMessage)) ([]byte, error) {
	raw, err := json.Marshal(asked)
	if err != nil || change == nil {
		return raw, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, err
	}
	change(members)
	return json.Marshal(members)
}
