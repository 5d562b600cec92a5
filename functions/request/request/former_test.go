package request_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"

	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// identity is always the same caller.
type identity httpapi.Identity

func (i identity) Identify(context.Context, httpapi.Event) (httpapi.Identity, error) {
	return httpapi.Identity(i), nil
}

// A request that an older release stored by an IAM user's ARN is found by the
// same user, and not by a later user of that name.
func TestAKeyUnderAnARN(t *testing.T) {
	const arn = "arn:aws:iam::123456789012:user/ci"
	flows, err := flow.Parse("f", []byte(`flows: [{name: open, admins: [root@example.com], requesters: ["`+arn+`"]}]`))
	if err != nil {
		t.Fatal(err)
	}
	s := newTable()
	post := func(principal, former string) string {
		who := identity{Person: run.Person{ID: arn, Machine: true, Principal: principal}, Former: former}
		api := request.New(request.Deps{Flows: flows, Identify: who, Store: s, Executions: s, HooksFunction: "hooks", Log: slog.New(slog.DiscardHandler)})
		got, err := api.Handle(t.Context(), httpapi.Event{RouteKey: "POST /requests", Body: `{"flow":"open"}`, Headers: map[string]string{"idempotency-key": "k"}})
		var out struct{ ID string }
		if err != nil || json.Unmarshal([]byte(got.Body), &out) != nil || got.StatusCode > 201 {
			t.Fatal(got, err)
		}
		return out.ID
	}
	old := post(arn, "") // as it was
	s.runs[old].Requester.Principal = ""
	if id := post("AIDA1", arn); id != old {
		t.Errorf("it is %s, want the one of before, %s", id, old)
	}
	s.runs[old].Requester.Principal = "AIDA1"
	if id := post("AIDA2", arn); id == old {
		t.Error("another user of that name gets it")
	}
}

// A key belongs to the login, whatever its token says of an address, and to no
// other login of that address.
func TestAKeyUnderEveryToken(t *testing.T) {
	flows, err := flow.Parse("f", []byte(`flows: [{name: open, admins: [root@example.com], requesters: [everyone, "i|1", "i|2"]}]`))
	if err != nil {
		t.Fatal(err)
	}
	s := newTable()
	post := func(p run.Person) string {
		api := request.New(request.Deps{Flows: flows, Identify: identity{Person: p}, Store: s, Executions: s, HooksFunction: "hooks", Log: slog.New(slog.DiscardHandler)})
		got, err := api.Handle(t.Context(), httpapi.Event{RouteKey: "POST /requests", Body: `{"flow":"open"}`, Headers: map[string]string{"idempotency-key": "k"}})
		var out struct{ ID string }
		if err != nil || json.Unmarshal([]byte(got.Body), &out) != nil || got.StatusCode > 201 {
			t.Fatal(got, err)
		}
		return out.ID
	}
	first := post(run.Person{ID: "grace@example.com", Email: "grace@example.com", Principal: "i|1"})
	for _, p := range []run.Person{
		{ID: "i|1", Machine: true, Principal: "i|1"},
		{ID: "hopper@example.com", Email: "hopper@example.com", Principal: "i|1"},
	} {
		if id := post(p); id != first {
			t.Errorf("%s gets %s, want %s", p.ID, id, first)
		}
	}
	if id := post(run.Person{ID: "grace@example.com", Email: "grace@example.com", Principal: "i|2"}); id == first {
		t.Error("another login of the address gets it")
	}
}
