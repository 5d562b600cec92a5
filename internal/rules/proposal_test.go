package rules_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

// An approved request has the very text pushed that it names, over the version that it was
// proposed over; anything else is refused, and nothing is pushed.
func TestApply(t *testing.T) {
	const proposed = "proposed"
	ada := api.Person{ID: "ada@example.com", Email: "ada@example.com"}
	by := func(id string) api.Entry {
		return api.Entry{Event: api.EventApprove, Actor: api.Actor{Type: api.ActorUser, ID: id, Email: id}}
	}
	for name, tc := range map[string]struct {
		change  func(w *world, r *api.Request)
		refused string
	}{
		"as it was proposed": {func(*world, *api.Request) {}, ""},
		"by two people":      {func(_ *world, r *api.Request) { r.History = append(r.History, by("root@example.com")) }, ""},
		"not approved":       {func(_ *world, r *api.Request) { r.Status = api.StatusPending }, "is pending, not approved"},
		"denied":             {func(_ *world, r *api.Request) { r.Status = api.StatusDenied }, "is denied, not approved"},
		"by who proposed it": {func(_ *world, r *api.Request) { r.History = append(r.History, by(ada.ID)) }, "was approved by ada@example.com, who requested it"},
		"by code":            {func(_ *world, r *api.Request) { r.History[1].Actor = api.Actor{Type: api.ActorHook, ID: "on_request"} }, "needs a person's approval"},
		"by whom it is for":  {func(_ *world, r *api.Request) { r.For = &api.Person{ID: "Grace@example.com"} }, "whom it is for"},
		"an emergency":       {func(_ *world, r *api.Request) { r.BreakGlass = &api.BreakGlass{} }, "is an emergency that nobody approved"},
		"by who stored it": {func(w *world, r *api.Request) {
			w.by = "arn:aws:sts::1:assumed-role/Platform/grace@example.com"
			r.Fields = w.propose(rules.Digest([]byte("mine")), "mine")
		}, "who stored the proposal as"},
		"refused before": {func(w *world, r *api.Request) {
			if err := w.table.(*store.Store).PutRulesOutcome(w.t.Context(), rules.Outcome{Request: "R", Why: "late"}); err != nil {
				w.t.Fatal(err)
			}
		}, "request R was refused: late"},
		"by nobody":              {func(_ *world, r *api.Request) { r.History = r.History[:1] }, "has no person's approval"},
		"of another flow":        {func(_ *world, r *api.Request) { r.Flow = "production" }, `is of flow "production", not of rule-change`},
		"a field is missing":     {func(_ *world, r *api.Request) { delete(r.Fields, rules.FieldSheet) }, "field sheet is missing or invalid"},
		"another text":           {func(_ *world, r *api.Request) { r.Fields[rules.FieldDigest] = quoted(rules.Digest([]byte("other"))) }, "unknown proposal"},
		"another sheet":          {func(_ *world, r *api.Request) { r.Fields[rules.FieldSheet] = quoted("0") }, "the stored sheet is not the one that the request names"},
		"another base":           {func(_ *world, r *api.Request) { r.Fields[rules.FieldBase] = json.RawMessage("0") }, "unknown proposal"},
		"pushed over meanwhile":  {func(w *world, _ *api.Request) { w.push("meanwhile") }, "is stale: it was proposed over version 1"},
		"rolled back meanwhile":  {func(w *world, _ *api.Request) { w.push("meanwhile"); w.push("first") }, "is stale: it was proposed over version 1"},
		"the stored text is bad": {func(w *world, r *api.Request) { w.swap(r, "other") }, "the stored text is not the one that the request names"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.push("first")
			r := api.Request{
				ID: "R", Flow: rules.ProposalFlow, Status: api.StatusApproved, Requester: ada,
				History: []api.Entry{{Event: api.EventRequest}, by("grace@example.com")},
				Fields:  w.propose(rules.Digest([]byte(proposed)), proposed),
			}
			tc.change(w, &r)
			before, _, err := w.table.LatestRules(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			v, err := w.pusher().Apply(t.Context(), r, w.table.(*store.Store), func(rules.Change) error { return nil }, rules.Version{By: "pipeline"})
			if tc.refused == "" {
				if err != nil || v.Number != 2 || v.Request != "R" {
					t.Fatalf("%+v, %v", v, err)
				}
				w.serves(w.watch(), proposed)
				if _, err := w.pusher().Apply(t.Context(), r, w.table.(*store.Store), func(rules.Change) error { return nil }, rules.Version{}); err == nil || err.Error() != "request R was applied already, as version 2" {
					t.Errorf("twice: %v", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tc.refused) {
				t.Errorf("got %v, want %s", err, tc.refused)
			}
			if after, _, _ := w.table.LatestRules(t.Context()); string(after.Body) != string(before.Body) {
				t.Errorf("pushed all the same: %s", after.Body)
			}
		})
	}
}

func quoted(s string) json.RawMessage { return json.RawMessage(`"` + s + `"`) }

// propose stores a proposal of a text under a digest, over version 1, and returns the fields
// of its request.
func (w *world) propose(digest, text string) map[string]json.RawMessage {
	w.t.Helper()
	body, err := json.Marshal(rules.Sheet{Format: rules.Format, Digest: digest, Base: 1, By: w.by, Findings: []string{}})
	if err != nil {
		w.t.Fatal(err)
	}
	packed, err := rules.Pack([]byte(text))
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.table.(*store.Store).PutProposal(w.t.Context(), digest, 1, rules.Proposal{Body: body, Packed: packed}, w.now); err != nil {
		w.t.Fatal(err)
	}
	return map[string]json.RawMessage{rules.FieldDigest: quoted(digest), rules.FieldBase: json.RawMessage("1"), rules.FieldSheet: quoted(rules.Digest(body))}
}

// swap has the request name a proposal whose text is another than its digest says.
func (w *world) swap(r *api.Request, text string) {
	r.Fields = w.propose(rules.Digest([]byte("what was reviewed")), text)
}

// What is proposed stays as it is, whoever proposes the same text again.
func TestPutProposal_Stays(t *testing.T) {
	w := newWorld(t)
	digest := rules.Digest([]byte("text"))
	w.propose(digest, "text")
	if err := w.table.(*store.Store).PutProposal(t.Context(), digest, 1, rules.Proposal{Body: []byte("{}"), Packed: []byte("x")}, w.now); err != nil {
		t.Fatal(err)
	}
	if p, there, err := w.table.(*store.Store).Proposal(t.Context(), digest, 1); err != nil || !there || string(p.Body) == "{}" {
		t.Errorf("%v %v %s", there, err, p.Body)
	}
}
