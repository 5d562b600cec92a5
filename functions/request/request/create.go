package request

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// maxContext is the size of a context, in bytes.
const maxContext = 64 << 10

// maxFlowName is the length of a flow's name, in characters.
const maxFlowName = 63

// create checks and stores a request, and starts its execution. A stored request is
// never lost: an execution that did not start is started later.
func (s service) create(ctx context.Context, c *httpapi.Call) (httpapi.Reply, error) {
	key, err := c.IdempotencyKey()
	if err != nil {
		return httpapi.Reply{}, err
	}
	channel, err := c.Channel()
	if err != nil {
		return httpapi.Reply{}, err
	}
	place, err := c.Place()
	if err != nil {
		return httpapi.Reply{}, err
	}
	body, err := httpapi.ReadBody(c.Event)
	if err != nil {
		return httpapi.Reply{}, err
	}
	status := http.StatusOK
	r, sent, err := s.earlier(ctx, c, body, key)
	if err == nil && r == nil {
		status = http.StatusCreated
		r, sent, err = s.createRun(ctx, c, body, run.Source{Channel: channel, Place: place}, key)
		if errors.Is(err, store.ErrExists) && key != "" {
			// Another call with the key was first.
			status = http.StatusOK
			if r, sent, err = s.earlier(ctx, c, body, key); err == nil && r == nil {
				err = store.ErrNotFound
			}
		}
	}
	if err != nil {
		return httpapi.Reply{}, err
	}
	return s.accepted(ctx, c, r, sent, status)
}

// accepted starts the execution of a request that is stored, waits for it as long as the
// caller prefers, and responds with it. sent is the context that came with it.
func (s service) accepted(ctx context.Context, c *httpapi.Call, r *run.Run, sent json.RawMessage, status int) (httpapi.Reply, error) {
	c.About(r.ID, r.Flow.Name)
	if r.Engine.Turn == 0 {
		if err := s.start(ctx, r, sent); err != nil {
			c.Log.Error("execution not started; the run is stored", "error", err.Error())
		}
	}
	headers := map[string]string{"location": c.Path("/requests/" + r.ID)}
	if wait, waits := preferWait(c.Header("prefer")); waits {
		applied := false
		if r, applied = s.awaitDecision(ctx, c, r, wait); applied {
			headers["preference-applied"] = fmt.Sprintf("wait=%d", int(wait.Seconds()))
		}
	}
	view, err := s.shown(ctx, c, r)
	if err != nil {
		// The call does not fail, because the request is stored.
		c.Log.Warn("cannot read the links of people", "error", err.Error())
		view = s.view(c, r)
	}
	return httpapi.Reply{Status: status, Headers: headers, Body: view}, nil
}

// createRun stores a new run, and returns it with the context that came with it.
func (s service) createRun(ctx context.Context, c *httpapi.Call, body *httpapi.Body, from run.Source, key string) (*run.Run, json.RawMessage, error) {
	f, asked, err := s.parseRequest(ctx, c, body)
	if err != nil {
		return nil, nil, err
	}
	now := s.Now()
	asked.ID, asked.NonceKey, asked.Channel, asked.Place = run.NewID(now), run.NewNonceKey(), from.Channel, from.Place
	if key != "" {
		asked.ID = run.HashID(c.Caller.Principal, asked.Flow.Name, key)
		if asked.Sent, err = bodyDigest(body, key); err != nil {
			return nil, nil, err
		}
	}
	counted, err := s.recent(ctx, f, asked, now)
	if err != nil {
		return nil, nil, err
	}
	asked.Recent, asked.RecentCounts = counted.Recent, counted.Counts
	r, err := run.New(asked, now)
	if err != nil {
		return nil, nil, err
	}
	c.About(r.ID, r.Flow.Name)
	if err := fits(r, asked.Context); err != nil {
		return nil, nil, err
	}
	if err := s.refuseDraining(ctx, now); err != nil {
		return nil, nil, err
	}
	if asked.Chosen, err = s.checkOptions(ctx, f, asked); err != nil {
		return nil, nil, err
	}
	if asked.Chosen != nil {
		if r, err = run.New(asked, now); err != nil { // its seal is of the labels too
			return nil, nil, err
		}
	}
	if err := s.checkProposal(ctx, r); err != nil {
		return nil, nil, err
	}
	if target, _ := r.Target(); r.BreakGlass != nil {
		err = s.limitGlass(ctx, f, f.GlassFor(target.ID), r.Requester, r.ID, now)
	} else {
		err = s.limit(ctx, f, *r.Holder(), r.ID, now)
	}
	if err != nil {
		return nil, nil, err
	}
	s.note(ctx, c.Log)
	err = s.Store.Create(ctx, r, asked.Context)
	if errors.Is(err, store.ErrExists) && key == "" {
		// The id is this call's own: a put succeeded, its response was lost, and it was
		// retried.
		r, err = s.Store.Load(ctx, r.ID)
	}
	return r, asked.Context, err
}

// parseRequest reads and checks the request and its flow. The error names every invalid
// field.
func (s service) parseRequest(ctx context.Context, c *httpapi.Call, body *httpapi.Body) (*flow.Flow, run.Draft, error) {
	name := body.Text("flow", maxFlowName)
	in := flow.Request{
		Fields: body.Object("fields"), DurationSeconds: body.Seconds("duration_seconds"), Reason: body.Lines("reason", run.MaxReason),
		UntilRevoked: body.Bool(flow.UntilRevoked),
	}
	startsAt := body.Time(flow.StartsAt)
	sent := body.Raw("context", maxContext)
	beneficiary, emergency := readFor(body), body.Bool(glassField)
	f, there := s.Flows.Find(name)
	may := there && (f.MayAsk(c.Caller.Person) || f.MayAskForOthers(c.Caller.Person))
	if may {
		var err error
		if may, err = s.seesFlow(ctx, f, c.Caller.Person); err != nil {
			return nil, run.Draft{}, err
		}
	}
	if !may {
		// One response for both, so that nobody learns which flows exist.
		body.Fail("flow", "unknown flow, or you may not request it")
		return nil, run.Draft{}, body.Err()
	}
	if c.Slack != nil && !f.Slack.Requests() {
		body.Fail("flow", "this flow can't be requested in Slack; use the web or the command line")
		return nil, run.Draft{}, body.Err()
	}
	checked, wrong := f.Check(in)
	body.Add(wrong...)
	if wrong := f.CheckStart(startsAt, s.Now()); wrong != "" {
		body.Fail(flow.StartsAt, "%s", wrong)
	}
	whom, err := s.beneficiary(ctx, c, f, body, beneficiary)
	if err != nil {
		return nil, run.Draft{}, err
	}
	var glass *flow.BreakGlass
	if emergency {
		if !startsAt.IsZero() {
			body.Fail(flow.StartsAt, "must be absent in an emergency, which starts at once")
		}
		if glass, err = breakGlass(c, f, body, in, &checked); err != nil {
			return nil, run.Draft{}, err
		}
	}
	if why := f.UndecidableFor(c.Caller.Person, whom, s.today); why != "" {
		body.Fail("flow", "%s", why)
	}
	if err := body.Err(); err != nil {
		return nil, run.Draft{}, err
	}
	block, err := f.ForRun(s.HooksFunction)
	if err != nil {
		return nil, run.Draft{}, err
	}
	if glass != nil {
		// No hook of an emergency is called: none can be in its way.
		block.NoHooks, block.Shadow, block.Hooks = true, false, s.HooksFunction
	}
	version, err := f.Version()
	if err != nil {
		return nil, run.Draft{}, err
	}
	draft := run.Draft{
		Flow: block, FlowVersion: version, Requester: c.Caller.Person, For: whom, Fields: checked.Fields, Sensitive: checked.Sensitive,
		Reason: in.Reason, DurationSeconds: checked.DurationSeconds, UntilRevoked: checked.UntilRevoked, StartsAt: startsAt, Context: sent,
		RulesVersion: s.RulesVersion,
	}
	if glass != nil {
		draft.BreakGlass = glass.ForRun()
	}
	return f, draft, nil
}

// fits refuses a context that doesn't fit into the event of on_request: without it, the
// hook would decide as if the requester had sent none.
func fits(r *run.Run, sent json.RawMessage) error {
	if sent == nil {
		return nil
	}
	document, err := stepfn.NewDocument(r, r.CreatedAt, sent)
	if err != nil {
		return err
	}
	if document.Hook.Invocation.Run.Context == nil {
		return httpapi.InvalidBody(flow.FieldError{Field: "context", Detail: "is too large to be sent to hooks together with the fields, the reason and your groups"})
	}
	return nil
}

// start starts the run's execution. The execution has the run's id as its name, so
// starting it again changes nothing.
func (s service) start(ctx context.Context, r *run.Run, sent json.RawMessage) error {
	document, err := stepfn.NewDocument(r, r.CreatedAt, sent)
	if err != nil {
		return err
	}
	if err := s.addStore(ctx, r, &document); err != nil {
		return err
	}
	// Escaping for HTML would make six bytes of one.
	var input bytes.Buffer
	e := json.NewEncoder(&input)
	e.SetEscapeHTML(false)
	if err := e.Encode(document); err != nil {
		return fmt.Errorf("encode the document of run %s: %w", r.ID, err)
	}
	return s.Executions.Start(ctx, r.ID, input.Bytes())
}
