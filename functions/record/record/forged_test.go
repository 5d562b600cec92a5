package record_test

import (
	"errors"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
)

// What comes without the nonce of the run decides nothing and parks nothing; the
// same with it does.
func TestForgedSteps(t *testing.T) {
	for name, turn := range map[string]func(engine.Turn) engine.Turn{
		"no nonce":                  func(t engine.Turn) engine.Turn { return engine.Turn{Number: t.Number} },
		"a wrong nonce":             func(t engine.Turn) engine.Turn { return engine.Turn{Number: t.Number, Nonce: "AAAAAAAAAAAAAAAAAAAAAA"} },
		"the nonce of another turn": func(t engine.Turn) engine.Turn { return engine.Turn{Number: t.Number + 1, Nonce: t.Nonce} },
	} {
		for _, operation := range []string{"decide", "park"} {
			f := newFakes(t)
			f.rec.Run.Engine.NonceKey = run.NewNonceKey()
			if operation == "park" {
				if _, err := f.handler().Handle(t.Context(), f.step(1, toPeople)); err != nil {
					t.Fatal(err)
				}
			}
			before, saves := engine.PresentTurn(f.rec.Run), f.saves
			req := f.step(2, "")
			if operation == "decide" {
				req = f.step(2, approve)
			}
			req.Version, req.Operation, req.Token, req.Turn = 3, operation, "forged", turn(before)
			_, err := f.handler().Handle(t.Context(), req)
			if !errors.As(err, new(step.Refused)) || f.saves != saves || f.rec.Run.Engine.Token != "" {
				t.Errorf("%s, %s: %v, %d saves more", operation, name, err, f.saves-saves)
			}
			req.Turn, req.Step.EnteredAt = before, start.Add(time.Minute)
			if _, err := f.handler().Handle(t.Context(), req); err != nil || f.saves == saves {
				t.Errorf("%s with the nonce: %v, %d saves more", operation, err, f.saves-saves)
			}
		}
	}
}
