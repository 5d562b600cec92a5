package ask

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// maxContext bounds what a requester may send along, in bytes.
const maxContext = 64 << 10

// ask takes a request: checks it, stores it, starts its execution. What is
// stored is not lost: an execution that could not be started is left for later.
func (s service) ask(ctx context.Context, c *httpapi.Call) (httpapi.Reply, error) {
	key, err := c.IdempotencyKey()
	if err != nil {
		return httpapi.Reply{}, err
	}
	wait, waits, err := preferWait(c.Header("prefer"))
	if err != nil {
		return httpapi.Reply{}, err
	}
	f, asked, err := s.whatIsAsked(c)
	if err != nil {
		return httpapi.Reply{}, err
	}
	now := s.Now()
	asked.ID, asked.NonceKey = run.NewID(now), run.NewNonceKey()
	if key != "" {
		asked.ID = run.HashID(c.Caller.Principal, asked.Flow.Name, key)
	}
	if asked.Recent, err = s.recent(ctx, f, asked, now); err != nil {
		return httpapi.Reply{}, err
	}
	r, err := run.New(asked, now)
	if err != nil {
		return httpapi.Reply{}, err
	}
	c.About(r.ID, r.Flow.Name)
	if err := fits(r, asked.Context); err != nil {
		return httpapi.Reply{}, err
	}
	if err := s.checkOptions(ctx, f, asked, key != ""); err != nil {
		return httpapi.Reply{}, err
	}
	status := http.StatusCreated
	err = s.Store.Create(ctx, r, asked.Context)
	if errors.Is(err, store.ErrExists) {
		// Under a key it was asked before. Without one the id is this call's
		// own: a put got through whose answer was lost, and was tried again.
		if key != "" {
			status = http.StatusOK
		}
		r, err = s.again(ctx, asked)
	}
	if err != nil {
		return httpapi.Reply{}, err
	}
	if r.Engine.Turn == 0 {
		if err := s.start(ctx, r, asked.Context); err != nil {
			c.Log.Error("the run is stored, its execution did not start", "error", err.Error())
		}
	}
	headers := map[string]string{"location": "/requests/" + r.ID}
	if waits {
		headers["preference-applied"] = fmt.Sprintf("wait=%d", int(wait.Seconds()))
		r = s.await(ctx, c, r, wait)
	}
	return httpapi.Reply{Status: status, Headers: headers, Body: r.View()}, nil
}

// whatIsAsked reads and checks what is asked for, and of which flow; its error
// names every wrong field.
func (s service) whatIsAsked(c *httpapi.Call) (*flow.Flow, run.Asked, error) {
	body, err := httpapi.ReadBody(c.Event)
	if err != nil {
		return nil, run.Asked{}, err
	}
	name := body.Text("flow", 63)
	in := flow.Request{
		Fields: body.Object("fields"), DurationSeconds: body.Seconds("duration_seconds"), Reason: body.Text("reason", run.MaxReason),
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
	if why := s.Flows.Directory.Undecidable(f, c.Caller.Person); why != "" {
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

// again finds the run that was asked for before under the same key. Another
// request under that key is refused.
func (s service) again(ctx context.Context, asked run.Asked) (*run.Run, error) {
	r, err := s.Store.Load(ctx, asked.ID)
	if err != nil {
		return nil, err
	}
	asked.Salt = r.Salt
	digest, err := run.PayloadDigest(asked)
	if err != nil {
		return nil, err
	}
	if r.History[0].PayloadSHA256 != digest {
		return nil, &httpapi.Problem{
			Status: http.StatusUnprocessableEntity, Kind: "idempotency-key-reused",
			Detail: "This Idempotency-Key was used for another request.",
		}
	}
	return r, nil
}

// fits refuses a context that on_request could not be sent with everything
// else: leaving it out would have the hook decide as if there were none.
func fits(r *run.Run, sent json.RawMessage) error {
	if sent == nil {
		return nil
	}
	document, err := r.Document(r.CreatedAt, sent)
	if err != nil {
		return err
	}
	if document.Hook.Ask.Run.Context == nil {
		return httpapi.Invalid(flow.FieldError{Field: "context", Detail: "it is too large to be sent to hooks together with the fields, the reason and your groups"})
	}
	return nil
}

// start starts the run's execution, which is named by its id: starting it again
// finds it.
func (s service) start(ctx context.Context, r *run.Run, sent json.RawMessage) error {
	document, err := r.Document(r.CreatedAt, sent)
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
