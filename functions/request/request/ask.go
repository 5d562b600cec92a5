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

// maxContext bounds what a requester may send along, in bytes.
const maxContext = 64 << 10

// maxFlowName bounds the name of a flow, in characters.
const maxFlowName = 63

// ask takes a request: checks it, stores it, starts its execution. What is
// stored is not lost: an execution that could not be started is left for later.
func (s service) ask(ctx context.Context, c *httpapi.Call) (httpapi.Reply, error) {
	key, err := c.IdempotencyKey()
	if err != nil {
		return httpapi.Reply{}, err
	}
	wait, waits := preferWait(c.Header("prefer"))
	body, err := httpapi.ReadBody(c.Event)
	if err != nil {
		return httpapi.Reply{}, err
	}
	status := http.StatusOK
	r, sent, err := s.before(ctx, c, body, key)
	if err == nil && r == nil {
		status = http.StatusCreated
		r, sent, err = s.create(ctx, c, body, key)
		if errors.Is(err, store.ErrExists) && key != "" {
			// Another call with the key came between.
			status = http.StatusOK
			if r, sent, err = s.before(ctx, c, body, key); err == nil && r == nil {
				err = store.ErrNotFound
			}
		}
	}
	if err != nil {
		return httpapi.Reply{}, err
	}
	c.About(r.ID, r.Flow.Name)
	if r.Engine.Turn == 0 {
		if err := s.start(ctx, r, sent); err != nil {
			c.Log.Error("the run is stored, its execution did not start", "error", err.Error())
		}
	}
	headers := map[string]string{"location": c.Path("/requests/" + r.ID)}
	if waits {
		applied := false
		if r, applied = s.await(ctx, c, r, wait, decidedOrRouted); applied {
			headers["preference-applied"] = fmt.Sprintf("wait=%d", int(wait.Seconds()))
		}
	}
	view, err := s.shown(ctx, c, r)
	if err != nil {
		// The request is stored, so this is no failure of the call.
		c.Log.Warn("reading the links of people", "error", err.Error())
		view = s.view(c, r)
	}
	return httpapi.Reply{Status: status, Headers: headers, Body: view}, nil
}

// create stores a new run, and returns it with the context that was sent along.
func (s service) create(ctx context.Context, c *httpapi.Call, body *httpapi.Body, key string) (*run.Run, json.RawMessage, error) {
	f, asked, err := s.whatIsAsked(c, body)
	if err != nil {
		return nil, nil, err
	}
	now := s.Now()
	asked.ID, asked.NonceKey = run.NewID(now), run.NewNonceKey()
	if key != "" {
		asked.ID = run.HashID(c.Caller.Principal, asked.Flow.Name, key)
		if asked.Sent, err = digest(body, key); err != nil {
			return nil, nil, err
		}
	}
	if asked.Recent, err = s.recent(ctx, f, asked, now); err != nil {
		return nil, nil, err
	}
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
	if err := s.checkOptions(ctx, f, asked); err != nil {
		return nil, nil, err
	}
	if err := s.limit(ctx, f, c.Caller.Person, r.ID, now); err != nil {
		return nil, nil, err
	}
	s.note(ctx, c.Log)
	err = s.Store.Create(ctx, r, asked.Context)
	if errors.Is(err, store.ErrExists) && key == "" {
		// The id is this call's own: a put got through whose answer was lost, and
		// was tried again.
		r, err = s.Store.Load(ctx, r.ID)
	}
	return r, asked.Context, err
}

// whatIsAsked reads and checks what is asked for, and of which flow; its error
// names every wrong field.
func (s service) whatIsAsked(c *httpapi.Call, body *httpapi.Body) (*flow.Flow, run.Asked, error) {
	name := body.Text("flow", maxFlowName)
	in := flow.Request{
		Fields: body.Object("fields"), DurationSeconds: body.Seconds("duration_seconds"), Reason: body.Lines("reason", run.MaxReason),
	}
	sent := body.Raw("context", maxContext)
	f, there := s.Flows.Find(name)
	if !there || !f.MayAsk(c.Caller.Person) {
		// One answer for both, so that nobody learns which flows there are.
		body.Fail("flow", "there is no such flow, or it is not for you to ask for")
		return nil, run.Asked{}, body.Err()
	}
	checked, wrong := f.Check(in)
	body.Add(wrong...)
	if why := f.Undecidable(c.Caller.Person, s.today); why != "" {
		body.Fail("flow", "%s", why)
	}
	if err := body.Err(); err != nil {
		return nil, run.Asked{}, err
	}
	block, err := f.ForRun(s.HooksFunction)
	if err != nil {
		return nil, run.Asked{}, err
	}
	version, err := f.Version()
	if err != nil {
		return nil, run.Asked{}, err
	}
	return f, run.Asked{
		Flow: block, FlowVersion: version, Requester: c.Caller.Person, Channel: run.ViaAPI, Fields: checked.Fields, Sensitive: checked.Sensitive,
		Reason: in.Reason, DurationSeconds: checked.DurationSeconds, Context: sent,
	}, nil
}

// fits refuses a context that on_request could not be sent with everything
// else: leaving it out would have the hook decide as if there were none.
func fits(r *run.Run, sent json.RawMessage) error {
	if sent == nil {
		return nil
	}
	document, err := stepfn.NewDocument(r, r.CreatedAt, sent)
	if err != nil {
		return err
	}
	if document.Hook.Ask.Run.Context == nil {
		return httpapi.InvalidBody(flow.FieldError{Field: "context", Detail: "it is too large to be sent to hooks together with the fields, the reason and your groups"})
	}
	return nil
}

// start starts the run's execution, which is named by its id: starting it again
// finds it.
func (s service) start(ctx context.Context, r *run.Run, sent json.RawMessage) error {
	document, err := stepfn.NewDocument(r, r.CreatedAt, sent)
	if err != nil {
		return err
	}
	// Not escaped for HTML, which would make six bytes of one.
	var input bytes.Buffer
	e := json.NewEncoder(&input)
	e.SetEscapeHTML(false)
	if err := e.Encode(document); err != nil {
		return fmt.Errorf("encode the document of run %s: %w", r.ID, err)
	}
	return s.Executions.Start(ctx, r.ID, input.Bytes())
}
