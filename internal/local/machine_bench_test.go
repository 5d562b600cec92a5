package local_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
	"github.com/fasttrack-dev/fasttrack/localaws/stepfunctions"
)

// instant answers every invocation at once with what ends a run.
type instant struct{}

func (instant) Invoke(context.Context, string, []byte) (lambda.Result, error) {
	return lambda.Result{Payload: []byte(`{"version":1,"next":"Approved","turn":2}`), ExecutedVersion: "1"}, nil
}

// BenchmarkFastTracked runs the state machine that deploys to its end in four
// states, on as many processors as GOMAXPROCS says. The heap that a finished
// execution keeps is heap-B/op.
func BenchmarkFastTracked(b *testing.B) {
	definition, err := os.ReadFile("../../statemachine.asl.json")
	if err != nil {
		b.Fatal(err)
	}
	s := stepfunctions.New(stepfunctions.Options{Invoker: instant{}})
	defer s.Close()
	machine, err := s.Create("fasttrack", strings.ReplaceAll(string(definition), "${Partition}", "aws"), "arn:aws:iam::123456789012:role/states")
	if err != nil {
		b.Fatal(err)
	}
	input := `{"version":3,"run_id":"01J","turn":1,"next":"Hook","seconds":1,"heard":null,"caught":null,"hook":{"function":"hooks","seconds":10,"ask":{"hook":"on_request","request":{"target":"prod-ro","reason":"to look"}}}}`
	before := heap()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		arn, err := s.Start(machine, fmt.Sprintf("run-%d", i), input)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Wait(b.Context(), arn); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(heap()-before)/float64(b.N), "heap-B/op")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "executions/s")
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
