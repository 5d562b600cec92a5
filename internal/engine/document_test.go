package engine_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

func TestDocumentAsksWithoutSensitiveFields(t *testing.T) {
	m := newMachineFor(t, run.Draft{
		ID: run.NewID(start), Flow: sampleFlow(), Requester: ada,
		Fields:    map[string]json.RawMessage{"urgency": json.RawMessage(`"Normal"`)},
		Sensitive: map[string]json.RawMessage{"pin": json.RawMessage(`"1234"`)},
	})
	doc, err := stepfn.NewDocument(m.run, start, json.RawMessage(`{"diff.txt":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), "1234") {
		t.Errorf("the document tells the sensitive value: %s", raw)
	}
	if got := doc.Hook.Invocation.Run.Sensitive; len(got) != 1 || got[0] != "pin" {
		t.Errorf("sensitive fields are %v", got)
	}
	if string(doc.Hook.Invocation.Run.Context) != `{"diff.txt":"x"}` {
		t.Errorf("context is %s", doc.Hook.Invocation.Run.Context)
	}
	if doc.Hook.Seconds != 35 {
		t.Errorf("the state's limit is %d s, want three hooks of 10 s and a margin", doc.Hook.Seconds)
	}
	view, err := json.Marshal(m.run.View())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(view), "1234") {
		t.Errorf("the response tells the sensitive value: %s", view)
	}
}

func TestDocumentStaysSmall(t *testing.T) {
	m := newMachine(t, sampleFlow())
	m.answer(run.OnRequest, none("on_approve"))
	for i := range 60 {
		who := run.Person{ID: fmt.Sprint(i % 4), Groups: []string{"sre"}}
		m.act(run.Approve, who, strings.Repeat("r", 2000))
		m.answer(run.OnApprove, `{"transition":"ignore","message":"`+strings.Repeat("m", 2000)+`","output":"`+strings.Repeat("o", 8000)+`"}`)
	}
	m.act(run.Approve, grace, "")
	m.asks(run.OnApprove)
	context := json.RawMessage(`"` + strings.Repeat("c", 64<<10) + `"`)
	doc, err := stepfn.NewDocument(m.run, m.now, context)
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := json.Marshal(doc)
	if len(raw) > 120<<10 {
		t.Errorf("the document has %d bytes", len(raw))
	}
	if h := doc.Hook.Invocation.Run.History; len(h) == 0 || h[len(h)-1].Seq != len(m.run.History) {
		t.Error("the newest history is not in it")
	}
	if doc.Hook.Invocation.Run.Context == nil {
		t.Error("the context was left out though it fits")
	}
}

func TestARunCannotGrowWithoutEnd(t *testing.T) {
	m := newMachine(t, sampleFlow())
	m.answer(run.OnRequest, none("on_approve"))
	for i := range run.MaxActs {
		who := run.Person{ID: fmt.Sprint(i / run.MaxActsOfPerson), Groups: []string{"sre"}}
		if i >= 210 { // what is left is kept for admins, and for revokes
			who.Groups = []string{"platform"}
		}
		m.act(run.Approve, who, strings.Repeat("r", 2000))
		m.answer(run.OnApprove, `{"transition":"ignore","message":"`+strings.Repeat("m", 2000)+`"}`)
	}
	m.act(run.Approve, root, "one more")
	m.is(run.Pending, run.NextReview)
	raw, err := json.Marshal(m.run)
	if err != nil {
		t.Fatal(err)
	}
	if len(raw) > 350<<10 {
		t.Errorf("the run has grown to %d bytes", len(raw))
	}
	ignored := 0
	for _, e := range m.run.History {
		if e.Event == run.Ignore {
			ignored++
		}
	}
	if ignored != 20 || m.run.Engine.Ignored != run.MaxActs {
		t.Errorf("%d ignored acts kept of %d counted, want 20 of %d", ignored, m.run.Engine.Ignored, run.MaxActs)
	}
}

func TestPark(t *testing.T) {
	order := func(second int) run.TokenOrder {
		return run.TokenOrder{EnteredAt: start.Add(time.Duration(second) * time.Second)}
	}
	m := newMachine(t, sampleFlow())
	m.answer(run.OnRequest, none())
	park := func(token string, o run.TokenOrder, acts ...run.Act) (changed, wake bool) {
		next, changed, wake, err := engine.Park(m.run, engine.Parking{Turn: m.run.Engine.Turn, Token: token, Order: o, Acts: acts}, m.now)
		if err != nil {
			t.Fatal(err)
		}
		m.run = next
		return changed, wake
	}
	if changed, wake := park("a", order(1)); !changed || wake {
		t.Errorf("first token: changed %v, wake %v", changed, wake)
	}
	if changed, _ := park("a", order(1)); changed {
		t.Error("the same token again changed the run")
	}
	if changed, _ := park("b", order(3)); !changed || m.run.Engine.Token != "b" {
		t.Error("a newer token was not stored")
	}
	if changed, wake := park("dead", order(2)); changed || wake || m.run.Engine.Token != "b" {
		t.Error("a slow first attempt put its dead token back")
	}
	act := run.Act{ID: run.NewID(start), Event: run.Approve, Person: grace, At: m.now}
	if _, wake := park("c", order(4), act); !wake {
		t.Error("an act that came before the token does not wake")
	}
	if _, _, _, err := engine.Park(m.run, engine.Parking{Execution: 2}, m.now); err == nil {
		t.Error("a wait of another execution was parked")
	}
}
