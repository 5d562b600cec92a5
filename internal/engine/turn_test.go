package engine_test

import (
	"encoding/json"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

func withNonces(t testing.TB) *run.Run {
	t.Helper()
	r, err := run.New(run.Draft{ID: run.NewID(start), Flow: sampleFlow(), Requester: ada, NonceKey: run.NewNonceKey()}, start)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A step is admitted with the nonce of its turn, of any turn that the run has had,
// and with none that belongs to another turn, execution or run.
func TestAdmit(t *testing.T) {
	r, other := withNonces(t), withNonces(t)
	first := engine.PresentTurn(r)
	r.Engine.Turn = 7
	second := engine.PresentTurn(r)
	next, _, err := engine.Recover(r, engine.Recovery{}, start)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := stepfn.NewRecoveryDocument(next, start, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		of        *run.Run
		execution int
		turn      engine.Turn
		known     bool
		admitted  bool
	}{
		"the present turn":              {r, 0, second, true, true},
		"an earlier turn":               {r, 0, first, true, true},
		"the nonce of another turn":     {r, 0, engine.Turn{Number: 7, Nonce: first.Nonce}, true, false},
		"a later turn":                  {r, 0, engine.Turn{Number: 8, Nonce: second.Nonce}, true, false},
		"of another run":                {r, 0, engine.Turn{Number: 7, Nonce: engine.PresentTurn(other).Nonce}, true, false},
		"no nonce":                      {r, 0, engine.Turn{Number: 7}, true, false},
		"no nonce, an older machine":    {r, 0, engine.Turn{Number: 7}, false, true},
		"a wrong one, an older machine": {r, 0, engine.Turn{Number: 7, Nonce: "x"}, false, false},
		"another execution":             {r, 1, second, true, false},
		"the execution before":          {next, 0, second, true, false},
		"a nonce of the one before":     {next, 1, second, true, false},
		"the recovery's own":            {next, 1, doc.Turn, true, true},
	} {
		err := engine.Admit(tc.of, tc.execution, tc.turn, tc.known)
		if (err == nil) != tc.admitted || err != nil && !errors.Is(err, engine.ErrNotTheRuns) {
			t.Errorf("%s: %v, admitted should be %v", name, err, tc.admitted)
		}
	}
	r.Engine.Proven = 1
	if engine.Admit(r, 0, engine.Turn{Number: 7}, false) == nil {
		t.Error("an execution that has sent nonces is believed without one")
	}
	if err := engine.Admit(other, 0, engine.PresentTurn(other), false); err != nil {
		t.Error(err)
	}
}

// A run of before there were nonces goes on without, until it gets an execution of
// today's.
func TestAdmitWithoutNonces(t *testing.T) {
	r, err := run.New(run.Draft{ID: run.NewID(start), Flow: sampleFlow(), Requester: ada}, start)
	if err != nil {
		t.Fatal(err)
	}
	if err := engine.Admit(r, 0, engine.Turn{}, true); err != nil {
		t.Error(err)
	}
	next, _, err := engine.Recover(r, engine.Recovery{NonceKey: run.NewNonceKey()}, start)
	if err != nil {
		t.Fatal(err)
	}
	if engine.Admit(next, 1, engine.Turn{Number: next.Engine.Turn}, true) == nil {
		t.Error("its recovery is admitted without a nonce")
	}
	if err := engine.Admit(next, 1, engine.PresentTurn(next), true); err != nil {
		t.Error(err)
	}
}

// A turn comes back from JSON as it was, and reads as the number that older
// releases write.
func TestTurnInJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		turn := engine.Turn{Number: rapid.IntRange(-1, 2000).Draw(t, "number"), Nonce: rapid.StringMatching(`[A-Za-z0-9_-]{0,22}`).Draw(t, "nonce")}
		raw, err := json.Marshal(turn)
		if err != nil {
			t.Fatal(err)
		}
		var back engine.Turn
		if err := json.Unmarshal(raw, &back); err != nil || back != turn {
			t.Fatalf("%s reads as %+v, %v", raw, back, err)
		}
		if plain := json.Unmarshal(raw, new(int)) == nil; plain != (turn.Nonce == "") {
			t.Fatalf("%s: a plain number is %v", raw, plain)
		}
	})
}

// A run that is over keeps nothing of its nonces.
func TestNoncesAreForgotten(t *testing.T) {
	m := newMachineFor(t, run.Draft{ID: run.NewID(start), Flow: sampleFlow(), Requester: ada, NonceKey: run.NewNonceKey()})
	m.answer(run.OnRequest, `{"transition":"deny","subscriptions":[]}`)
	if !m.run.Over() || m.run.Engine.NonceKey != "" {
		t.Errorf("next is %s, the key %q", m.run.Engine.Next, m.run.Engine.NonceKey)
	}
}
