package stepfunctions_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/stepfunctions"
)

// An execution that an older release started goes on by its definition, though it
// would be refused today; what cannot run fails by name, and nothing catches it.
func TestRestartWithWhatIsRefusedToday(t *testing.T) {
	w := newWorld(t)
	s, kill := w.open()
	arn := w.start(s, waiting, `{"s":100}`)
	kill()
	files, err := filepath.Glob(filepath.Join(w.dir, "definitions", "*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	old := strings.Replace(waiting, "lambda:invoke", "sns:publish", 1)
	old = strings.Replace(old, `"End":true`, `"End":true,"Catch":[{"ErrorEquals":["States.ALL"],"Next":"C"}]`, 1)
	old = strings.Replace(old, `}}}`, `},"C":{"Type":"Parallel","Branches":[],"End":true}}}`, 1)
	if _, err := s.Create("today", old, "arn:aws:iam::123456789012:role/r"); err == nil {
		t.Fatal("it is accepted today")
	}
	if err := os.WriteFile(files[0], []byte(old), 0o600); err != nil {
		t.Fatal(err)
	}
	s, _ = w.open()
	w.resume(s)
	w.idle()
	w.clock.Advance(100 * time.Second)
	d := w.ends(s, arn)
	if cause, _ := d["cause"].(string); d["error"] != "States.Runtime" || !strings.Contains(cause, "sns:publish is not implemented on this machine") {
		t.Errorf("it ended as %v", d)
	}
}

// The iterations of a Map follow one another as they would have without a restart
// between them.
func TestRestartSequentialMap(t *testing.T) {
	const definition = `{"StartAt":"M","States":{"M":{"Type":"Map","MaxConcurrency":1,"ItemProcessor":{"StartAt":"W","States":{
		"W":{"Type":"Wait","Seconds":100,"Next":"P"},"P":{"Type":"Pass","End":true}}},"Next":"Z"},"Z":{"Type":"Pass","End":true}}}`
	follows := func(w *world, s *stepfunctions.Service, arn string) (out []float64) {
		for _, e := range w.ask(s, "GetExecutionHistory", map[string]any{"executionArn": arn})["events"].([]any) {
			out = append(out, e.(map[string]any)["previousEventId"].(float64))
		}
		return out
	}
	var want []float64
	for _, restart := range []int{-1, 0, 1, 2} {
		w := newWorld(t)
		s, kill := w.open()
		arn := w.start(s, definition, `[1,2,3]`)
		for i := range 3 {
			w.idle()
			if i == restart {
				kill()
				s, kill = w.open()
				w.resume(s)
				w.idle()
			}
			w.clock.Advance(100 * time.Second)
		}
		if d := w.ends(s, arn); d["output"] != `[1,2,3]` {
			t.Fatalf("restarted in iteration %d it ended as %v", restart, d)
		}
		got := follows(w, s, arn)
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("restarted in iteration %d the events follow %v\nwant %v", restart, got, want)
		}
		kill()
	}
	if end, next := want[8], want[9]; end != 8 || next != 8 {
		t.Errorf("the end of an iteration follows %v and the next iteration %v, want the last state's event 8", end, next)
	}
}
