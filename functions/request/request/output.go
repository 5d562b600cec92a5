package request

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// errNoKey means that the deployment has lost its key, such as by an empty parameter
// StrategyFunctionArns.
var errNoKey = errors.New("no KMS key: parameter StrategyFunctionArns is empty")

// addOutput adds what the strategy returned when it granted the access: the output
// for all who see the request, the sensitive output for its holder alone, which is
// who has the access and nobody who administers it, nor who requested it for them. Both end with the access.
func (s service) addOutput(ctx context.Context, c *httpapi.Call, r *run.Run, v *api.Request) error {
	if v.Access == nil || v.Access.StartsAt.IsZero() || !v.Access.GoneAt.IsZero() {
		return nil
	}
	rule, err := lease.StrategyOf(r)
	if err != nil || !rule.ReturnsOutput() {
		return nil // functions/grant says what is wrong with it
	}
	o, err := s.Store.LoadOutput(ctx, r.ID)
	if err != nil || !o.Ended.IsZero() {
		return err
	}
	v.Access.Output = o.Output
	if o.Sensitive == nil || !r.HeldBy(c.Caller.Person) {
		return nil
	}
	plain, err := s.open(ctx, r.ID, o.Sensitive)
	if err != nil {
		// The rest of the request is worth reading without it.
		c.Log.Error("decrypt the sensitive output", "run_id", r.ID, "error", err.Error())
		v.Access.SensitiveError = "The sensitive output could not be decrypted. Retry later."
		return nil
	}
	v.Access.Sensitive = plain
	return nil
}

func (s service) open(ctx context.Context, runID string, sealed []byte) (json.RawMessage, error) {
	if s.Open == nil {
		return nil, errNoKey
	}
	plain, err := s.Open(ctx, runID, sealed)
	return json.RawMessage(plain), err
}
