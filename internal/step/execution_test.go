package step_test

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
)

const id = "01JD0000000000000000000000"

func TestExecutionName(t *testing.T) {
	for name, want := range map[string]step.Execution{
		id:          {RunID: id},
		id + "-r1":  {RunID: id, Number: 1},
		id + "-r12": {RunID: id, Number: 12},
	} {
		if got, err := step.ParseExecution(name); err != nil || got != want || got.Name() != name {
			t.Errorf("%s: got %+v (%v), want %+v", name, got, err, want)
		}
	}
	r := &run.Run{ID: id}
	r.Engine.Execution = 2
	if got, want := step.ExecutionOf(r).Name(), id+"-r2"; got != want {
		t.Errorf("the run's present execution is %s, want %s", got, want)
	}
}

func TestOtherNamesAreRefused(t *testing.T) {
	for _, name := range []string{
		"", "-r1", id + "-r", id + "-r0", id + "-r01", id + "-r+1", id + "-r-1", id + "-rx", id + "-r1-r2", id + "-r1 ",
		id + "-r99999999999999999999",
	} {
		if got, err := step.ParseExecution(name); !errors.As(err, new(step.Refused)) || got != (step.Execution{}) {
			t.Errorf("%q: got %+v (%v), want Refused", name, got, err)
		}
	}
}

// Each execution has one name, and each name one execution.
func TestExecutionNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := step.Execution{
			RunID:  rapid.StringMatching(`[0-9A-HJKMNP-TV-Z]{26}`).Draw(t, "id"),
			Number: rapid.IntRange(0, math.MaxInt).Draw(t, "number"),
		}
		if got, err := step.ParseExecution(want.Name()); err != nil || got != want {
			t.Fatalf("%s: got %+v (%v), want %+v", want.Name(), got, err, want)
		}
		name := rapid.StringMatching(`[0-9A-F]{0,2}(-r)?[0-9+ -]{0,4}`).Draw(t, "name")
		if got, err := step.ParseExecution(name); err == nil && got.Name() != name {
			t.Fatalf("%q is read as %+v, whose name is %q", name, got, got.Name())
		}
	})
}
