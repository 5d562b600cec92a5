package torture

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// restored is a play whose table was put back to what it was a while ago.
type restored struct {
	*play
	// As of the restored time: decided waited for people, and was decided since;
	// waits still waits; ended was active, and ended since; extra waited for
	// people, and has access since; lost had not been filed, and has access.
	decided, waits, ended, extra, lost string
}

// restore plays a while, and has the table put back to the middle of it.
func restore(t *testing.T, put func(p *restored, snapshot []map[string]types.AttributeValue)) *restored {
	p := &restored{play: newPlay(t, setup{flows: restoreFlows})}
	p.decided, p.waits, p.extra = p.ask("plain", ""), p.ask("plain", ""), p.asks("bob", "")
	p.ended = p.asks("eve", "fast")
	p.until("access is there", func() bool { return p.load(p.ended).Status == run.Active })
	p.pending(p.extra)
	snapshot := p.items()

	p.acts("grace@example.com", p.decided, "approve")
	p.acts("grace@example.com", p.ended, "revoke")
	p.acts("grace@example.com", p.extra, "approve")
	p.lost = p.asks("mallory", "fast")
	p.until("more access is there", func() bool {
		return p.load(p.extra).Status == run.Active && p.load(p.lost).Status == run.Active && p.load(p.ended).Over()
	})
	put(p, snapshot)
	return p
}

const restoreFlows = `
flows:
  - name: plain
    admins: [root@example.com]
    require_reason: []
    review: {approvers: [group:sre], timeout: 10m}
  - name: access
    admins: [root@example.com]
    require_reason: []
    fields: [{name: target, type: target, required: true}]
    targets: [{id: prod, label: Production}]
    durations: [15m]
    strategy: {type: lambda, function: a-strategy}
    review: {approvers: [group:sre], timeout: 10m}
directory: {groups: {sre: [grace@example.com]}}
`

// asks has somebody ask for access.
func (p *restored) asks(who, reason string) string {
	a := p.call(who+"@example.com", "POST", "/requests", map[string]any{"flow": "access", "reason": reason, "fields": map[string]any{"target": "prod"}})
	id, _ := a.body["id"].(string)
	return id
}

// items reads the table.
func (p *restored) items() []map[string]types.AttributeValue {
	p.t.Helper()
	out, err := p.dynamodb.Scan(context.Background(), &dynamodb.ScanInput{TableName: &p.stack.Template.Tables[0].Name})
	if err != nil || out.LastEvaluatedKey != nil {
		p.t.Fatalf("%v, or more than a page", err)
	}
	return out.Items
}

// empty deletes every item.
func (p *restored) empty() {
	p.t.Helper()
	for _, it := range p.items() {
		key := map[string]types.AttributeValue{"pk": it["pk"], "sk": it["sk"]}
		if _, err := p.dynamodb.DeleteItem(context.Background(), &dynamodb.DeleteItemInput{TableName: &p.stack.Template.Tables[0].Name, Key: key}); err != nil {
			p.t.Fatal(err)
		}
	}
}

// copy writes items over those that are there.
func (p *restored) copy(items []map[string]types.AttributeValue) {
	p.t.Helper()
	for _, it := range items {
		if _, err := p.dynamodb.PutItem(context.Background(), &dynamodb.PutItemInput{TableName: &p.stack.Template.Tables[0].Name, Item: it}); err != nil {
			p.t.Fatal(err)
		}
	}
}

// settles lets time pass until all that is stored is over, and no execution runs.
func (p *restored) settles(want map[string]run.Status) {
	p.t.Helper()
	p.pass(2*time.Hour, func() bool {
		return len(p.running()) == 0 && !slices.ContainsFunc(p.runs(), func(r *run.Run) bool { return !r.Over() })
	})
	for id, status := range want {
		r := p.load(id)
		if r == nil || r.Status != status {
			p.t.Errorf("run %s is %v, want %s", id, r, status)
			continue
		}
		if err := r.VerifyRecord(id, nil); err != nil {
			p.t.Errorf("run %s: %v", id, err)
		}
	}
}

// A table that is nothing but what it was forgets: what was decided since is with
// people once more and ends without a decision, nothing is given by that, and
// what was active then ends. Access that was given since is nobody's.
func TestRestoreAlone(t *testing.T) {
	t.Parallel()
	p := restore(t, func(p *restored, snapshot []map[string]types.AttributeValue) {
		p.empty()
		p.copy(snapshot)
	})
	p.settles(map[string]run.Status{p.decided: run.Expired, p.waits: run.Expired, p.extra: run.Expired, p.ended: run.Ended})
	if r := p.load(p.lost); r != nil {
		t.Errorf("run %s is there again", p.lost)
	}
	left := p.world.left()
	slices.Sort(left)
	if want := []string{"bob@example.com prod", "mallory@example.com prod"}; !slices.Equal(left, want) {
		t.Errorf("left is %v, want %v: docs/operations.md says what is", left, want)
	}
}

// As docs/operations.md says it is done, nothing is left: what has access is
// revoked first, and what was is written over what is, but for the leases. What
// people did since lies beside the runs, so it is dealt with again.
func TestRestoreAsOperationsSay(t *testing.T) {
	t.Parallel()
	p := restore(t, func(p *restored, snapshot []map[string]types.AttributeValue) {
		for _, r := range p.runs() {
			if r.Status == run.Active {
				p.acts("root@example.com", r.ID, "revoke")
			}
		}
		p.until("nobody has access", func() bool { return len(p.world.left()) == 0 })
		before := p.links()
		p.copy(withoutLeases(snapshot))
		if after := p.links(); before == 0 || after != before {
			p.t.Errorf("%d links of people after the restore, %d before", after, before)
		}
	})
	p.settles(map[string]run.Status{p.decided: run.Approved, p.waits: run.Expired, p.extra: run.Revoked, p.ended: run.Ended, p.lost: run.Revoked})
	if left := p.world.left(); len(left) > 0 {
		t.Errorf("still there: %v", left)
	}
}

// Access that was not revoked before ends all the same, by the leases that were
// left as they are: they say who has what now.
func TestRestoreWithAccess(t *testing.T) {
	t.Parallel()
	p := restore(t, func(p *restored, snapshot []map[string]types.AttributeValue) { p.copy(withoutLeases(snapshot)) })
	p.settles(map[string]run.Status{p.decided: run.Approved, p.waits: run.Expired, p.extra: run.Ended, p.ended: run.Ended, p.lost: run.Ended})
	if left := p.world.left(); len(left) > 0 {
		t.Errorf("still there: %v", left)
	}
}

// Whatever the lane hands over, the input of the lifecycle says what was requested, and by whom:
// docs/operations.md looks for access there if the table is gone.
func TestRestoreByTheExecutions(t *testing.T) {
	t.Parallel()
	var refused atomic.Bool
	p := newPlay(t, setup{local: func(o *localaws.Options) {
		invoke := o.Functions["HooksFunction"]
		o.Functions["HooksFunction"] = func(ctx context.Context, payload []byte) ([]byte, error) {
			if refused.Load() {
				return nil, messages.InvokeResponse_Error{Type: "Lambda.TooManyRequestsException", Message: "Rate Exceeded."}
			}
			return invoke(ctx, payload)
		}
	}})
	people, active := p.ask("access", ""), p.ask("access", "fast")
	p.pending(people)
	p.isActive(active)
	refused.Store(true)
	hook := p.ask("access", "fast")
	p.until("the lane hands over the hook", func() bool { return len(p.stack.StepFunctions.ExpressRunning()) == 0 })
	p.names("people decide", people)
	p.names("access is there", active)
	p.names("a hook is still to be called", hook)
	refused.Store(false)
	p.over()

	// What functions/reconcile starts in the lane's place says it too, and so do recoveries.
	lost, _ := deadLane(t, setup{}, "before HandOver")
	active = lost.ask("access", "fast")
	lost.isActive(active)
	lost.names("the lane died", active)
	lost.stop(active)
	lost.until("the next execution is there", func() bool { return lost.load(active).Engine.Execution > 0 })
	lost.names("the execution died", active+"-r1")
	lost.over()
}

// names checks whom and what the input of an execution names, as docs/operations.md reads it.
func (p *play) names(what, execution string) {
	p.t.Helper()
	out, err := p.machines.DescribeExecution(p.t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: aws.String(strings.Replace(*p.machine(), ":stateMachine:", ":execution:", 1) + ":" + execution)})
	if err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
	type asked struct {
		ID        string
		Requester struct{ Email string }
		Fields    struct{ Target struct{ ID string } }
	}
	var in struct {
		Asked *asked
		Hook  *struct{ Ask struct{ Run asked } }
	}
	if err := json.Unmarshal([]byte(*out.Input), &in); err != nil {
		p.t.Fatal(err)
	}
	if in.Asked == nil && in.Hook != nil {
		in.Asked = &in.Hook.Ask.Run
	}
	id, _, _ := strings.Cut(execution, "-")
	if a := in.Asked; a == nil || a.ID != id || a.Requester.Email != "ada@example.com" || a.Fields.Target.ID != "prod" {
		p.t.Errorf("%s: the input is %s", what, *out.Input)
	}
}

// links counts those that keep people apart.
func (p *restored) links() int {
	n := 0
	for _, it := range p.items() {
		if to, is := it["to"].(*types.AttributeValueMemberSS); is && strings.HasPrefix(stringOf(it["pk"]), "LINK#") {
			n += len(to.Value)
		}
	}
	return n
}

// withoutLeases leaves out what a restore must not turn back: who has what, and who
// is the same person.
func withoutLeases(items []map[string]types.AttributeValue) []map[string]types.AttributeValue {
	return slices.DeleteFunc(slices.Clone(items), func(it map[string]types.AttributeValue) bool {
		kind, _, _ := strings.Cut(stringOf(it["pk"]), "#")
		return slices.Contains([]string{"LEASE", "LINK", "OUT"}, kind)
	})
}
