package request_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/request/request"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/httpapi"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/rules/change"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/store/storetest"
)

// changing is a flows.yaml with the flow for changes of rules.
const changing = `flows:
  - name: rule-change
    hooks: none
    admins: [root@example.com]
    fields:
      - {name: digest, type: string, required: true}
      - {name: base, type: int, required: true}
      - {name: sheet, type: string, required: true}
      - {name: change, type: text, required: true}
`

// What a request for a change shows is the difference of the text that it names, or it is
// refused; who reads it gets the difference, what can't be seen in it made visible, and what
// became of it.
func TestRuleChange(t *testing.T) {
	flows, err := flow.Parse("f", []byte(changing))
	if err != nil {
		t.Fatal(err)
	}
	table, stored := newTable(), storetest.New(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	push := func(text string) {
		p := rules.Pusher{Table: stored, Now: time.Now, Sign: func(_ context.Context, sum []byte) ([]byte, error) { return ecdsa.SignASN1(rand.Reader, key, sum) }}
		if _, err := p.Push(t.Context(), rules.Version{By: ada}, []byte(text), -1); err != nil {
			t.Fatal(err)
		}
	}
	call := func(from *store.Store, route, body, id string) (httpapi.Answer, api.Request) {
		t.Helper()
		d := request.Deps{Flows: flows, Identify: caller{run.Person{ID: ada, Email: ada}}, Store: table, Executions: table, HooksFunction: "hooks", Log: slog.New(slog.DiscardHandler)}
		if from != nil {
			d.Proposals = from
		}
		got, err := request.New(d).Handle(t.Context(), httpapi.Event{RouteKey: route, Body: body, Headers: map[string]string{}, PathParameters: map[string]string{"id": id}})
		if err != nil {
			t.Fatal(err)
		}
		described(t, route, got)
		var r api.Request
		if got.StatusCode >= 400 {
			return got, r
		}
		if err := json.Unmarshal([]byte(got.Body), &r); err != nil {
			t.Fatal(err)
		}
		return got, r
	}
	push(changing)
	next := changing + "# \u202e hidden <b>\n"
	sheet, err := json.Marshal(rules.Sheet{Format: rules.Format, Digest: rules.Digest([]byte(next)), Base: 1, By: "arn:aws:iam::1:user/\x1bada", Findings: []string{"a\nb"}, Backtest: "3 requests\n"})
	if err != nil {
		t.Fatal(err)
	}
	packed, err := rules.Pack([]byte(next))
	if err != nil {
		t.Fatal(err)
	}
	if err := stored.PutProposal(t.Context(), rules.Digest([]byte(next)), 1, rules.Proposal{Body: sheet, Packed: packed}, time.Now()); err != nil {
		t.Fatal(err)
	}
	body := func(edit func(fields map[string]any)) string {
		fields := map[string]any{"digest": rules.Digest([]byte(next)), "base": 1, "sheet": rules.Digest(sheet), "change": change.Field([]byte(changing), []byte(next))}
		edit(fields)
		raw, err := json.Marshal(map[string]any{"flow": "rule-change", "fields": fields})
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	for field, edit := range map[string]func(map[string]any){
		"fields.change": func(f map[string]any) { f["change"] = "A comma is corrected." },
		"fields.digest": func(f map[string]any) { f["digest"], f["change"] = rules.Digest([]byte(changing)), "x" },
	} {
		if got, _ := call(stored, "POST /requests", body(edit), ""); got.StatusCode != 400 || !strings.Contains(got.Body, `"field":"`+field+`"`) {
			t.Errorf("%s: %d %s", field, got.StatusCode, got.Body)
		}
	}
	// An invisible character is nothing that a request can show: it can't be proposed.
	if got, _ := call(stored, "POST /requests", body(func(map[string]any) {}), ""); got.StatusCode != 400 {
		t.Errorf("an invisible character: %d %s", got.StatusCode, got.Body)
	}
	if len(table.runs) > 0 {
		t.Fatal("a request was stored")
	}
	// Without pushed rules, the flow is one like any other, and the request says that nothing
	// comes of it.
	got, filed := call(nil, "POST /requests", body(func(f map[string]any) { f["change"] = "x" }), "")
	if got.StatusCode != 201 {
		t.Fatal(got.Body)
	}
	if _, r := call(nil, "GET /requests/{id}", "", filed.ID); r.RuleChange == nil || !strings.Contains(r.RuleChange.Error, "takes no pushed rules") {
		t.Errorf("shows %+v", r.RuleChange)
	}
	_, r := call(stored, "GET /requests/{id}", "", filed.ID)
	c := r.RuleChange
	if c == nil || c.Base != 1 || c.Newest != 1 || c.Error != "" || c.State != api.RuleChangeProposed || c.By != `arn:aws:iam::1:user/\u001bada` || c.Findings[0] != "a ⏎ b" ||
		!strings.Contains(c.Diff, `+# \u202e hidden <b>`) || strings.Contains(c.Diff, "\u202e") || c.DiffCut {
		t.Errorf("shows %+v", c)
	}
	// What became of it is what the outcome says.
	push(next)
	if err := stored.PutRulesOutcome(t.Context(), rules.Outcome{Request: filed.ID, Why: "it is stale", At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if _, r = call(stored, "GET /requests/{id}", "", filed.ID); r.RuleChange.State != api.RuleChangeRefused || r.RuleChange.Why != "it is stale" || r.RuleChange.Newest != 2 {
		t.Errorf("shows %+v", r.RuleChange)
	}
	// A proposal that is gone leaves the rest to be read.
	if _, r = call(storetest.New(t), "GET /requests/{id}", "", filed.ID); r.RuleChange == nil || !strings.Contains(r.RuleChange.Error, "unknown proposal") {
		t.Errorf("shows %+v", r.RuleChange)
	}
}

// A request whose change was approved a while ago says why nothing became of it, also in its
// explanation.
func TestRuleChange_Waits(t *testing.T) {
	flows, err := flow.Parse("f", []byte(changing))
	if err != nil {
		t.Fatal(err)
	}
	approved := time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)
	value := func(v string) json.RawMessage { return json.RawMessage(v) }
	byAda := run.Actor{Type: run.UserActor, ID: ada, Email: ada}
	r := &run.Run{
		Channel: run.ViaAPI, ID: "01JD0000000000000000000000", Status: run.Approved, CreatedAt: approved, Flow: run.Flow{Name: "rule-change", Admins: []string{ada}}, Requester: run.Person{ID: ada, Email: ada},
		Fields:   map[string]json.RawMessage{"digest": value(`"d"`), "base": value("1"), "sheet": value(`"s"`), "change": value(`"c"`)},
		Decision: &run.Decision{Event: run.Approve, By: run.Actor{Type: run.UserActor, ID: "grace@example.com"}, At: approved},
		History:  []run.Entry{{Seq: 1, Event: run.Request, Actor: byAda, Channel: run.ViaAPI, At: approved, Status: run.Requested}, {Seq: 2, Event: run.Approve, Actor: byAda, Channel: run.ViaAPI, At: approved, Status: run.Approved}},
	}
	table := newTable()
	table.runs[r.ID] = r
	for name, tc := range map[string]struct {
		after time.Duration
		from  request.Proposals
		want  string
	}{
		"at once":                {time.Minute, storetest.New(t), ""},
		"late":                   {time.Hour, storetest.New(t), "functions/apply has neither pushed nor refused it"},
		"too late":               {25 * time.Hour, storetest.New(t), "more than 24 hours ago"},
		"unreadable":             {time.Hour, unreadable{}, "can't be read at the moment"},
		"without pushed rules":   {time.Minute, nil, "this deployment takes no pushed rules"},
		"pushed in the meantime": {time.Hour, pushed{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := request.Deps{Flows: flows, Identify: caller{run.Person{ID: ada, Email: ada}}, Store: table, Executions: table, HooksFunction: "hooks", Log: slog.New(slog.DiscardHandler), Proposals: tc.from, Now: func() time.Time { return approved.Add(tc.after) }}
			for route, of := range map[string]func(api.Request, api.Explanation) string{
				"GET /requests/{id}":         func(r api.Request, _ api.Explanation) string { return r.RuleChange.Waits },
				"GET /requests/{id}/explain": func(_ api.Request, e api.Explanation) string { return e.Answer },
			} {
				got, err := request.New(d).Handle(t.Context(), httpapi.Event{RouteKey: route, Headers: map[string]string{}, PathParameters: map[string]string{"id": r.ID}})
				if err != nil || got.StatusCode != 200 {
					t.Fatal(err, got.Body)
				}
				described(t, route, got)
				var r api.Request
				var e api.Explanation
				if json.Unmarshal([]byte(got.Body), &r) != nil || json.Unmarshal([]byte(got.Body), &e) != nil {
					t.Fatal(got.Body)
				}
				says := of(r, e)
				if !strings.Contains(says, tc.want) || tc.want == "" && strings.Contains(route, "{id}/") == (says == "") || tc.want == "" && strings.Contains(says, "nothing has become") {
					t.Errorf("%s says %q, want %q", route, says, tc.want)
				}
			}
		})
	}
}

// unreadable is a table that can't be read, pushed one in which everything was.
type (
	unreadable struct{ request.Proposals }
	pushed     struct{ request.Proposals }
)

func (unreadable) RulesOutcome(context.Context, string) (o rules.Outcome, there bool, err error) {
	return o, false, errors.New("the table is away")
}

func (pushed) RulesOutcome(_ context.Context, id string) (o rules.Outcome, there bool, err error) {
	return rules.Outcome{Request: id, Version: 2}, true, nil
}

func (pushed) LatestRules(context.Context) (s rules.Stored, there bool, err error) {
	return s, false, nil
}

func (pushed) Proposal(context.Context, string, int) (p rules.Proposal, there bool, err error) {
	return p, false, nil
}
