package torture

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// release is what a release left to the next, as e2e/recordrelease wrote it down.
type release struct {
	Release string
	// Issuer is that of its people's tokens; this machine's own if empty.
	Issuer string
	At     time.Time
	Runs   []left
	Items  []json.RawMessage
	Heard  []struct{ Asked, Answered json.RawMessage }
	// machine is the definition of the release's lifecycle, lane that of its lane, if it
	// has one.
	machine, lane string
}

// left is a run that waits: its execution is in a state, which was entered with
// that document.
type left struct {
	ID, Then, State string
	Document        json.RawMessage
	// Lane says that the execution is the lane's.
	Lane bool
}

// releases are those that are kept, the oldest first.
var releases = []string{"1", "2", "3", "4"}

func readRelease(t testing.TB, name string) release {
	t.Helper()
	var rel release
	raw, err := os.ReadFile("testdata/releases/" + name + ".json")
	if err == nil {
		err = json.Unmarshal(raw, &rel)
	}
	if err != nil {
		t.Fatal(err)
	}
	definition, err := os.ReadFile("testdata/releases/" + name + ".asl.json")
	if err != nil {
		t.Fatal(err)
	}
	rel.machine = string(definition)
	lane, err := os.ReadFile("testdata/releases/" + name + ".lane.asl.json")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	rel.lane = string(lane)
	return rel
}

// deployed returns a play in which that release runs: its table, and its machine
// with an execution for each run, in the state where the run waits. The functions
// are those of today. It returns the histories too, as the release left them.
func deployed(t testing.TB, rel release, s setup) (*play, map[string][]run.Entry) {
	t.Helper()
	flows, err := os.ReadFile("testdata/releases/flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s.flows, s.at = string(flows), rel.At
	if rel.Issuer != "" && s.local == nil {
		s.local = func(o *localaws.Options) {
			o.Parameters = map[string]string{"JwtIssuer": rel.Issuer, "JwtAudience": "fasttrack"}
			o.VerifyIssuers = []string{} // nobody answers there: its tokens are made here
		}
	}
	p := newPlay(t, s)
	for _, it := range rel.Items {
		p.put(it)
	}
	before := p.histories()
	// The release's machine, with a way into the middle. It takes the run's id from
	// what an execution began with; the document has it too.
	p.update(p.machine(), resumable(t, p.named(rel.machine)))
	today := p.definition(p.lane())
	if rel.lane != "" {
		p.update(p.lane(), resumable(t, p.named(rel.lane)))
	}
	for _, r := range rel.Runs {
		if r.Then == stay {
			continue
		}
		input := strings.Replace(string(r.Document), "{", `{"resume_at":"`+r.State+`",`, 1)
		machine := p.machine()
		if r.Lane {
			machine = p.lane()
		}
		if _, err := p.machines.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: machine, Name: &r.ID, Input: &input}); err != nil {
			t.Fatal(err)
		}
	}
	p.update(p.lane(), today)
	p.quiet()
	return p, before
}

// histories returns that of each run, and has the world be as the runs say.
func (p *play) histories() map[string][]run.Entry {
	all := map[string][]run.Entry{}
	for _, r := range p.runs() {
		all[r.ID] = r.History
		if a := r.Access; a != nil && !a.StartsAt.IsZero() && a.GoneAt.IsZero() {
			target, _ := r.Target()
			p.world.has[r.Requester.ID+" "+target.ID] = true
		}
	}
	return all
}

// put writes an item into the table of runs, as DynamoDB returned it.
func (p *play) put(item json.RawMessage) {
	p.t.Helper()
	body, err := json.Marshal(map[string]any{"TableName": p.stack.Template.Tables[0].Name, "Item": item})
	if err != nil {
		p.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.stack.AWSURL(), strings.NewReader(string(body)))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("X-Amz-Target", "DynamoDB_20120810.PutItem")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusOK {
		p.t.Fatalf("put an item: %d %v", res.StatusCode, err)
	}
}

func (p *play) machine() *string { return &p.stack.Template.StateMachines[0].ARN }

// named puts the functions of the stack into a definition.
func (p *play) named(definition string) string {
	definition = strings.NewReplacer("${Partition}", "aws", "${Lifecycle}", *p.machine(), "${ResumeFunction}", "${HooksFunction}").Replace(definition)
	for _, f := range p.stack.Template.Functions {
		definition = strings.ReplaceAll(definition, "${"+f.LogicalID+"}", "arn:aws:lambda:"+localaws.Region+":"+localaws.AccountID+":function:"+f.Name)
	}
	for _, r := range p.stack.Template.Roles {
		definition = strings.ReplaceAll(definition, "${"+r.LogicalID+"}", r.ARN)
	}
	return definition
}

// definition is that of a machine.
func (p *play) definition(machine *string) string {
	p.t.Helper()
	out, err := p.machines.DescribeStateMachine(p.t.Context(), &sfn.DescribeStateMachineInput{StateMachineArn: machine})
	if err != nil {
		p.t.Fatal(err)
	}
	return *out.Definition
}

// update sets another definition of a machine.
func (p *play) update(machine *string, definition string) {
	p.t.Helper()
	if _, err := p.machines.UpdateStateMachine(p.t.Context(), &sfn.UpdateStateMachineInput{StateMachineArn: machine, Definition: &definition}); err != nil {
		p.t.Fatal(err)
	}
}

// lane is the machine in which requests begin.
func (p *play) lane() *string { return &p.stack.Template.StateMachines[1].ARN }

// withoutLane has functions/request start executions of the other machine with its
// document, as that of an older release does.
func (p *play) withoutLane() {
	p.t.Helper()
	definition := `{"StartAt":"Start","States":{"Start":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution","Parameters":{` +
		`"StateMachineArn":"` + *p.machine() + `","Name.$":"$$.Execution.Name","Input.$":"$"},"End":true}}}`
	p.update(p.lane(), definition)
}

// running lists the executions that are under way.
func (p *play) running() []string {
	p.t.Helper()
	out, err := p.machines.ListExecutions(p.t.Context(), &sfn.ListExecutionsInput{StateMachineArn: p.machine(), StatusFilter: types.ExecutionStatusRunning})
	if err != nil {
		p.t.Fatal(err)
	}
	var names []string
	for _, x := range out.Executions {
		names = append(names, *x.Name)
	}
	return names
}

// resumable returns a definition whose executions begin in the state that their
// input names as resume_at.
func resumable(t testing.TB, definition string) string {
	t.Helper()
	var machine map[string]any
	if err := json.Unmarshal([]byte(definition), &machine); err != nil {
		t.Fatal(err)
	}
	states := machine["States"].(map[string]any)
	var choices []any
	for name := range states {
		choices = append(choices, map[string]any{"Variable": "$.resume_at", "StringEquals": name, "Next": name})
	}
	states["Resume"] = map[string]any{"Type": "Choice", "Choices": choices, "Default": machine["StartAt"]}
	machine["StartAt"] = "Resume"
	raw, err := json.Marshal(machine)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
