package request_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"

	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// linkedTable is a table that knows the logins of addresses.
type linkedTable struct {
	*table
	logins  map[string][]string
	crowded bool
	fails   error
}

func (s linkedTable) Linked(_ context.Context, _ func(string) []string, people ...*run.Person) error {
	for _, p := range people {
		p.Links, p.Crowded = append(p.Links, s.logins[p.ID]...), s.crowded
	}
	return s.fails
}

// TestForWhom takes a request for a person of the directory or of a login, and for nobody
// else: each refusal names the field.
func TestForWhom(t *testing.T) {
	flows, err := flow.Parse("f", []byte(`
flows:
  - name: open
    requesters: [everyone]
    on_behalf: {who: [ada@example.com, "arn:aws:iam::123456789012:role/ci"], for: [everyone]}
    admins: [root@example.com]
  - {name: listed, requesters: [group:staff], on_behalf: {who: [ada@example.com]}, admins: [root@example.com]}
  - {name: alone, requesters: [everyone], on_behalf: {who: [ada@example.com], for: [everyone]}, admins: [bob@example.com]}
  - {name: none, admins: [root@example.com]}
directory:
  groups: {staff: [bob@example.com]}
  people: [{email: eve@example.com, name: Eve, identities: ["idp|eve"]}]`))
	if err != nil {
		t.Fatal(err)
	}
	logins := map[string][]string{
		"carol@example.com": {"idp|carol"}, "dan@example.com": {"idp|dan", "idp|dan-2"}, "alias@example.com": {"ada@example.com", "idp|ada"}, "mail@example.com": {"only@example.com"},
	}
	machine := run.Person{ID: "arn:aws:iam::123456789012:role/ci", Machine: true}
	for name, tt := range map[string]struct {
		who     run.Person
		flow    string
		address string
		table   linkedTable
		field   string
		want    run.Person
	}{
		"of the directory, a machine asks": {machine, "open", "Bob@Example.com", linkedTable{}, "", run.Person{ID: "bob@example.com"}},
		"of the directory, with logins":    {person(ada), "open", "eve@example.com", linkedTable{}, "", run.Person{ID: "eve@example.com", Mapped: true}},
		"of one login":                     {person(ada), "open", "carol@example.com", linkedTable{}, "", run.Person{ID: "carol@example.com", Principal: "idp|carol"}},
		"of two logins":                    {person(ada), "open", "dan@example.com", linkedTable{}, "", run.Person{ID: "dan@example.com"}},
		"of nobody":                        {person(ada), "open", "who@example.com", linkedTable{}, "for.email", run.Person{}},
		"of an address without a login":    {person(ada), "open", "mail@example.com", linkedTable{}, "for.email", run.Person{}},
		"of one too many logins":           {person(ada), "open", "carol@example.com", linkedTable{crowded: true}, "for.email", run.Person{}},
		"oneself":                          {person(ada), "open", "alias@example.com", linkedTable{}, "for.email", run.Person{}},
		"an admin alone":                   {person(ada), "alone", "bob@example.com", linkedTable{}, "flow", run.Person{}},
		"not a requester":                  {person(ada), "listed", "carol@example.com", linkedTable{}, "for.email", run.Person{}},
		"a requester by the directory":     {person(ada), "listed", "bob@example.com", linkedTable{}, "", run.Person{ID: "bob@example.com"}},
		"no address":                       {person(ada), "open", "bob", linkedTable{}, "for.email", run.Person{}},
		"no flow for that":                 {person(ada), "none", "bob@example.com", linkedTable{}, "for", run.Person{}},
		"not for this caller":              {person("dora@example.com"), "open", "bob@example.com", linkedTable{}, "for", run.Person{}},
		"not for this machine":             {run.Person{ID: "arn:aws:iam::123456789012:role/other", Machine: true}, "open", "bob@example.com", linkedTable{}, "flow", run.Person{}},
	} {
		s := tt.table
		s.table, s.logins = newTable(), logins
		body, err := json.Marshal(map[string]any{"flow": tt.flow, "for": map[string]string{"email": tt.address}})
		if err != nil {
			t.Fatal(err)
		}
		got := postAs(t, flows, s, tt.who, string(body))
		var problem struct{ Errors []struct{ Field string } }
		if err := json.Unmarshal([]byte(got.Body), &problem); err != nil {
			t.Fatal(err)
		}
		if tt.field != "" {
			if got.StatusCode != 400 || len(problem.Errors) != 1 || problem.Errors[0].Field != tt.field || len(s.runs) != 0 {
				t.Errorf("%s: got %d %s", name, got.StatusCode, got.Body)
			}
			continue
		}
		if got.StatusCode != 201 || len(s.runs) != 1 {
			t.Errorf("%s: got %d %s", name, got.StatusCode, got.Body)
			continue
		}
		for _, r := range s.runs {
			if r.For == nil || r.For.ID != tt.want.ID || r.For.Principal != tt.want.Principal || r.For.Mapped != tt.want.Mapped {
				t.Errorf("%s: it is for %+v, want %+v", name, r.For, tt.want)
			}
		}
	}
	broken := linkedTable{table: newTable(), fails: errors.New("throttled")}
	if got := postAs(t, flows, broken, person(ada), `{"flow":"open","for":{"email":"bob@example.com"}}`); got.StatusCode < 500 || len(broken.runs) != 0 {
		t.Errorf("without links: got %d and %d requests", got.StatusCode, len(broken.runs))
	}
}

func person(address string) run.Person { return run.Person{ID: address, Email: address} }

func postAs(t *testing.T, flows *flow.File, s linkedTable, who run.Person, body string) httpapi.Answer {
	t.Helper()
	a := request.New(request.Deps{Flows: flows, Identify: caller{who}, Store: s, Executions: s, HooksFunction: "hooks", Log: slog.New(slog.DiscardHandler)})
	a.Log = slog.New(slog.DiscardHandler)
	got, err := a.Handle(t.Context(), httpapi.Event{RouteKey: "POST /requests", Body: body, Headers: map[string]string{}, PathParameters: map[string]string{}})
	if err != nil {
		t.Fatal(err)
	}
	described(t, "POST /requests", got)
	return got
}
