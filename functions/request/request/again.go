package request

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// earlier returns the run that the caller created under the key, and the context that
// came with it; nil if the key is new. It doesn't consult flows.yaml: the first request
// stands. Another body under the key is refused.
func (s service) earlier(ctx context.Context, c *httpapi.Call, body *httpapi.Body, key string) (*run.Run, json.RawMessage, error) {
	if key == "" {
		return nil, nil, nil
	}
	name := body.Text("flow", maxFlowName)
	r, err := s.Store.Load(ctx, run.HashID(c.Caller.Principal, name, key))
	if errors.Is(err, store.ErrNotFound) && c.Caller.Former != "" {
		r, err = s.Store.Load(ctx, run.HashID(c.Caller.Former, name, key))
		if err == nil && !r.OwnedBy(c.Caller.Person) {
			return nil, nil, nil // another user's, who had the same name
		}
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	if r.Sent == "" {
		return s.earlierByPayload(ctx, c, body, r)
	}
	sent, err := bodyDigest(body, key)
	if err != nil {
		return nil, nil, err
	}
	if sent != r.Sent {
		return nil, nil, reused()
	}
	return r, body.Raw("context", maxContext), nil
}

// earlierByPayload compares the body with the run of an older release, which kept only
// the digest of the body as its flows.yaml read it.
func (s service) earlierByPayload(ctx context.Context, c *httpapi.Call, body *httpapi.Body, r *run.Run) (*run.Run, json.RawMessage, error) {
	_, asked, err := s.parseRequest(ctx, c, body)
	if err != nil {
		return nil, nil, err
	}
	asked.Salt = r.Salt
	payload, err := run.PayloadDigest(asked)
	if err != nil {
		return nil, nil, err
	}
	if r.History[0].PayloadSHA256 != payload {
		return nil, nil, reused()
	}
	return r, asked.Context, nil
}

// bodyDigest returns the digest of the body as it was sent. The key is stored nowhere, so
// nobody can guess a sensitive value from the digest.
func bodyDigest(body *httpapi.Body, key string) (string, error) {
	return run.Hash(map[string]any{"key": key, "body": body.Members()})
}

func reused() error {
	return httpapi.NewProblem(http.StatusUnprocessableEntity, api.ProblemIdempotencyKeyReused,
		"This Idempotency-Key was used for another request.", api.FieldError{Field: "Idempotency-Key", Detail: "was used with another body"})
}
