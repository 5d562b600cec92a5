package asl_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
)

// tasks answers each call with the next of its answers; an answer that starts
// with "!" is an error "!Name cause", "hang" never comes.
type tasks struct {
	mu      sync.Mutex
	answers []string
	inputs  []string
}

func (f *tasks) Describe(string) (string, string) { return "lambda", "invoke" }

func (f *tasks) Check(string, []byte) string { return "" }

func (f *tasks) Run(ctx context.Context, _, _ string, input []byte) ([]byte, *asl.Failure) {
	f.mu.Lock()
	f.inputs = append(f.inputs, string(input))
	answer := `null`
	if len(f.answers) > 0 {
		answer, f.answers = f.answers[0], f.answers[1:]
	}
	f.mu.Unlock()
	if answer == "hang" {
		<-ctx.Done()
		return nil, asl.Fail("late", "")
	}
	if name, ok := strings.CutPrefix(answer, "!"); ok {
		name, cause, _ := strings.Cut(name, " ")
		return nil, asl.Fail(name, cause)
	}
	return []byte(answer), nil
}

func task(more string) string {
	return `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke"` + more + `,"End":true},
		"C":{"Type":"Pass","End":true}}}`
}

// unreached leaves the state C out where nothing leads to it.
func unreached(definition string) string {
	if strings.Contains(definition, `"Next":"C"`) {
		return definition
	}
	return strings.Replace(definition, `,
		"C":{"Type":"Pass","End":true}`, "", 1)
}

// play runs a definition; every wait is over at once.
func play(t *testing.T, f *tasks, definition, input string) *asl.Execution {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	machine, err := asl.Parse([]byte(unreached(definition)), nil)
	if err != nil {
		t.Fatal(err)
	}
	clock := clockwork.NewFakeClock()
	go elapse(ctx, clock)
	engine := asl.NewEngine(clock, f, "us-east-1")
	t.Cleanup(engine.Close)
	x, err := engine.Start(asl.Start{ARN: "arn", Name: "name", Machine: machine, Input: []byte(input)})
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-x.Done():
	case <-ctx.Done():
		t.Fatal("it does not end")
	}
	return x
}

func TestTasks(t *testing.T) {
	const catchAll = `,"Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.caught","Next":"C"}]`
	big := `"` + strings.Repeat("x", 256<<10) + `"`
	for name, tc := range map[string]struct {
		more, input string
		answers     []string
		want        string // output, or "!Error cause"
		calls       int
	}{
		"result replaces the input":          {``, `{"a":1}`, []string{`{"b":2}`}, `{"b":2}`, 1},
		"ResultPath":                         {`,"ResultPath":"$.r"`, `{"a":1}`, []string{`2`}, `{"a":1,"r":2}`, 1},
		"ResultPath makes what is missing":   {`,"ResultPath":"$.r.s"`, `{"a":1}`, []string{`2`}, `{"a":1,"r":{"s":2}}`, 1},
		"ResultPath null":                    {`,"ResultPath":null`, `{"a":1}`, []string{`2`}, `{"a":1}`, 1},
		"ResultSelector":                     {`,"ResultSelector":{"x.$":"$.b"}`, `{}`, []string{`{"b":2}`}, `{"x":2}`, 1},
		"OutputPath":                         {`,"OutputPath":"$.b"`, `{}`, []string{`{"b":2}`}, `2`, 1},
		"an error":                           {``, `{}`, []string{`!Boom why`}, `!Boom why`, 1},
		"retried":                            {`,"Retry":[{"ErrorEquals":["Boom"],"MaxAttempts":2}]`, `{}`, []string{`!Boom`, `!Boom`, `1`}, `1`, 3},
		"retried in vain":                    {`,"Retry":[{"ErrorEquals":["Boom"],"MaxAttempts":1}]`, `{}`, []string{`!Boom a`, `!Boom b`}, `!Boom b`, 2},
		"another error is not retried":       {`,"Retry":[{"ErrorEquals":["Other"]}]`, `{}`, []string{`!Boom a`}, `!Boom a`, 1},
		"MaxAttempts 0":                      {`,"Retry":[{"ErrorEquals":["Boom"],"MaxAttempts":0},{"ErrorEquals":["States.ALL"]}]`, `{}`, []string{`!Boom a`}, `!Boom a`, 1},
		"caught":                             {catchAll, `{"a":1}`, []string{`!Boom why`}, `{"a":1,"caught":{"Cause":"why","Error":"Boom"}}`, 1},
		"retried, then caught":               {`,"Retry":[{"ErrorEquals":["States.TaskFailed"],"MaxAttempts":1}]` + catchAll, `{}`, []string{`!Boom`, `!Boom c`}, `{"caught":{"Cause":"c","Error":"Boom"}}`, 2},
		"a time-out":                         {`,"TimeoutSeconds":5`, `{}`, []string{`hang`}, `!States.Timeout`, 1},
		"a time-out from a path":             {`,"TimeoutSecondsPath":"$.s"`, `{"s":1}`, []string{`hang`}, `!States.Timeout`, 1},
		"a time-out is no TaskFailed":        {`,"TimeoutSeconds":5,"Catch":[{"ErrorEquals":["States.TaskFailed"],"Next":"C"}]`, `{}`, []string{`hang`}, `!States.Timeout`, 1},
		"a time-out is caught by name":       {`,"TimeoutSeconds":5,"Catch":[{"ErrorEquals":["States.Timeout"],"Next":"C"}]`, `{}`, []string{`hang`}, `{"Cause":"","Error":"States.Timeout"}`, 1},
		"TimeoutSecondsPath 0 is not caught": {`,"TimeoutSecondsPath":"$.s"` + catchAll, `{"s":0}`, nil, `!States.Runtime`, 0},
		"nor a fraction":                     {`,"TimeoutSecondsPath":"$.s"` + catchAll, `{"s":1.5}`, nil, `!States.Runtime`, 0},
		"nor text":                           {`,"TimeoutSecondsPath":"$.s"` + catchAll, `{"s":"1"}`, nil, `!States.Runtime`, 0},
		"a missing path is not caught":       {`,"Parameters":{"a.$":"$.none"}` + catchAll, `{}`, nil, `!States.Runtime`, 0},
		"States.Runtime by name neither":     {`,"Catch":[{"ErrorEquals":["States.Runtime"],"Next":"C"}],"Parameters":{"a.$":"$.none"}`, `{}`, nil, `!States.Runtime`, 0},
		"a large result is caught":           {catchAll, `{}`, []string{big}, `{"caught":{"Cause":"The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit.","Error":"States.DataLimitExceeded"}}`, 1},
		"large after ResultPath":             {`,"ResultPath":"$.r"` + catchAll, `{"a":"` + strings.Repeat("x", 1000) + `"}`, []string{`"` + strings.Repeat("x", 256<<10-600) + `"`}, ``, 1},
		"intrinsics and the context":         {`,"Parameters":{"a.$":"States.Format('{}-{}', $$.Execution.Name, $$.State.RetryCount)"}`, `{}`, []string{`1`}, `1`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			f := &tasks{answers: tc.answers}
			end := play(t, f, task(tc.more), tc.input).State()
			got := string(end.Output)
			if end.Failure != nil {
				got = "!" + *end.Failure.Error
				if end.Failure.Cause != nil && *end.Failure.Error != "States.Runtime" {
					got += " " + *end.Failure.Cause
				}
			}
			if tc.want == "" {
				if !strings.Contains(got, "States.DataLimitExceeded") {
					t.Errorf("got %.200s, want the limit caught", got)
				}
			} else if got != tc.want {
				t.Errorf("got %.300s, want %s", got, tc.want)
			}
			f.mu.Lock()
			defer f.mu.Unlock()
			hangs := len(tc.answers) > 0 && tc.answers[0] == "hang" // the clock may be over before the call
			if len(f.inputs) != tc.calls && !hangs {
				t.Errorf("%d calls, want %d", len(f.inputs), tc.calls)
			}
			if strings.HasPrefix(name, "intrinsics") && f.inputs[0] != `{"a":"name-0"}` {
				t.Errorf("called with %s", f.inputs[0])
			}
		})
	}
}

func TestTaskTokens(t *testing.T) {
	machine, err := asl.Parse([]byte(`{"StartAt":"W","States":{"W":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",
		"Parameters":{"token.$":"$$.Task.Token"},"TimeoutSeconds":60,"Catch":[{"ErrorEquals":["States.ALL"],"Next":"C"}],"Next":"D"},
		"C":{"Type":"Pass","End":true},"D":{"Type":"Pass","End":true}}}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	name := "Boom"
	for how, tc := range map[string]struct {
		end  func(e *asl.Engine, clock *clockwork.FakeClock, token string) error
		want string
	}{
		"success": {func(e *asl.Engine, _ *clockwork.FakeClock, token string) error {
			return e.SendTaskSuccess(token, []byte(`{"ok":1}`))
		}, `{"ok":1}`},
		"failure": {func(e *asl.Engine, _ *clockwork.FakeClock, token string) error {
			return e.SendTaskFailure(token, &name, nil)
		}, `{"Cause":null,"Error":"Boom"}`},
		"failure without any": {func(e *asl.Engine, _ *clockwork.FakeClock, token string) error {
			return e.SendTaskFailure(token, nil, nil)
		}, `{"Cause":null,"Error":null}`},
		"time-out": {func(_ *asl.Engine, clock *clockwork.FakeClock, _ string) error {
			clock.Advance(time.Minute)
			return nil
		}, `{"Cause":"","Error":"States.Timeout"}`},
	} {
		t.Run(how, func(t *testing.T) {
			f := &tasks{answers: []string{`{"ignored":true}`}}
			clock := clockwork.NewFakeClock()
			engine := asl.NewEngine(clock, f, "us-east-1")
			defer engine.Close()
			x, err := engine.Start(asl.Start{ARN: "arn", Name: "name", Machine: machine, Input: []byte(`{}`)})
			if err != nil {
				t.Fatal(err)
			}
			token := waitForToken(t, f, x)
			if err := tc.end(engine, clock, token); err != nil {
				t.Fatal(err)
			}
			<-x.Done()
			if got := string(x.State().Output); got != tc.want {
				t.Errorf("output is %s, want %s", got, tc.want)
			}
			if err := engine.SendTaskSuccess(token, []byte(`1`)); err == nil {
				t.Error("a token worked twice")
			}
		})
	}
}

func waitForToken(t *testing.T, f *tasks, x *asl.Execution) string {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		h := x.History(0)
		if h[len(h)-1].Type != "TaskSubmitted" {
			continue
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		var in struct{ Token string }
		if err := json.Unmarshal([]byte(f.inputs[0]), &in); err != nil {
			t.Fatal(err)
		}
		return in.Token
	}
	t.Fatal("no token came")
	return ""
}

func TestStopAndMachineTimeout(t *testing.T) {
	x := play(t, &tasks{answers: []string{"hang"}}, strings.Replace(task(``), `{"StartAt"`, `{"TimeoutSeconds":10,"StartAt"`, 1), `{}`)
	if got := x.State().Status; got != asl.TimedOut {
		t.Errorf("status is %s, want TIMED_OUT", got)
	}
	machine, err := asl.Parse([]byte(`{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":100,"End":true}}}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	engine := asl.NewEngine(clockwork.NewFakeClock(), nil, "")
	defer engine.Close()
	x, err = engine.Start(asl.Start{Machine: machine, Input: []byte(`{}`)})
	if err != nil {
		t.Fatal(err)
	}
	why := "enough"
	x.Stop(&why, nil)
	if end := x.State(); end.Status != asl.Aborted || *end.Failure.Error != why {
		t.Errorf("ended as %+v", end)
	}
}

func BenchmarkExecutions(b *testing.B) {
	machine, err := asl.Parse([]byte(unreached(task(`,"ResultPath":"$.r"`))), nil)
	if err != nil {
		b.Fatal(err)
	}
	engine := asl.NewEngine(nil, &tasks{}, "")
	defer engine.Close()
	for b.Loop() {
		x, err := engine.Start(asl.Start{Machine: machine, Input: []byte(`{"a":1}`)})
		if err != nil {
			b.Fatal(err)
		}
		<-x.Done()
	}
}
