package asl_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
)

// A definition that is taken can be run with any input: it ends by itself, or
// when it is stopped, and says how. One that is refused names the places.
func FuzzParse(f *testing.F) {
	machine, err := os.ReadFile("../examples/shortlinks/check.asl.json")
	if err != nil {
		f.Fatal(err)
	}
	const input = `{"a":[1,{"b":"x"}],"s":2,"t":"2026-11-26T00:00:00Z"}`
	for _, seed := range []string{
		strings.NewReplacer("${Partition}", "aws", "${WorkerFunction}", "worker").Replace(string(machine)),
		task(`,"Retry":[{"ErrorEquals":["States.ALL"]}]`),
		unreached(task(`,"Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":1,"BackoffRate":2,"JitterStrategy":"FULL"}],"TimeoutSecondsPath":"$.s","ResultSelector":{"x.$":"$"},"ResultPath":"$.r.s"`)),
		`{"StartAt":"A","States":{"A":{"Type":"Choice","Choices":[{"And":[{"Variable":"$.a","StringMatches":"*"}],"Next":"A"}]}}}`,
		`{"StartAt":"A","States":{"A":{"Type":"Choice","Choices":[{"Not":{"Variable":"$.a[0]","NumericLessThanPath":"$.s"},"Next":"B"}],"Default":"C"},"B":{"Type":"Fail","ErrorPath":"$.t","Cause":"c"},"C":{"Type":"Succeed","OutputPath":"$.a[1].b"}}}`,
		`{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"A"}}}`,
		`{"StartAt":"A","States":{"A":{"Type":"Wait","TimestampPath":"$.t","Next":"B"},"B":{"Type":"Wait","Seconds":99999999,"End":true}}}`,
		`{"StartAt":"A","TimeoutSeconds":1,"States":{"A":{"Type":"Map","ItemsPath":"$.a","MaxConcurrency":1,"ItemSelector":{"i.$":"$$.Map.Item.Index","v.$":"$$.Map.Item.Value"},"ItemProcessor":{"ProcessorConfig":{"Mode":"INLINE"},"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}},"End":true}}}`,
		`{"StartAt":"A","States":{"A":{"Type":"Parallel","Branches":[{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},{"StartAt":"Q","States":{"Q":{"Type":"Fail"}}}],"Catch":[{"ErrorEquals":["States.ALL"],"Next":"B"}],"End":true},"B":{"Type":"Succeed"}}}`,
		`{"StartAt":"A","States":{"A":{"Type":"Pass","Parameters":{"x.$":"States.Format('{}',States.ArrayGetItem($.a,0))"},"End":true}}}`,
	} {
		f.Add([]byte(seed), input)
	}
	f.Add([]byte(`{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}`), `null`)
	f.Fuzz(func(t *testing.T, definition []byte, input string) {
		machine, err := asl.Parse(definition, nil)
		if err != nil {
			var mistakes asl.Mistakes
			if machine != nil || !errors.As(err, &mistakes) || len(mistakes) == 0 {
				t.Fatalf("%q: %v, without mistakes", definition, err)
			}
			for _, m := range mistakes {
				if !strings.HasPrefix(m.Location, "/") || m.Code == "" || m.Message == "" {
					t.Fatalf("%q: %+v names no place", definition, m)
				}
			}
			return
		}
		if !json.Valid([]byte(input)) {
			input = `{}`
		}
		end := runs(t, machine, input)
		failed := end.Status == asl.Failed || end.Status == asl.TimedOut || end.Status == asl.Aborted
		if failed == (end.Status == asl.Succeeded) || failed && end.Output != nil || !failed && !json.Valid(end.Output) || end.StoppedAt.IsZero() {
			t.Fatalf("%q with %s ends as %+v", definition, input, end)
		}
	})
}

// runs runs a machine whose tasks answer null and whose waits are over at once,
// and stops it where it doesn't end by itself.
func runs(t *testing.T, machine *asl.Machine, input string) asl.End {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	clock := clockwork.NewFakeClock()
	go elapse(ctx, clock)
	engine := asl.NewEngine(clock, &tasks{}, "us-east-1")
	defer engine.Close()
	x, err := engine.Start(asl.Start{ARN: "arn", Name: "name", Machine: machine, Input: []byte(input)})
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-x.Done():
	case <-time.After(20 * time.Millisecond):
		x.Stop(nil, nil)
		select {
		case <-x.Done():
		case <-time.After(30 * time.Second):
			t.Fatal("it doesn't stop")
		}
	}
	return x.State()
}

func FuzzIntrinsic(f *testing.F) {
	for _, s := range []string{"States.Format('a{}', $.a)", "States.Array(1, 'x', States.UUID())", "States.MathAdd(1,-2)", `States.StringSplit('a\'b', $['x,y'])`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		value, err := json.Marshal(text)
		if err != nil {
			t.Skip()
		}
		machine, err := asl.Parse(fmt.Appendf(nil, `{"StartAt":"A","States":{"A":{"Type":"Pass","Parameters":{"a.$":%s},"End":true}}}`, value), nil)
		if err != nil {
			return
		}
		engine := asl.NewEngine(nil, nil, "")
		defer engine.Close()
		x, err := engine.Start(asl.Start{Machine: machine, Input: []byte(`{"a":1}`)})
		if err != nil {
			t.Fatal(err)
		}
		<-x.Done()
	})
}
