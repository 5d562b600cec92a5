package torture

import (
	"bytes"
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// A release that is newer than this one: its machine writes version 4, and its
// functions, which are today's otherwise, read it.
const (
	knownVersion = `"version": 3,`
	newerVersion = `"version": 4,`
)

// newerFunctions has functions/record and functions/grant read version 4 for as
// long as deployed is set.
func newerFunctions(deployed *atomic.Bool) func(*localaws.Options) {
	return func(o *localaws.Options) {
		for _, name := range []string{"RecordFunction", "GrantFunction"} {
			today := o.Functions[name]
			o.Functions[name] = func(ctx context.Context, payload []byte) ([]byte, error) {
				if deployed.Load() {
					payload = bytes.Replace(payload, []byte(`"version":4`), []byte(`"version":3`), 1)
				}
				return today(ctx, payload)
			}
		}
	}
}

// Runs that a newer machine started are stuck while older functions are back:
// nothing is decided and nothing is lost, access still ends at its time, and what
// is filed meanwhile goes the older way. With the newer functions they go on.
func TestRollBackWithRunsOfANewerRelease(t *testing.T) {
	t.Parallel()
	var newer atomic.Bool
	p := newPlay(t, setup{local: newerFunctions(&newer)})
	today, err := p.machines.DescribeStateMachine(t.Context(), &sfn.DescribeStateMachineInput{StateMachineArn: p.machine()})
	if err != nil {
		t.Fatal(err)
	}
	next := strings.ReplaceAll(*today.Definition, knownVersion, newerVersion)
	if strings.Count(next, newerVersion) != 5 {
		t.Fatalf("%d states say their version, want Record, Review, Grant, Active and TakeBack", strings.Count(next, newerVersion))
	}

	newer.Store(true)
	p.update(p.machine(), next)
	approved, expires, active := p.ask("slow", ""), p.ask("plain", ""), p.ask("access", "fast")
	p.pending(approved)
	p.pending(expires)
	p.until("access is there", func() bool { return p.load(active).Status == run.Active })

	newer.Store(false)
	p.update(p.machine(), *today.Definition)
	before := map[string]int{approved: len(p.load(approved).History), expires: len(p.load(expires).History)}
	answered := p.act("grace@example.com", approved, "approve")
	meanwhile := p.ask("plain", "fast")
	const back = 10 * time.Minute
	for until := p.clock.Now().Add(back); p.clock.Now().Before(until); p.clock.Advance(time.Second) {
		p.quiet()
		p.world.pass()
	}
	for id, entries := range before {
		if r := p.load(id); r.Status != run.Pending || len(r.History) != entries || !p.runsStill(id) {
			t.Errorf("run %s is %s with %d entries of %d; its execution runs: %v", id, r.Status, len(r.History), entries, p.runsStill(id))
		}
	}
	if r := p.load(active); r.Status != run.Ended || r.Access.GoneAt.Sub(r.Access.EndsAt) > 2*time.Minute {
		t.Errorf("run %s is %s, its access was there from %v to %v and gone at %v", active, r.Status, r.Access.StartsAt, r.Access.EndsAt, r.Access.GoneAt)
	}
	if r := p.load(meanwhile); r.Status != run.Approved {
		t.Errorf("run %s, asked meanwhile, is %s", meanwhile, r.Status)
	}
	if n := p.events(approved); n > 80*int(back/time.Minute) {
		t.Errorf("standing still took %d of the 25,000 events that an execution may have in %v", n, back)
	}

	newer.Store(true)
	p.update(p.machine(), next)
	p.over()
	p.until("the act is answered", func() bool { return len(answered) > 0 })
	for id, want := range map[string]run.Status{approved: run.Approved, expires: run.Expired} {
		if r := p.load(id); r.Status != want {
			t.Errorf("run %s is %s, want %s", id, r.Status, want)
		}
	}
	for _, wrong := range p.holds(run.Approved, run.Expired, run.Ended) {
		t.Error(wrong)
	}
}

// events counts those of a run's execution.
func (p *play) events(name string) int {
	p.t.Helper()
	arn := strings.Replace(*p.machine(), ":stateMachine:", ":execution:", 1) + ":" + name
	n := 0
	pages := sfn.NewGetExecutionHistoryPaginator(p.machines, &sfn.GetExecutionHistoryInput{ExecutionArn: aws.String(arn), MaxResults: 1000})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			p.t.Fatal(err)
		}
		n += len(page.Events)
	}
	return n
}
