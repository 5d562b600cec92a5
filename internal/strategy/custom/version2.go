package custom

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strategy"
	contract "github.com/fasttrack-dev/fasttrack/strategy"
)

// give2 has a function of version 2 give the access.
func (s Strategy) give2(ctx context.Context, a strategy.Access) (strategy.Given, error) {
	r, err := s.invoke2(ctx, contract.OperationGive, a)
	if err != nil {
		return strategy.Given{}, err
	}
	return strategy.Given{
		Created: *r.Created, Found: !*r.Created, Output: r.Output, Sensitive: r.Sensitive, Ignored: r.Ignored,
	}, nil
}

// take2 has it take the access.
func (s Strategy) take2(ctx context.Context, a strategy.Access) error {
	_, err := s.invoke2(ctx, contract.OperationTake, a)
	return err
}

// has2 reports whether the access exists.
func (s Strategy) has2(ctx context.Context, a strategy.Access) (bool, error) {
	r, err := s.invoke2(ctx, contract.OperationHas, a)
	return err == nil && *r.HasAccess, err
}

// reserve is what is left of the invocation's time for the call after a pause.
const reserve = 20 * time.Second

// invoke2 invokes a function of version 2, again after the pause that it asks for as
// long as there is time. The access is then as the operation leaves it.
func (s Strategy) invoke2(ctx context.Context, op contract.Operation, a strategy.Access) (contract.Response, error) {
	for {
		payload, err := s.call(ctx, a.Function, request(op, a))
		if err != nil {
			return contract.Response{}, err
		}
		r, err := contract.ReadResponse(op, payload)
		switch {
		case err != nil:
			return contract.Response{}, fmt.Errorf("%s returned an invalid response to %s: %w", a.Function, op, err)
		case r.Refused != "":
			return contract.Response{}, strategy.Refuse("%s", r.Refused)
		case r.Error == "" && done(op, r):
			return r, nil
		}
		why := fmt.Errorf("%s: %s", a.Function, cmp.Or(r.Error, "it is not done yet"))
		if !s.pause(ctx, time.Duration(r.RetryAfterSeconds)*time.Second) {
			return contract.Response{}, why
		}
	}
}

// done reports whether the access is as the operation should leave it.
func done(op contract.Operation, r contract.Response) bool {
	return op == contract.OperationHas || *r.HasAccess == (op == contract.OperationGive)
}

// pause waits, and reports whether to call once more: there was a pause, and there
// is time for it and the call.
func (s Strategy) pause(ctx context.Context, d time.Duration) bool {
	if at, limited := ctx.Deadline(); d <= 0 || !limited || time.Until(at) < d+reserve {
		return false
	}
	wait := time.NewTimer(d)
	defer wait.Stop()
	select {
	case <-wait.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// request is the document that a function of version 2 is invoked with.
func request(op contract.Operation, a strategy.Access) contract.Request {
	person := shown(a.Person)
	r := contract.Request{
		Version: contract.Version, Operation: op, Fence: a.Fence,
		Run: contract.Run{
			ID: a.RunID, Flow: contract.Flow{Name: a.Flow.Name, Label: a.Flow.Label, Vars: a.Flow.Vars}, Reason: a.Reason,
			DurationSeconds: a.DurationSeconds, EndsAt: a.EndsAt, Fields: a.Fields,
		},
		Person: contract.Person{ID: person.ID, Email: person.Email, Name: person.Name, Groups: person.Groups, Machine: person.Machine},
		Target: contract.Target{ID: a.Target.ID, Label: a.Target.Label, Settings: a.Target.Settings},
		Config: orEmpty(a.Config), Held: contract.Held{CreatedByUs: a.CreatedByUs},
	}
	if op != contract.OperationGive {
		r.Held.Output = a.Output
	}
	for _, by := range a.ApprovedBy {
		r.Run.ApprovedBy = append(r.Run.ApprovedBy, approver(by))
	}
	return r
}

func approver(by run.Actor) contract.Approver {
	return contract.Approver{Type: string(by.Type), ID: by.ID, Email: by.Email, Name: by.Name}
}

func orEmpty(config json.RawMessage) json.RawMessage {
	if len(config) == 0 {
		return json.RawMessage(`{}`)
	}
	return config
}
