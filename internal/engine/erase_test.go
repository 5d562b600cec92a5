package engine_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// overAndDone is ada's request, which two people looked at, over.
func overAndDone(t *testing.T) *machine {
	t.Helper()
	f := sampleFlow()
	f.Review.Approvers = append(f.Review.Approvers, "ada@example.com")
	m := newMachineFor(t, run.Draft{
		ID: run.NewID(start), Flow: f, Requester: ada, Channel: run.ViaAPI, Reason: "my leg hurts",
		Fields:    map[string]json.RawMessage{"phone": json.RawMessage(`"555-1234"`)},
		Sensitive: map[string]json.RawMessage{"ticket": json.RawMessage(`"T-1"`)},
		Context:   json.RawMessage(sent),
	})
	m.answer(run.OnRequest, `{"subscriptions":["on_request"],"checks":[{"name":"on call","passed":true,"detail":"Ada is"}]}`)
	m.act(run.Approve, ada, "I want it")
	m.act(run.Deny, grace, "ada@example.com may not")
	m.is(run.Denied, run.NextDenied)
	return m
}

// Whose request it was is gone, with all that they wrote, and so is what others
// wrote of them. The record still verifies, and what is left can't be edited.
func TestEraseTheRequester(t *testing.T) {
	m := overAndDone(t)
	next, changed, withContext, err := run.Erase(stored(t, m.run), run.Names{"ADA@example.com"}, json.RawMessage(sent), m.now.Add(time.Hour))
	if err != nil || !changed || !withContext {
		t.Fatal(changed, withContext, err)
	}
	next = stored(t, next)
	body, err := run.Encode(next)
	if err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{"ada@example.com", `"Ada`, "my leg", "555-1234", `T-1"`, "want it", m.run.Salt, m.run.History[0].Salt, "on call"} {
		if strings.Contains(string(body), gone) {
			t.Errorf("%q is still there: %s", gone, body)
		}
	}
	if !strings.Contains(string(body), "grace@example.com") {
		t.Error("who decided is gone too")
	}
	if err := next.VerifyRecord(next.ID, nil); err != nil {
		t.Errorf("it does not verify: %v", err)
	}
	if e := next.History[len(next.History)-1]; e.Event != run.Erased || e.Status != run.Denied || next.Status != run.Denied {
		t.Errorf("the erasure is %+v", e)
	}
	if _, again, _, err := run.Erase(next, run.Names{"ada@example.com"}, nil, m.now); err != nil || again {
		t.Errorf("erasing again: %v %v", again, err)
	}
	// Taken away, the erasure is missed.
	if run.Verify(next.History[:len(next.History)-1]) == nil {
		t.Error("texts are erased without an erasure, and it was not found")
	}
	// Nothing can be put in the place of a text, not even with the erasure sealed anew.
	forged := stored(t, next)
	forged.History[0].Reason = "I am a thief"
	erasure := &forged.History[len(forged.History)-1]
	if erasure.HistorySHA256, err = run.Hash(forged.History[:len(forged.History)-1]); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(erasure)
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]any
	if err := json.Unmarshal(raw, &members); err != nil {
		t.Fatal(err)
	}
	erasure.Hash = documentedHash(t, members)
	if err := run.Verify(forged.History); err == nil || !strings.Contains(err.Error(), "reason is marked as erased, and is not") {
		t.Errorf("words in the place of what is erased: %v", err)
	}
	// Others' words can still not be edited, nor can the erased ones be put back.
	for name, edit := range map[string]func(e *run.Entry){
		"who decided":     func(e *run.Entry) { e.Actor.ID = "eve@example.com" },
		"words put back":  func(e *run.Entry) { e.Reason = "I am a thief" },
		"another erasure": func(e *run.Entry) { e.Erased = map[string]string{"actor": "x", "reason": "x"} },
		"the erasure":     func(e *run.Entry) { e.Event += "x" },
	} {
		for i := range next.History {
			edited := stored(t, next)
			edit(&edited.History[i])
			if run.Verify(edited.History) == nil {
				t.Errorf("%s, entry %d: it was not found", name, i+1)
			}
		}
	}
}

// Of a run of others only the name, and the words, of somebody are gone.
func TestEraseAnApprover(t *testing.T) {
	m := newMachine(t, sampleFlow())
	m.answer(run.OnRequest, `{"subscriptions":["on_request"]}`)
	m.act(run.Approve, grace, "fine with me")
	m.is(run.Approved, run.NextApproved)
	next, changed, _, err := run.Erase(stored(t, m.run), run.Names{"grace@example.com"}, nil, m.now)
	if err != nil || !changed {
		t.Fatal(changed, err)
	}
	body, err := run.Encode(stored(t, next))
	if err != nil {
		t.Fatal(err)
	}
	for text, there := range map[string]bool{"grace": false, "fine with me": false, "ada@example.com": true, "because": true} {
		if strings.Contains(string(body), text) != there {
			t.Errorf("%q is there: %v", text, !there)
		}
	}
	if d := next.Decision; d.By.ID != "erased" || d.Reason != "" {
		t.Errorf("the decision is %+v", d)
	}
	if err := stored(t, next).VerifyRecord(next.ID, nil); err != nil {
		t.Error(err)
	}
	// Both, one after the other.
	last, changed, _, err := run.Erase(stored(t, next), run.Names{"ada@example.com"}, nil, m.now)
	if err != nil || !changed {
		t.Fatal(changed, err)
	}
	if err := stored(t, last).VerifyRecord(last.ID, nil); err != nil {
		t.Error(err)
	}
}

// A record of before texts had digests is erased too: its chain holds, and what the
// erasure left can't be edited.
func TestEraseFromAnOlderRecord(t *testing.T) {
	m := overAndDone(t)
	older := asOlder(t, m.run)
	next, changed, _, err := run.Erase(older, run.Names{"ada@example.com"}, json.RawMessage(sent), m.now)
	if err != nil || !changed {
		t.Fatal(changed, err)
	}
	next = stored(t, next)
	if err := next.VerifyRecord(next.ID, nil); err != nil {
		t.Fatal(err)
	}
	for i := range older.History {
		edited := stored(t, next)
		edited.History[i].Channel = run.ViaSlack
		if run.Verify(edited.History) == nil {
			t.Errorf("entry %d was edited unseen", i+1)
		}
	}
}

// While a run goes on it must know who is who.
func TestEraseNotBeforeTheEnd(t *testing.T) {
	m := newMachine(t, sampleFlow())
	m.answer(run.OnRequest, `{"subscriptions":["on_request"]}`)
	if _, _, _, err := run.Erase(m.run, run.Names{"ada@example.com"}, nil, m.now); !errors.Is(err, run.ErrNotOver) {
		t.Errorf("got %v", err)
	}
	if _, changed, _, err := run.Erase(m.run, run.Names{"nobody@example.com"}, nil, m.now); err != nil || changed {
		t.Errorf("somebody else: %v %v", changed, err)
	}
}
