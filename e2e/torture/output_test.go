package torture

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
)

// What the strategy of the world returns, and the sensitive fields of a request.
const (
	outputCanary    = "OUTPUT-CANARY"
	sensitiveCanary = "SENSITIVE-CANARY"
	pinCanary       = "PIN-CANARY"
	tokenCanary     = "TOKEN-CANARY"
)

// lines keeps what functions log.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// active files a request for access by version 2, and lets time pass until it is
// active.
func (p *play) active() string {
	id := p.ask("access2", "fast")
	p.until("it is active", func() bool { r := p.load(id); return r != nil && r.Status == run.Active })
	return id
}

// places are the texts in which something may be left behind, by where they are.
func (p *play) places(ids ...string) map[string]string {
	p.t.Helper()
	found := map[string]string{"log": p.log.String()}
	pages := dynamodb.NewScanPaginator(p.dynamodb, &dynamodb.ScanInput{TableName: &p.stack.Template.Tables[0].Name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(p.t.Context())
		if err != nil {
			p.t.Fatal(err)
		}
		for _, it := range page.Items {
			found["item "+stringOf(it["pk"])+" "+stringOf(it["sk"])] = textOf(it)
		}
	}
	for _, id := range ids {
		arn := strings.Replace(p.stack.Template.StateMachines[0].ARN, ":stateMachine:", ":execution:", 1) + ":" + step.ExecutionOf(p.load(id)).Name()
		out, err := p.machines.GetExecutionHistory(p.t.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: &arn, MaxResults: 1000, IncludeExecutionData: ptr(true)})
		if err != nil {
			p.t.Fatal(err)
		}
		raw, err := json.Marshal(out)
		if err != nil {
			p.t.Fatal(err)
		}
		found["execution "+id] = string(raw)
	}
	return found
}

func ptr[T any](v T) *T { return &v }

// textOf is everything that an item holds.
func textOf(it map[string]types.AttributeValue) string {
	var all strings.Builder
	for name, v := range it {
		switch v := v.(type) {
		case *types.AttributeValueMemberB:
			fmt.Fprintln(&all, name, string(v.Value))
		default:
			raw, _ := json.Marshal(v)
			fmt.Fprintln(&all, name, string(raw))
		}
	}
	return all.String()
}

// leaks lists the places that hold a text, but for those allowed.
func leaks(places map[string]string, canary string, allowed ...string) []string {
	var in []string
	for place, text := range places {
		ok := false
		for _, a := range allowed {
			ok = ok || strings.HasPrefix(place, a)
		}
		if !ok && strings.Contains(text, canary) {
			in = append(in, place)
		}
	}
	return in
}

// What a strategy returns is in its own item and in the response to those who may
// see it, and nowhere else: no execution, run, lease, event or log holds it. The
// sensitive part is in no item as it is.
func TestOutputsLeakNowhere(t *testing.T) {
	log := &lines{}
	p := newPlay(t, setup{log: slog.New(slog.NewJSONHandler(log, nil))})
	p.log = log
	id := p.active()
	places := p.places(id)
	if len(places) < 5 || !strings.Contains(places["log"], id) || !strings.Contains(places["execution "+id], "TaskSucceeded") {
		t.Fatalf("only %d places were searched", len(places))
	}
	if in := leaks(places, outputCanary, "item OUT#"); in != nil {
		t.Errorf("the output is in %q", in)
	}
	if len(leaks(places, outputCanary)) != 1 {
		t.Error("the output is stored nowhere, so this test shows nothing")
	}
	for _, canary := range []string{sensitiveCanary, "password"} {
		if in := leaks(places, canary); in != nil {
			t.Errorf("the sensitive output is in %q", in)
		}
	}
	// The sensitive fields are the run's own; of them the function got one.
	for _, canary := range []string{pinCanary, tokenCanary} {
		if in := leaks(places, canary, "item RUN#"); in != nil {
			t.Errorf("%s is in %q", canary, in)
		}
	}
	if given := p.world.given["ada@example.com prod"]; string(given.Fields["token"]) != `"`+tokenCanary+`"` || given.Fields["pin"] != nil {
		t.Errorf("the strategy got the fields %s", given.Fields)
	}
	p.over()
	after := p.places(id)
	for _, canary := range []string{outputCanary, sensitiveCanary} {
		if in := leaks(after, canary, "item OUT#"); in != nil {
			t.Errorf("after the end, %s is in %q", canary, in)
		}
	}
	for _, wrong := range p.holds(run.Ended) {
		t.Error(wrong)
	}
}

// The output is for all who see the request, the sensitive output for the requester
// alone, and both until the access ends.
func TestWhoSeesAnOutput(t *testing.T) {
	p := newPlay(t, setup{})
	id := p.active()
	shown := func(who string) string {
		raw, _ := json.Marshal(p.call(who, "GET", "/requests/"+id, nil).body)
		return string(raw)
	}
	for who, sensitive := range map[string]bool{"ada@example.com": true, "kim@example.com": false, "grace@example.com": false, "root@example.com": false} {
		text := shown(who)
		if !strings.Contains(text, outputCanary) || strings.Contains(text, sensitiveCanary) != sensitive {
			t.Errorf("%s sees %s", who, text)
		}
	}
	if text := shown("mallory@example.com"); strings.Contains(text, "CANARY") {
		t.Errorf("a stranger sees %s", text)
	}
	list, _ := json.Marshal(p.call("ada@example.com", "GET", "/requests?view=mine", nil).body)
	if strings.Contains(string(list), outputCanary) || strings.Contains(string(list), sensitiveCanary) {
		t.Errorf("a list holds %s", list)
	}
	p.over()
	for _, who := range []string{"ada@example.com", "kim@example.com"} {
		if text := shown(who); strings.Contains(text, outputCanary) || strings.Contains(text, sensitiveCanary) {
			t.Errorf("after the end %s sees %s", who, text)
		}
	}
}

// after_escalate reads the output as that of "escalate"; no hook gets the sensitive
// output, and a hook before the access gets neither.
func TestHooksReadTheOutput(t *testing.T) {
	var mu sync.Mutex
	read := map[string]string{}
	note := func(e *hook.Event) {
		mu.Lock()
		defer mu.Unlock()
		read[e.Hook], _ = e.Step("escalate").Lookup("user")
	}
	p := newPlay(t, setup{hooks: hook.Flows{"*": {
		OnRequest: func(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
			note(e)
			return hook.Approve("Fast."), nil
		},
		AfterEscalate: func(_ context.Context, e *hook.Event) (hook.FromAfterEscalate, error) {
			note(e)
			return hook.Continue(), nil
		},
	}}})
	id := p.ask("access2", "fast")
	p.over()
	if read["on_request"] != "" || read["after_escalate"] != outputCanary {
		t.Errorf("hooks read %q", read)
	}
	if in := leaks(p.places(id), sensitiveCanary); in != nil {
		t.Errorf("the sensitive output is in %q", in)
	}
}
