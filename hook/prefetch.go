package hook

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook/email"
)

// prefetch is called before a request exists, so it is not among the subscriptions.
const prefetch = "prefetch"

// The limits on options.
const (
	maxOptions    = 100
	maxOptionText = 1000 // characters
)

// Search is what a function of Hooks.Prefetch is called with. It is called for the options
// of a field while a person writes a request, and to check the chosen value when the
// request is filed.
//
// A function that searches the values of its options can treat both the same: when a
// value is checked, it is the query too, and it is accepted if it is the value of an
// option. A function that searches elsewhere, such as in labels, must look at Value
// first.
type Search struct {
	Field string
	// Query is what the person typed so far, "" at first. When a value is checked, it is
	// that value.
	Query string
	// Value is the value to check, empty during a search.
	Value string
	// Requester writes the request.
	Requester User
	Flow      Flow
	// Fields are the other fields when a value is checked, without sensitive ones. During
	// a search they are those that the field depends on by depends_on in flows.yaml, as far
	// as they have a value.
	Fields Fields

	trial, more bool
}

// More reports that more options exist than are returned, so that the person is prompted
// to type more. More than 100 returned options report it by themselves.
func (s *Search) More() { s.more = true }

// Trial reports whether the options have no effect; see [Event.Trial].
func (s *Search) Trial() bool { return s.trial }

// Option is one option of a field.
type Option struct {
	// Value is the value of the field.
	Value string `json:"value"`
	// Label is what people see, the value if empty.
	Label string `json:"label,omitempty"`
}

// options is the JSON document that a hook function returns for prefetch.
type options struct {
	Version string      `json:"version"`
	Options []Option    `json:"options"`
	More    bool        `json:"more,omitempty"`
	Errors  []hookError `json:"errors,omitempty"`
}

// searched is what a function of Hooks.Prefetch returned.
type searched struct {
	list []Option
	more bool
}

// prefetch returns the options of the field that the invocation names.
func (h Hooks) prefetch(ctx context.Context, in invocation) options {
	started := time.Now()
	out := options{Version: ContractVersion, Options: []Option{}}
	got := failed("unknown field", fmt.Sprintf("the flow's hooks have no Prefetch for the field %q", in.Field))
	if f := h.Prefetch[in.Field]; f != nil {
		reads := &reads{}
		s := &Search{Field: in.Field, Query: in.Query, Value: in.Value, Requester: in.Run.Requester, Flow: in.flow(reads), Fields: in.fields(reads), trial: in.Trial}
		got = within(ctx, in.limit(), func(ctx context.Context) (any, error) {
			list, err := f(ctx, s)
			if err == nil {
				err = reads.err()
			}
			if err != nil {
				return nil, err
			}
			found := matching(list, in.Value)
			out, err := fitting(found)
			return searched{out, s.more || len(out) < len(found)}, err
		})
	}
	outcome := got.failure
	if outcome == "" {
		found := got.outcome.(searched)
		out.Options, out.More = found.list, found.more && slices.Contains(in.Accepts, "more")
		outcome = fmt.Sprintf("%d options", len(out.Options))
	} else {
		out.Errors = []hookError{{Hook: prefetch, Error: clip(got.why)}}
	}
	logHook(got.failure != "", in, prefetch, outcome, started)
	return out
}

// matching returns the options of a value that is checked, so that it is not lost among
// more than a response has room for. It ignores case as addresses do; the engine compares
// exactly.
func matching(list []Option, value string) []Option {
	if value == "" {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(o Option) bool { return !email.Equal(o.Value, value) })
}

// fitting returns the first options that a response has room for.
func fitting(list []Option) ([]Option, error) {
	out := []Option{}
	room := maxResponse
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
