package strategytest

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/strategy"
)

// Function invokes a strategy function with a request document. The error is the
// function's own failure, such as an exception; an [Unreachable] ends the check.
type Function func(ctx context.Context, request []byte) (response []byte, err error)

// Unreachable means that the function could not be invoked at all.
type Unreachable struct{ Err error }

func (e Unreachable) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e Unreachable) Unwrap() error { return e.Err }

// Options say what a function is checked with. The zero Options name a person, a
// target and a flow of the kit's own.
type Options struct {
	// Person and Target are who gets access to what. The person must not have the
	// access yet: the check removes it.
	Person strategy.Person
	Target strategy.Target
	Flow   strategy.Flow
	Fields strategy.Fields
	// Config is the flow's strategy block.
	Config json.RawMessage
	// Limit is how long one call may take; 30 s unless it is set.
	Limit time.Duration
	// SkipUnknownPerson leaves out the call for a person who does not exist.
	SkipUnknownPerson bool
}

// Result is one call and what was wrong with its response.
type Result struct {
	Case      string             `json:"case"`
	Operation strategy.Operation `json:"operation"`
	TookMS    int64              `json:"took_ms"`
	// Response is what the function reported: "access", "no access", "refused",
	// "error" or "failed". It holds neither output nor sensitive.
	Response string   `json:"response"`
	Mistakes []string `json:"mistakes,omitempty"`
	Notes    []string `json:"notes,omitempty"`
}

// Check plays all cases on a function and returns what came of each. It ends early
// if the function can't be invoked, or if the person has the access already.
func Check(ctx context.Context, f Function, o Options) []Result {
	p := newPlay(ctx, f, o)
	p.play()
	return p.results
}

// Run checks a strategy written in Go, each case as a subtest.
func Run(t *testing.T, f strategy.Functions, o Options) {
	t.Helper()
	call := func(ctx context.Context, request []byte) ([]byte, error) { return f.Respond(ctx, request) }
	for _, r := range Check(t.Context(), call, o) {
		t.Run(r.Case, func(t *testing.T) {
			for _, mistake := range r.Mistakes {
				t.Error(mistake)
			}
			for _, note := range r.Notes {
				t.Log(note)
			}
		})
	}
}

// Passed reports whether nothing was wrong.
func Passed(results []Result) bool {
	for _, r := range results {
		if len(r.Mistakes) > 0 {
			return false
		}
	}
	return len(results) > 0
}

// call is one call to the function.
type call struct {
	name string
	op   strategy.Operation
	// fence is the request's; edit changes the document before it is sent.
	fence int64
	edit  func(members map[string]any)
	// person is who the access is for, if it is not the check's own.
	person *strategy.Person
}

// heard is a response after it was checked.
type heard struct {
	result   Result
	response strategy.Response
	// failed is why the function failed, nil if it returned a response.
	failed error
	// ended reports that the check can't go on.
	ended bool
}

func (h heard) has() bool {
	return h.failed == nil && h.response.HasAccess != nil && *h.response.HasAccess && !h.stopped()
}

func (h heard) gone() bool {
	return h.failed == nil && h.response.HasAccess != nil && !*h.response.HasAccess && !h.stopped()
}

// stopped reports that the function refused, or gave an error.
func (h heard) stopped() bool { return h.response.Refused != "" || h.response.Error != "" }

// why says what the function reported, for a mistake.
func (h heard) why() string {
	switch {
	case h.failed != nil:
		return "it failed: " + h.failed.Error()
	case h.response.Refused != "":
		return "it refused: " + h.response.Refused
	case h.response.Error != "":
		return "it returned an error: " + h.response.Error
	case h.has():
		return "it returned has_access: true"
	}
	return "it returned has_access: false"
}

// send invokes the function and checks the form of its response.
func (p *play) send(c call) heard {
	h := heard{result: Result{Case: c.name, Operation: c.op, Response: "failed"}}
	request, err := p.request(c)
	if err != nil {
		h.result.Mistakes, h.ended = []string{err.Error()}, true
		return h
	}
	ctx, cancel := context.WithTimeout(p.ctx, p.options.Limit)
	defer cancel()
	started := time.Now()
	raw, err := p.function(ctx, request)
	h.result.TookMS = time.Since(started).Milliseconds()
	var unreachable Unreachable
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded) && p.ctx.Err() == nil:
		h.failed = errors.New("no response in time")
		h.mistake("no response within " + p.options.Limit.String())
		return h
	case errors.As(err, &unreachable) || p.ctx.Err() != nil:
		h.mistake("cannot invoke the function: " + err.Error())
		h.ended = true
		return h
	case err != nil:
		h.failed = err
		return h
	}
	if h.response, err = strategy.ReadResponse(c.op, raw); err != nil {
		h.failed = err
		h.mistake("invalid response: " + err.Error())
		return h
	}
	switch {
	case h.response.Refused != "":
		h.result.Response = "refused"
	case h.response.Error != "":
		h.result.Response = "error"
	case h.has():
		h.result.Response = "access"
	default:
		h.result.Response = "no access"
	}
	for _, name := range h.response.Ignored {
		h.result.Notes = append(h.result.Notes, "the engine ignores the member "+name+" of a newer version")
	}
	return h
}

func (h *heard) mistake(s string) { h.result.Mistakes = append(h.result.Mistakes, s) }
func (h *heard) note(s string)    { h.result.Notes = append(h.result.Notes, s) }
