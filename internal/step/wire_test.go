package step_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/engine/stepfn"
	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
)

var entered = time.Date(2026, 11, 23, 10, 0, 0, 123e6, time.UTC)

func aRun() *run.Run {
	r := &run.Run{ID: id}
	r.Engine.Execution, r.Engine.Turn = 1, 4
	return r
}

// What goes over the wire, to the letter: functions of two releases meet during a
// deployment.
func TestWire(t *testing.T) {
	decide := step.OfRun(aRun(), step.Decide)
	decide.Turn, decide.Step = engine.PresentTurn(aRun()), step.ID{State: "Reconcile", EnteredAt: entered}
	recover := step.OfRun(aRun(), step.Recover)
	recover.Ended, recover.Close, recover.Cause = true, true, "its execution was ABORTED"
	recover.Failed = &stepfn.Caught{Error: "States.Runtime", Cause: "why"}
	drain := step.OfRun(aRun(), step.Recover)
	drain.Ended, drain.Drain = true, true
	for name, tc := range map[string]struct {
		value any
		want  string
	}{
		"decide":       {decide, `{"version":2,"operation":"decide","run_id":"` + id + `","execution":"` + id + `-r1","step":{"state":"Reconcile","entered_at":"2026-11-23T10:00:00.123Z"},"turn":4}`},
		"recover":      {recover, `{"version":2,"operation":"recover","run_id":"` + id + `","execution":"` + id + `-r1","ended":true,"close":true,"failed":{"Error":"States.Runtime","Cause":"why"},"cause":"its execution was ABORTED"}`},
		"drain":        {drain, `{"version":2,"operation":"recover","run_id":"` + id + `","execution":"` + id + `-r1","ended":true,"drain":true}`},
		"publish":      {step.OfRun(aRun(), step.Recover), `{"version":2,"operation":"recover","run_id":"` + id + `","execution":"` + id + `-r1"}`},
		"wake":         {step.OfRun(aRun(), step.Wake), `{"version":2,"operation":"wake","run_id":"` + id + `","execution":"` + id + `-r1"}`},
		"take":         {step.TakeFrom(id, id+"-r1"), `{"version":2,"operation":"take","run_id":"` + id + `","execution":"` + id + `-r1"}`},
		"check":        {step.GrantRequest{Version: step.ReconcileVersion, Operation: step.Check, Lease: &lease.Key{Strategy: "lambda:f", Person: "ada", Target: "prod"}}, `{"version":2,"operation":"check","lease":{"strategy":"lambda:f","person":"ada","target":"prod"}}`},
		"sweep":        {step.ReconcileRequest{DryRun: true}, `{"dry_run":true}`},
		"removal":      {step.ReconcileRequest{Drain: []string{id}}, `{"dry_run":false,"drain":["` + id + `"]}`},
		"report":       {step.Report{Actions: []step.Action{{RunID: id, Action: "start", Why: "w"}, {Lease: "l", Action: "check", Why: "w", Error: "e"}}}, `{"dry_run":false,"actions":[{"run_id":"` + id + `","action":"start","why":"w"},{"lease":"l","action":"check","why":"w","error":"e"}]}`},
		"parked":       {step.Parked{RunID: id, Woken: true}, `{"run_id":"` + id + `","woken":true}`},
		"taken":        {step.Taken{RunID: id}, `{"run_id":"` + id + `","gone":false}`},
		"checked":      {step.Checked{Found: true}, `{"found":true}`},
		"recovered":    {step.Recovered{Name: id + "-r2", Document: stepfn.Document{Version: 3, RunID: id, Next: run.NextTakeBack, Seconds: 1}}, `{"over":false,"name":"` + id + `-r2","document":{"version":3,"run_id":"` + id + `","turn":0,"next":"TakeBack","seconds":1,"hook":null,"heard":null,"caught":null}}`},
		"a run's over": {step.Recovered{Over: true}, `{"over":true,"name":"","document":{"version":0,"run_id":"","turn":0,"next":"","seconds":0,"hook":null,"heard":null,"caught":null}}`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := json.Marshal(tc.value)
			if err != nil || string(got) != tc.want {
				t.Errorf("got  %s (%v)\nwant %s", got, err, tc.want)
			}
			back := reflect.New(reflect.TypeOf(tc.value))
			if err := json.Unmarshal([]byte(tc.want), back.Interface()); err != nil || !reflect.DeepEqual(back.Elem().Interface(), tc.value) {
				t.Errorf("read back as %+v (%v)", back.Elem(), err)
			}
		})
	}
}

// What the state machines of all releases send, and what functions/reconcile of
// the release before sent with every member there.
func TestOlderRequestsAreRead(t *testing.T) {
	const ids = `"run_id":"` + id + `","execution":"` + id + `"`
	at := step.ID{State: "Decide", EnteredAt: entered}
	for in, want := range map[string]step.RecordRequest{
		`{"version":1,"operation":"decide",` + ids + `,"step":{"state":"Decide","entered_at":"2026-11-23T10:00:00.123Z"},"turn":1,"heard":{"answer":{"transition":"deny"},"version":"7"},"caught":null}`: {
			Version: 1, Operation: step.Decide, RunID: id, Execution: id, Step: at, Turn: engine.Turn{Number: 1},
			Response: &engine.HookResponse{Body: json.RawMessage(`{"transition":"deny"}`), Version: "7"},
		},
		`{"version":3,"operation":"decide",` + ids + `,"step":{"state":"Decide","entered_at":"2026-11-23T10:00:00.123Z"},"turn":{"number":2,"nonce":"n"},"heard":null,"caught":{"Error":"States.Timeout","Cause":"c"}}`: {
			Version: 3, Operation: step.Decide, RunID: id, Execution: id, Step: at, Turn: engine.Turn{Number: 2, Nonce: "n"},
			Caught: &stepfn.Caught{Error: "States.Timeout", Cause: "c"},
		},
		`{"version":3,"operation":"park",` + ids + `,"step":{"state":"Decide","entered_at":"2026-11-23T10:00:00.123Z","retry_count":1,"redrive_count":2},"turn":{"number":2,"nonce":"n"},"token":"t"}`: {
			Version: 3, Operation: step.Park, RunID: id, Execution: id, Turn: engine.Turn{Number: 2, Nonce: "n"}, Token: "t",
			Step: step.ID{State: "Decide", EnteredAt: entered, RetryCount: 1, RedriveCount: 2},
		},
		`{"version":2,"operation":"recover",` + ids + `,"ended":true,"close":false,"drain":false,"failed":null,"cause":"c"}`: {
			Version: 2, Operation: step.Recover, RunID: id, Execution: id, Ended: true, Cause: "c",
		},
	} {
		var got step.RecordRequest
		if err := json.Unmarshal([]byte(in), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s\nis read as %+v (%v)\nwant       %+v", in, got, err, want)
		}
	}
}
