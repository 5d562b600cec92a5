package inprocess

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Call is one call of a function to AWS, or to the strategy.
type Call struct {
	// Function is the logical id of the function that calls.
	Function string
	// Operation is what is called, such as "PutItem", "SendTaskSuccess" or
	// "strategy.Give".
	Operation string
	// N counts the calls of that function and operation, from 1.
	N int
}

// Fault is what happens to a call.
type Fault int

// The faults. A function that is killed is gone: what it would have done next is
// not done, and its caller learns that it exited.
const (
	None Fault = iota
	KillBefore
	KillAfter
	// Throttle and Fail answer without doing it, once; Drop does it, and loses
	// the answer.
	Throttle
	Fail
	Drop
)

// faults meets every call.
type faults struct {
	decide func(Call) Fault
	mu     sync.Mutex
	counts map[Call]int
	// published are the ids of the events that the bus took, in order.
	published []string
}

// events are the ids of the events that a call sends.
func (f *faults) events(r *http.Request) []string {
	if operation(r) != "PutEvents" || r.Body == nil {
		return nil
	}
	raw, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(raw))
	if err != nil {
		return nil
	}
	var in struct{ Entries []struct{ Detail string } }
	_ = json.Unmarshal(raw, &in)
	var ids []string
	for _, e := range in.Entries {
		var detail struct{ ID string }
		_ = json.Unmarshal([]byte(e.Detail), &detail)
		ids = append(ids, detail.ID)
	}
	return ids
}

func (f *faults) sent(ids []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.published = append(f.published, ids...)
}

// Published reports whether the bus took the event of that id.
func (f *Functions) Published(id string) bool {
	f.faults.mu.Lock()
	defer f.faults.mu.Unlock()
	return slices.Contains(f.faults.published, id)
}

// AllPublished lists the ids of the events that the bus took, in order; one that
// was sent twice is listed twice.
func (f *Functions) AllPublished() []string {
	f.faults.mu.Lock()
	defer f.faults.mu.Unlock()
	return slices.Clone(f.faults.published)
}

func (f *faults) next(function, operation string) Fault {
	f.mu.Lock()
	key := Call{Function: function, Operation: operation}
	f.counts[key]++
	key.N = f.counts[Call{Function: function, Operation: operation}]
	f.mu.Unlock()
	if f.decide == nil {
		return None
	}
	return f.decide(key)
}

// life is one invocation, which a fault can end.
type life struct {
	once sync.Once
	dead chan struct{}
}

type lifeKey struct{}

// die ends the invocation: the goroutine that calls it never goes on.
func (f *faults) die(ctx context.Context) {
	if l, ok := ctx.Value(lifeKey{}).(*life); ok {
		l.once.Do(func() { close(l.dead) })
	}
	select {} // the dead do nothing; they are few, and go with the test
}

// transport is the way of one function's calls to AWS.
type transport struct {
	faults   *faults
	function string
}

func (t transport) Do(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	if l, ok := ctx.Value(lifeKey{}).(*life); ok {
		select {
		case <-l.dead:
			t.faults.die(ctx)
		default:
		}
	}
	fault := t.faults.next(t.function, operation(r))
	switch fault {
	case KillBefore:
		t.faults.die(ctx)
	case Throttle:
		return answer(r, http.StatusBadRequest, `{"__type":"ThrottlingException","message":"Rate exceeded"}`), nil
	case Fail:
		return answer(r, http.StatusInternalServerError, `{"__type":"InternalServerError","message":"It did not work."}`), nil
	}
	events := t.faults.events(r)
	resp, err := http.DefaultClient.Do(r)
	if err == nil && resp.StatusCode == http.StatusOK {
		t.faults.sent(events)
	}
	switch fault {
	case KillAfter:
		t.faults.die(ctx)
	case Drop:
		if err == nil {
			_ = resp.Body.Close()
		}
		return nil, errors.New("the connection was closed")
	}
	return resp, err
}

func answer(r *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r, ContentLength: int64(len(body)),
		Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Body: io.NopCloser(strings.NewReader(body)),
	}
}

// operation is what a request asks of AWS.
func operation(r *http.Request) string {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		return target[strings.LastIndexByte(target, '.')+1:]
	}
	if path, ok := strings.CutPrefix(r.URL.Path, "/_aws/2015-03-31/functions/"); ok && strings.HasSuffix(path, "/invocations") {
		return "Invoke"
	}
	return r.Method
}
