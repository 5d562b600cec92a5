package asl_test

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
	"github.com/fasttrack-dev/fasttrack/localaws/asl/parity"
)

// recordings returns the file of executions that were recorded at AWS: what
// LOCALAWS_ASL_RECORDINGS names, or the one beside the checkout.
func recordings() string {
	return cmp.Or(os.Getenv("LOCALAWS_ASL_RECORDINGS"), "../../../shared/asl-recordings/cases.jsonl")
}

// byDesign are the features of the service that the interpreter refuses when a
// machine is created, by what its message says, and why they are left out. A
// recording that uses one must be refused so.
var byDesign = map[string]string{
	`"JSONata" is not implemented here`:        "JSONPath is the query language here",
	"variables are not implemented":            "state lives in the document",
	"Field is not implemented on this machine": "variables, JSONata, and a distributed Map's readers, batches, writers and tolerated failures",
	"no functions to call":                     "recordings have no functions",
}

type recorded struct {
	ID         string          `json:"id"`
	Definition json.RawMessage `json:"definition"`
	Input      json.RawMessage `json:"input"`
	Status     string          `json:"status"`
	Output     any             `json:"output"`
	Error      *string         `json:"error"`
	Cause      *string         `json:"cause"`
	Entered    []string        `json:"entered"`
	Types      []string        `json:"types"`
}

// TestRecordedExecutions replays what the real service did.
func TestRecordedExecutions(t *testing.T) {
	file, err := os.Open(recordings())
	if os.IsNotExist(err) {
		t.Skipf("NOT RUN: the recorded executions are not beside the checkout (%s); LOCALAWS_ASL_RECORDINGS names them elsewhere", recordings())
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	var mu sync.Mutex
	counts := map[string]int{}
	played := 0
	t.Run("cases", func(t *testing.T) {
		for lines.Scan() {
			var c recorded
			if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
				t.Fatal(err)
			}
			played++
			t.Run(c.ID, func(t *testing.T) {
				t.Parallel()
				result, wrong := c.compare(t)
				if wrong != "" {
					t.Error(wrong)
				}
				mu.Lock()
				defer mu.Unlock()
				counts[result]++
			})
		}
	})
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if played == 0 {
		t.Error("there are no recorded executions in the file")
	}
	t.Logf("%d recorded executions: %d as recorded, %d refused by design, %d differ", played, counts["as recorded"], counts["refused"], counts["differs"])
}

// compare reports whether the interpreter does what was recorded, refuses it by
// design, or differs, and then how.
func (c recorded) compare(t *testing.T) (result, wrong string) {
	_, err := asl.Parse(c.Definition, func(string, map[string]any) asl.Mistakes {
		return asl.Mistakes{{Location: "/Resource", Message: "no functions to call"}}
	})
	if mistakes, ok := errors.AsType[asl.Mistakes](err); ok {
		for _, m := range mistakes {
			if !slices.ContainsFunc(slices.Collect(maps.Keys(byDesign)), func(words string) bool { return strings.Contains(m.Message, words) }) {
				return "differs", "refused: " + m.Message + " at " + m.Location
			}
		}
		return "refused", ""
	}
	// What the recording replaced by a placeholder may have been any of these;
	// one must fit.
	for _, input := range c.inputs() {
		if wrong = c.replay(t, input); wrong == "" {
			return "as recorded", ""
		}
	}
	return "differs", wrong
}

var dates = []string{"2012-10-09T19:00:55Z", "2012-10-09T19:00:56Z", "2012-10-09T19:00:54Z", "2016-12-05 21:29:29Z", "2016-12-05T25:29:29Z", "05-12-2016T21:29:29Z"}

// inputs are the inputs that a recording may stand for.
func (c recorded) inputs() []string {
	in := string(c.Input)
	placeholder := regexp.MustCompile(`"(date|timestamp|<timestamp>)"`)
	if !placeholder.MatchString(in) {
		return []string{in}
	}
	var out []string
	for _, a := range dates {
		for _, b := range dates {
			values := []string{a, b}
			out = append(out, placeholder.ReplaceAllStringFunc(in, func(string) string {
				v := values[0]
				values = append(values[1:], v)
				return `"` + v + `"`
			}))
		}
	}
	return out
}

// elapse has a fake clock's waits be over at once.
func elapse(ctx context.Context, clock *clockwork.FakeClock) {
	for clock.BlockUntilContext(ctx, 1) == nil {
		clock.Advance(time.Hour)
	}
}

// replay runs the case and says what differs, "" if nothing does.
func (c recorded) replay(t *testing.T, input string) string {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	machine, err := asl.Parse(c.Definition, nil)
	if err != nil {
		return "refused: " + err.Error()
	}
	clock := clockwork.NewFakeClock()
	go elapse(ctx, clock)
	engine := asl.NewEngine(clock, nil, "us-east-1")
	defer engine.Close()
	x, err := engine.Start(asl.Start{
		ARN: "arn:aws:states:us-east-1:111111111111:execution:machine:name", Name: "name",
		MachineARN: "arn:aws:states:us-east-1:111111111111:stateMachine:machine", MachineName: "machine",
		Machine: machine, Input: []byte(input),
	})
	if err != nil {
		return err.Error()
	}
	select {
	case <-x.Done():
	case <-ctx.Done():
		return "it does not end"
	}
	end := x.State()
	if string(end.Status) != c.Status {
		return "status is " + string(end.Status) + ", want " + c.Status + ": " + describe(end.Failure)
	}
	if c.Status == "SUCCEEDED" {
		var got any
		if err := json.Unmarshal(end.Output, &got); err != nil {
			return err.Error()
		}
		if !alike(c.Output, got) {
			return "output is " + string(end.Output) + ", want " + text(c.Output)
		}
	}
	if c.Error != nil && (end.Failure.Error == nil || *end.Failure.Error != *c.Error) {
		return "error is " + describe(end.Failure) + ", want " + *c.Error
	}
	if c.Cause != nil && (end.Failure.Cause == nil || !alike(*c.Cause, *end.Failure.Cause)) {
		return "cause is " + describe(end.Failure) + ", want " + *c.Cause
	}
	if c.Types != nil {
		var types, entered []string
		for _, e := range x.History(0) {
			types = append(types, e.Type)
			if strings.HasSuffix(e.Type, "StateEntered") {
				entered = append(entered, e.Name)
			}
		}
		want := c.Types
		if sideBySide(c.Definition) { // no order is promised
			sort.Strings(types)
			sort.Strings(want)
			sort.Strings(entered)
			sort.Strings(c.Entered)
		}
		if !reflect.DeepEqual(types, want) {
			return "events are " + strings.Join(types, " ") + "\nwant " + strings.Join(want, " ")
		}
		if !reflect.DeepEqual(entered, c.Entered) {
			return "entered " + strings.Join(entered, " ") + ", want " + strings.Join(c.Entered, " ")
		}
	}
	return ""
}

func sideBySide(definition []byte) bool {
	s := string(definition)
	return strings.Contains(s, `"Parallel"`) || strings.Contains(s, `"Map"`) && !strings.Contains(s, `"MaxConcurrency": 1,`)
}

func describe(f *asl.Failure) string {
	if f == nil {
		return "no failure"
	}
	return text(f.Error) + " " + text(f.Cause)
}

func text(v any) string {
	raw, _ := json.Marshal(v)
	return string(raw)
}

var (
	placeholders = regexp.MustCompile(`<[^<>]+>`)
	anything     = map[string]bool{"generated-uuid": true, "RandomNumberGenerated": true, "date": true, "timestamp": true}
)

// alike compares a recorded value with a played one: placeholders stand for
// anything.
func alike(want, got any) bool { return parity.Alike(want, got, alikeText) }

func alikeText(want string, got any) bool {
	if anything[want] {
		return true
	}
	g, ok := got.(string)
	pattern := ""
	rest := want
	for _, at := range placeholders.FindAllStringIndex(want, -1) {
		pattern += regexp.QuoteMeta(want[len(want)-len(rest):at[0]]) + "(?s:.*)"
		rest = want[at[1]:]
	}
	pattern += regexp.QuoteMeta(rest)
	return ok && regexp.MustCompile("^(?s:"+pattern+")$").MatchString(g)
}
