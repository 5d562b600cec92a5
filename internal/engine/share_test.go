package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// revocable is a machine whose access is there, with an on_revoke that may
// ignore.
func revocable(t *testing.T) *machine {
	t.Helper()
	f := sampleFlow()
	f.Strategy = []byte(`{"type":"lambda"}`)
	m := newMachineFor(t, run.Draft{ID: run.NewID(start), Flow: f, Requester: ada, Channel: run.ViaAPI, DurationSeconds: 24 * 3600})
	m.answer(run.OnRequest, `{"transition":"approve","subscriptions":["on_revoke"]}`)
	m.step(engine.Step{Hold: run.Hold{State: run.Held, At: m.now}})
	m.is(run.Active, run.NextActive)
	return m
}

// A requester whose revokes are ignored, however many are stored, leaves the
// run as long as it was, and revocable by others.
func TestIgnoredRevokesLeaveARunRevocable(t *testing.T) {
	m := revocable(t)
	for range 1000 { // more than functions/approve lets in
		before := m.run.Engine.Turn
		m.act(run.Revoke, ada, "no")
		if m.run.Engine.Turn > before {
			m.answer(run.OnRevoke, `{"transition":"ignore","message":"not now"}`)
		}
		m.is(run.Active, run.NextActive)
	}
	if handled := len(m.run.Engine.Handled); handled != run.MaxActsOfPerson {
		t.Errorf("%d acts of the requester were dealt with, want %d", handled, run.MaxActsOfPerson)
	}
	if m.run.HasAct(m.acts) {
		t.Error("an act that finds no room is still to be dealt with")
	}
	for name, who := range map[string]run.Person{"an admin": root, "an approver": grace} {
		t.Run(name, func(t *testing.T) {
			if err := m.run.Room(m.acts, run.Act{Event: run.Revoke, Person: who}, nil); err != nil {
				t.Fatal(err)
			}
			m := *m
			m.act(run.Revoke, who, "enough")
			m.answer(run.OnRevoke, `{}`)
			if m.run.Engine.Next != run.NextTakeBack {
				t.Errorf("the run goes on with %s, want access taken back", m.run.Engine.Next)
			}
		})
	}
}

// The ignored acts of one person leave room in the history for those of others.
func TestIgnoredActsOfOnePersonAreKeptInPart(t *testing.T) {
	m := revocable(t)
	ignored := func(p run.Person) {
		m.act(run.Revoke, p, "")
		m.answer(run.OnRevoke, `{"transition":"ignore","message":"not now"}`)
	}
	kept := func(p run.Person) (n int) {
		for _, e := range m.run.History {
			if e.Event == run.Ignore && e.ActBy != nil && e.ActBy.ID == p.ID {
				n++
			}
		}
		return n
	}
	for range 20 {
		ignored(ada)
	}
	if n := kept(ada); n != 5 {
		t.Errorf("the history keeps %d ignored acts of one person, want 5", n)
	}
	for i := range 20 {
		ignored(run.Person{ID: fmt.Sprint(i), Groups: []string{"sre"}})
	}
	for range 5 {
		ignored(root)
	}
	if n := kept(root); n != 5 {
		t.Errorf("the history keeps %d ignored acts of an admin, want 5", n)
	}
}

// Each kind of act finds the room that is kept for it.
func TestRoom(t *testing.T) {
	m := revocable(t)
	var acts []run.Act
	fill := func(n int, e run.EventName, groups ...string) {
		for len(acts) < n {
			p := run.Person{ID: fmt.Sprint(len(acts) / run.MaxActsOfPerson), Groups: groups}
			acts = append(acts, run.Act{ID: run.NewID(start.Add(time.Duration(len(acts)) * time.Second)), Event: e, Person: p})
		}
	}
	check := func(approve, revoke, admin bool) {
		t.Helper()
		for _, tc := range []struct {
			act  run.Act
			room bool
		}{
			{run.Act{Event: run.Approve, Person: grace}, approve},
			{run.Act{Event: run.Revoke, Person: grace}, revoke},
			{run.Act{Event: run.Revoke, Person: root}, admin},
			{run.Act{Event: run.Deny, Person: root}, admin},
		} {
			if err := m.run.Room(acts, tc.act, nil); (err == nil) != tc.room {
				t.Errorf("after %d acts, %s by %s: %v", len(acts), tc.act.Event, tc.act.Person.ID, err)
			}
		}
	}
	fill(209, run.Approve, "sre")
	check(true, true, true)
	fill(210, run.Approve, "sre")
	check(false, true, true)
	fill(240, run.Revoke, "sre")
	check(false, false, true)
	fill(299, run.Deny, "platform")
	check(false, false, true)
	fill(300, run.Deny, "platform")
	check(false, false, false)
}
