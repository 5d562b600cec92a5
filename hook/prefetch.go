package hook

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook/email"
)

// prefetch is asked outside of a run's life, so it is not among the
// subscriptions.
const prefetch = "prefetch"

// The limits on options.
const (
	maxOptions    = 100
	maxOptionText = 1000 // characters
)

// Search is what a function of Hooks.Prefetch is asked: the options of a field
// for a person who is writing a request and, once it is sent, whether the value
// that was chosen is one of them.
//
// A function that searches in the values of its options need not tell the two
// apart: when a value is checked, it is the query too, and it is good if an
// option of just that value is given. One that searches elsewhere, as in labels
// alone, looks at Value first.
type Search struct {
	Field string
	// Query is what the person typed so far, "" at first; when the request
	// comes, the value that was chosen.
	Query string
	// Value is the value to be checked when the request comes; empty while
	// somebody searches.
	Value string
	// Requester is who writes the request.
	Requester User
	Flow      Flow
	// Fields are the other fields when the request comes, without sensitive
	// ones; none while somebody searches.
	Fields Fields

	trial, more bool
}

// More says that there are more options than are returned, so that whoever searches
// is told to type more. It is said by itself where more than 100 are returned.
func (s *Search) More() { s.more = true }

// Trial reports whether nothing follows from the answer; see [Event.Trial].
func (s *Search) Trial() bool { return s.trial }

// Option is one option of a field.
type Option struct {
	// Value is what the field will hold.
	Value string `json:"value"`
	// Label is what people see; the value if empty.
	Label string `json:"label,omitempty"`
}

// options is the document that goes back.
type options struct {
	Version string      `json:"version"`
	Options []Option    `json:"options"`
	More    bool        `json:"more,omitempty"`
	Errors  []hookError `json:"errors,omitempty"`
}

// searched is what a function of Hooks.Prefetch found.
type searched struct {
	list []Option
	more bool
}

// prefetch answers with the options of the field that is asked about.
func (h Hooks) prefetch(ctx context.Context, a asked) options {
	started := time.Now()
	out := options{Version: ContractVersion, Options: []Option{}}
	heard := failed("not there", fmt.Sprintf("the flow's hooks have no Prefetch for the field %q", a.Field))
	if f := h.Prefetch[a.Field]; f != nil {
		reads := &reads{}
		s := &Search{Field: a.Field, Query: a.Query, Value: a.Value, Requester: a.Run.Requester, Flow: a.flow(reads), Fields: a.fields(reads), trial: a.Trial}
		heard = within(ctx, a.limit(), func(ctx context.Context) (any, error) {
			list, err := f(ctx, s)
			if err == nil {
				err = reads.err()
			}
			if err != nil {
				return nil, err
			}
			found := wanted(list, a.Value)
			out, err := fitting(found)
			return searched{out, s.more || len(out) < len(found)}, err
		})
	}
	outcome := heard.failure
	if outcome == "" {
		found := heard.outcome.(searched)
		out.Options, out.More = found.list, found.more && slices.Contains(a.Accepts, "more")
		outcome = fmt.Sprintf("%d options", len(out.Options))
	} else {
		out.Errors = []hookError{{Hook: prefetch, Error: clip(heard.told)}}
	}
	logHook(heard.failure != "", a, prefetch, outcome, started)
	return out
}

// wanted leaves the option that is asked after, where one is: it is not to be
// lost among more than an answer has room for. Letters of either case are left
// for the engine, which knows that an e-mail has no case.
func wanted(list []Option, value string) []Option {
	if value == "" {
		return list
	}
	var out []Option
	for _, o := range list {
		if email.Equal(o.Value, value) {
			out = append(out, o)
		}
	}
	return out
}

// fitting gives the first of the options that an answer has room for.
func fitting(list []Option) ([]Option, error) {
	out := []Option{}
	room := maxAnswer
	for _, o := range list[:min(len(list), maxOptions)] {
		if o.Value == "" {
			return nil, errors.New("an option has no value")
		}
		for _, text := range []string{o.Value, o.Label} {
			if err := checkLine("an option", text, maxOptionText); err != nil {
				return nil, err
			}
		}
		raw, err := marshal(o)
		if err != nil {
			return nil, err
		}
		if room -= len(raw) + 1; room < 0 {
			break
		}
		out = append(out, o)
	}
	return out, nil
}
