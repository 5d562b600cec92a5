package custom_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
	"github.com/fasttrack-dev/fasttrack/internal/strategy/custom"
)

// speaks is a function that returns one response after the other, and keeps what it
// was sent.
type speaks struct {
	responses []string
	sent      []string
}

func (f *speaks) Invoke(_ context.Context, in *lambda.InvokeInput, _ ...func(*lambda.Options)) (*lambda.InvokeOutput, error) {
	f.sent = append(f.sent, string(in.Payload))
	response := f.responses[min(len(f.sent), len(f.responses))-1]
	return &lambda.InvokeOutput{Payload: []byte(response)}, nil
}

var ada = run.Person{ID: "ada@example.com", Email: "ada@example.com", Name: "Ada", Principal: "https://idp|1", Groups: []string{"sre"}}

func access(version int) strategy.Access {
	return strategy.Access{
		RunID: "r", Fence: 7, Function: "f", Version: version, Person: ada, Target: strategy.Target{ID: "prod"},
		Config: json.RawMessage(`{"cluster":"main"}`), DurationSeconds: 60, EndsAt: time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC),
		Flow: strategy.Flow{Name: "db", Label: "DB", Vars: json.RawMessage(`{"a":1}`)}, Reason: "why", Fields: map[string]json.RawMessage{"x": json.RawMessage(`"y"`)},
		ApprovedBy: []run.Actor{{Type: run.HookActor, ID: "on_request"}}, CreatedByUs: true, Output: json.RawMessage(`{"user":"u"}`),
	}
}

// A function of version 1 gets what it got before there was a version 2, to the byte.
func TestVersion1IsUnchanged(t *testing.T) {
	f := &speaks{responses: []string{`{"has_access":true}`}}
	if _, err := custom.New(f, "").Give(t.Context(), access(0), nil); err != nil {
		t.Fatal(err)
	}
	const want = `{"version":"1","operation":"give","run_id":"r","fence":7,"person":{"id":"ada@example.com","email":"ada@example.com","groups":["sre"]},"target":{"id":"prod"},"config":{"cluster":"main"},"duration_seconds":60}`
	if f.sent[0] != want {
		t.Errorf("sent %s,\nwant %s", f.sent[0], want)
	}
}

// A function of version 2 gets the request, and nothing that is never shown; give
// gets no output of an earlier one.
func TestRequestOfVersion2(t *testing.T) {
	f := &speaks{responses: []string{`{"version":"2","has_access":true,"created":true}`, `{"version":"2","has_access":false}`}}
	s := custom.New(f, "")
	if _, err := s.Give(t.Context(), access(2), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Take(t.Context(), access(2), nil); err != nil {
		t.Fatal(err)
	}
	const give = `{"version":"2","operation":"give","fence":7,"trial":false,"run":{"id":"r","flow":{"name":"db","label":"DB","vars":{"a":1}},"reason":"why","duration_seconds":60,"ends_at":"2026-11-23T11:00:00Z","fields":{"x":"y"},"approved_by":[{"type":"hook","id":"on_request"}]},"person":{"id":"ada@example.com","email":"ada@example.com","groups":["sre"]},"target":{"id":"prod"},"config":{"cluster":"main"},"held":{"created_by_us":true}}`
	if f.sent[0] != give {
		t.Errorf("sent %s,\nwant %s", f.sent[0], give)
	}
	if !strings.Contains(f.sent[1], `"operation":"take"`) || !strings.Contains(f.sent[1], `"held":{"created_by_us":true,"output":{"user":"u"}}`) {
		t.Errorf("take was sent %s", f.sent[1])
	}
	for _, sent := range f.sent {
		if strings.Contains(sent, "idp") || strings.Contains(sent, `"Ada"`) {
			t.Errorf("sent %s", sent)
		}
	}
}

// What the function returns, and what comes of it.
func TestResponsesOfVersion2(t *testing.T) {
	for response, want := range map[string]struct {
		given   strategy.Given
		refused bool
		err     string
	}{
		`{"version":"2","has_access":true,"created":true,"output":{"a":1},"sensitive":"s"}`: {given: strategy.Given{Created: true, Output: json.RawMessage(`{"a":1}`), Sensitive: json.RawMessage(`"s"`)}},
		`{"version":"2","has_access":true,"created":false}`:                                 {given: strategy.Given{Found: true}},
		`{"version":"2.4","has_access":true,"created":false,"z":1}`:                         {given: strategy.Given{Found: true, Ignored: []string{"z"}}},
		`{"body":"b","errors":[]}`:                                                          {given: strategy.Given{Created: true, Output: json.RawMessage(`"b"`)}},
		`{"errors":["no such user"]}`:                                                       {refused: true, err: "no such user"},
		`{"version":"2","refused":"no such user"}`:                                          {refused: true, err: "no such user"},
		`{"version":"2","error":"503"}`:                                                     {err: "f: 503"},
		`{"version":"2","has_access":true}`:                                                 {err: "f returned an invalid response to give: created: must say"},
		`{"version":"1","has_access":true}`:                                                 {err: `unsupported strategy contract version "1"; supported: "2"`},
		`{"version":"2","has_access":true,"created":1}`:                                     {err: "created: must be a boolean"},
		`{"has_access":false,"retry_after_seconds":5}`:                                      {err: "f: it is not done yet"},
		`{"error":"still made","retry_after_seconds":3600}`:                                 {err: "f: still made"},
	} {
		f := &speaks{responses: []string{response}}
		given, err := custom.New(f, "").Give(t.Context(), access(2), nil)
		got, _ := json.Marshal(given)
		expected, _ := json.Marshal(want.given)
		if (err == nil) != (want.err == "") || err != nil && !strings.Contains(err.Error(), want.err) || err == nil && string(got) != string(expected) {
			t.Errorf("%s: got %s %v, want %s %q", response, got, err, expected, want.err)
		}
		if _, refused := errors.AsType[strategy.Refused](err); refused != want.refused {
			t.Errorf("%s: refused is %v", response, refused)
		}
		if len(f.sent) != 1 {
			t.Errorf("%s: invoked %d times", response, len(f.sent))
		}
	}
}

// A function that asks for a pause is called again after it, if there is time.
func TestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		f := &speaks{responses: []string{`{"error":"being made","retry_after_seconds":30}`, `{"version":"2","has_access":true,"created":true}`}}
		if given, err := custom.New(f, "").Give(ctx, access(2), nil); err != nil || !given.Created || time.Since(began) != 30*time.Second {
			t.Errorf("got %+v %v after %s", given, err, time.Since(began))
		}
		f = &speaks{responses: []string{`{"error":"being made","retry_after_seconds":80}`}}
		if _, err := custom.New(f, "").Give(ctx, access(2), nil); err == nil || len(f.sent) != 1 {
			t.Errorf("a pause that leaves no time: %v, %d calls", err, len(f.sent))
		}
	})
}
