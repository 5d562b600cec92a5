package asl_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
)

// A timestamp may be as far ahead as the service can count seconds.
func TestFarWaits(t *testing.T) {
	machine, err := asl.Parse([]byte(`{"StartAt":"W","States":{"W":{"Type":"Wait","TimestampPath":"$.t","End":true}}}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	clock := clockwork.NewFakeClock()
	engine := asl.NewEngine(clock, nil, "")
	defer engine.Close()
	start := func(days int) *asl.Execution {
		x, err := engine.Start(asl.Start{Machine: machine, Input: fmt.Appendf(nil, `{"t":%q}`, clock.Now().AddDate(0, 0, days).UTC().Format(time.RFC3339))})
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	far := start(24856)
	<-far.Done()
	if end := far.State(); end.Status != asl.Failed || *end.Failure.Error != "States.Runtime" {
		t.Errorf("24,856 days: %+v", end)
	}
	near := start(24855)
	if err := clock.BlockUntilContext(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	clock.Advance(24855 * 24 * time.Hour)
	<-near.Done()
	if end := near.State(); end.Status != asl.Succeeded {
		t.Errorf("24,855 days: %+v", end)
	}
}

// No heartbeat is due while the function that was given the token still runs.
func TestHeartbeatStartsAfterTheCall(t *testing.T) {
	machine, err := asl.Parse([]byte(`{"StartAt":"W","States":{"W":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",
		"Parameters":{"token.$":"$$.Task.Token"},"HeartbeatSeconds":10,"End":true}}}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	clock := clockwork.NewFakeClock()
	f := &slow{release: make(chan struct{})}
	engine := asl.NewEngine(clock, f, "")
	defer engine.Close()
	x, err := engine.Start(asl.Start{ARN: "arn", Name: "name", Machine: machine, Input: []byte(`{}`)})
	if err != nil {
		t.Fatal(err)
	}
	waitForEvent(t, x, "TaskStarted")
	clock.Advance(time.Minute)
	close(f.release)
	waitForEvent(t, x, "TaskSubmitted")
	if err := clock.BlockUntilContext(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	clock.Advance(10 * time.Second)
	<-x.Done()
	if h := x.History(0); h[len(h)-2].Type != "TaskTimedOut" || h[len(h)-2].At.Sub(h[0].At) != 70*time.Second {
		t.Errorf("it ended as %+v", h[len(h)-2])
	}
}

// slow answers when it is released.
type slow struct {
	tasks
	release chan struct{}
}

func (f *slow) Run(ctx context.Context, resource, role string, input []byte) ([]byte, *asl.Failure) {
	<-f.release
	return f.tasks.Run(ctx, resource, role, input)
}

func waitForEvent(t *testing.T, x *asl.Execution, kind string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if h := x.History(0); h[len(h)-1].Type == kind {
			return
		}
	}
	t.Fatalf("no %s came", kind)
}
