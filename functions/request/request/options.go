package request

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/hookapi"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// maxQuery is the length of a query, in characters.
const maxQuery = 200

// maxOthers is the length of the other fields of a query, in bytes: a URL has little more.
const maxOthers = 4 << 10

// options responds with the options of a field for what a person has typed so far. Who
// may not request the flow gets the response for an unknown field.
func (s service) options(ctx context.Context, c *httpapi.Call) (httpapi.Reply, error) {
	f, there := s.Flows.Find(c.Param("flow"))
	if !there || !f.MayAsk(c.Caller.Person) && !f.MayAskForOthers(c.Caller.Person) || c.Slack != nil && !f.Slack.Requests() {
		return httpapi.Reply{}, noOptions()
	}
	if sees, err := s.seesFlow(ctx, f, c.Caller.Person); err != nil {
		return httpapi.Reply{}, err
	} else if !sees {
		return httpapi.Reply{}, noOptions()
	}
	field, there := f.Field(c.Param("field"))
	if !there || !field.Prefetch {
		return httpapi.Reply{}, noOptions()
	}
	c.Log = c.Log.With("flow", f.Name)
	query, others, err := readQuery(c, f, field)
	if err != nil {
		return httpapi.Reply{}, err
	}
	about := hookapi.OptionsRun{Requester: c.Caller.Person, Fields: others}
	q, err := s.question(f, field, hookapi.SearchOptions(field.Name, query, about))
	if err != nil {
		return httpapi.Reply{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, hookapi.PrefetchSeconds*time.Second)
	defer cancel()
	list, err := s.search(ctx, q)
	if err != nil {
		return httpapi.Reply{}, err
	}
	return httpapi.Reply{Status: http.StatusOK, Body: api.OptionList{Options: list.List, More: list.More}}, nil
}

func noOptions() *httpapi.Problem {
	return httpapi.NewProblem(http.StatusNotFound, api.ProblemNotFound, "Unknown field, or you may not request the flow.")
}

// readQuery reads the query, and the values that the field depends on. The error names
// every invalid parameter and value.
func readQuery(c *httpapi.Call, f *flow.Flow, field flow.Field) (query string, others map[string]json.RawMessage, err error) {
	var errs []flow.FieldError
	for _, name := range slices.Sorted(maps.Keys(c.Event.QueryStringParameters)) {
		if name != "q" && name != "fields" {
			errs = append(errs, flow.FieldError{Field: strictjson.ClipName(name), Detail: "unknown parameter"})
		}
	}
	q, _ := c.Query("q")
	if err := text.CheckLine(q, maxQuery); err != nil {
		errs = append(errs, flow.FieldError{Field: "q", Detail: err.Error()})
	}
	if !utf8.ValidString(q) {
		errs = append(errs, flow.FieldError{Field: "q", Detail: "must be UTF-8"})
	}
	given, wrong := c.QueryObject("fields", maxOthers)
	if wrong != nil {
		errs = append(errs, *wrong)
	}
	checked, wrongs := f.CheckGiven(given)
	if errs = append(errs, wrongs...); len(errs) > 0 {
		return "", nil, httpapi.Invalid(errs...)
	}
	return q, checked.Asked(field), nil
}

// question is the event with which a flow's hook function is invoked for options.
type question struct {
	flow     *flow.Flow
	field    flow.Field
	function string
	document []byte
}

func (s service) question(f *flow.Flow, field flow.Field, asked hookapi.OptionsInvocation) (question, error) {
	block, err := f.ForRun(s.HooksFunction)
	if err != nil {
		return question{}, err
	}
	version, err := f.Version()
	if err != nil {
		return question{}, err
	}
	document, err := json.Marshal(asked.About(block, version))
	if err != nil {
		return question{}, fmt.Errorf("encode the event for options: %w", err)
	}
	return question{f, field, block.Hooks, document}, nil
}

// search returns options from the cache, or else from the hook.
func (s service) search(ctx context.Context, q question) (hookapi.Options, error) {
	key := cacheKey(sha256.Sum256(slices.Concat([]byte(q.function), []byte{0}, q.document)))
	if list, there := s.kept.get(key, s.Now()); there {
		return list, nil
	}
	list, err := s.invokeHook(ctx, q)
	if err == nil {
		s.kept.put(key, list, s.Now())
	}
	return list, err
}

// invokeHook invokes the hook for its options. The error is a problem if the hook failed.
func (s service) invokeHook(ctx context.Context, q question) (hookapi.Options, error) {
	answer, err := s.Hooks.Invoke(ctx, q.function, q.document)
	var failed HookFailure
	switch {
	case errors.As(err, &failed):
		return hookapi.Options{}, prefetchFailed(q.flow, failed.Shown, failed.Why)
	case ctx.Err() != nil:
		return hookapi.Options{}, prefetchFailed(q.flow, fmt.Sprintf("did not respond within %ds", hookapi.PrefetchSeconds), "no response in time")
	case err != nil:
		return hookapi.Options{}, err
	}
	list, err := hookapi.ReadOptions(answer)
	if err != nil {
		return hookapi.Options{}, prefetchFailed(q.flow, err.Error(), "the response is invalid, or reports a failure")
	}
	if len(list.Ignored) > 0 {
		s.Log.Warn("members of a newer version of the hook contract are ignored", "flow", q.flow.Name, "field", q.field.Name, "members", list.Ignored)
	}
	if q.field.Type == flow.User { // as the field keeps it
		for i := range list.List {
			list.List[i].Value = email.Fold(list.List[i].Value)
		}
	}
	return list, nil
}

// prefetchProblem is a hook that failed. Its detail may repeat what the caller sent, so
// the log has a text of its own.
type prefetchProblem struct {
	*httpapi.Problem
	why string
}

func (p prefetchProblem) Error() string { return p.why }
func (p prefetchProblem) Unwrap() error { return p.Problem }

func prefetchFailed(f *flow.Flow, told, why string) error {
	p := httpapi.NewProblem(http.StatusServiceUnavailable, api.ProblemPrefetchFailed, "prefetch of "+f.Name+" "+told)
	p.RetryAfter = 5 * time.Second
	return prefetchProblem{p, "prefetch of " + f.Name + ": " + why}
}
