package torture

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/fasttrack-dev/fasttrack/e2e/inprocess"
	"github.com/fasttrack-dev/fasttrack/e2e/tally"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/step"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// final are the statuses that a run may end in.
var final = []run.Status{run.Approved, run.Denied, run.Expired, run.Canceled, run.Ended, run.Revoked, run.Failed}

// life is a play of random steps: several runs of one person for one target,
// people who decide and revoke, crashes, executions that are stopped, a new
// deployment in the middle, a strategy that fails for a while.
type life struct {
	*play
	random *rand.Rand
	runs   []string
	// trouble reports a failure, so that access may last longer.
	trouble bool
	steps   []string
	// today is the definition to deploy; "" if it is deployed.
	today string
	wait  sync.WaitGroup
	mu    sync.Mutex
	wrong []string
}

// live plays the life of a seed. It returns what does not hold, the steps, and how
// many faults came.
func live(t testing.TB, seed uint64) (wrong, steps []string, fired int) {
	random := rand.New(rand.NewPCG(seed, 0))
	l := &life{random: random}
	var came atomic.Int64
	faults := int64(random.IntN(4))
	pick := rand.New(rand.NewPCG(seed, 1))
	var mu sync.Mutex
	var hit []string
	l.play = newPlay(t, setup{fault: func(c inprocess.Call) inprocess.Fault {
		mu.Lock()
		defer mu.Unlock()
		if came.Load() >= faults || pick.IntN(25) != 0 {
			return inprocess.None
		}
		came.Add(1)
		f := inprocess.Fault(1 + pick.IntN(int(inprocess.Drop)))
		hit = append(hit, fault{c, f}.String())
		return f
	}})
	if random.IntN(3) == 0 {
		l.deployOld()
	}
	for range 10 + random.IntN(15) {
		l.step()
		for range 1 + random.IntN(12) {
			l.quiet()
			l.clock.Advance(time.Second)
			l.world.pass()
		}
	}
	if l.today != "" {
		l.deploy()
	}
	l.behave(nil, nil)
	l.over()
	l.wait.Wait()
	l.trouble = l.trouble || came.Load() > 0
	l.check()
	return l.wrong, append(l.steps, hit...), int(came.Load())
}

func (l *life) did(format string, args ...any) {
	l.steps = append(l.steps, l.clock.Now().Format("04:05 ")+fmt.Sprintf(format, args...))
}

func (l *life) complain(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wrong = append(l.wrong, fmt.Sprintf(format, args...))
}

func (l *life) behave(give, take func(*world, string) error) {
	l.world.mu.Lock()
	defer l.world.mu.Unlock()
	l.world.give, l.world.take = give, take
}

func (l *life) step() {
	pick := l.random.IntN(100)
	if len(l.runs) == 0 || pick < 25 && len(l.runs) < 5 {
		l.request()
		return
	}
	id := l.runs[l.random.IntN(len(l.runs))]
	who := []string{"grace@example.com", "linus@example.com", "ada@example.com", "root@example.com"}[l.random.IntN(4)]
	switch {
	case pick < 55:
		l.does(who, id, []string{"approve", "approve", "deny"}[l.random.IntN(3)])
	case pick < 60:
		l.does("ada@example.com", id, "cancel")
	case pick < 70:
		l.does(who, id, "revoke")
	case pick < 75:
		l.stop(id)
	case pick < 80 && l.today != "":
		l.deploy()
	case pick < 85:
		l.trouble = true
		left := 1 + l.random.IntN(3)
		l.did("taking fails %d times", left)
		l.behave(nil, func(*world, string) error {
			if left--; left < 0 {
				return nil
			}
			return errors.New("AWS is not well")
		})
	case pick < 90:
		l.trouble = true
		after := time.Duration(1+l.random.IntN(100)) * time.Second
		l.did("a give fails, and has its effect after %v", after)
		once := true
		l.behave(func(w *world, key string) error {
			if !once {
				return nil
			}
			once = false
			w.late = append(w.late, effect{w.now().Add(after), key})
			return errors.New("no answer in time")
		}, nil)
	}
}

func (l *life) request() {
	body := map[string]any{"flow": []string{"plain", "two", "access", "access", "access"}[l.random.IntN(5)], "reason": []string{"fast", "", "never", "fast", "fast"}[l.random.IntN(5)]}
	if body["flow"] == "access" {
		body["fields"] = map[string]any{"target": "prod"}
		body["duration_seconds"] = []int{20, 40}[l.random.IntN(2)]
	}
	a := l.call("ada@example.com", "POST", "/requests", body)
	if a.status != 201 && a.status != 200 {
		l.complain("asking for %v: %d %v", body, a.status, a.body)
		return
	}
	id, _ := a.body["id"].(string)
	l.runs = append(l.runs, id)
	l.did("%s asks for %v %v", id, body["flow"], body["reason"])
}

// does has somebody act, and looks at the answer when it comes.
func (l *life) does(who, id, act string) {
	l.did("%s: %s by %s", id, act, who)
	done := l.act(who, id, act)
	l.wait.Go(func() {
		if a := <-done; !slices.Contains([]int{200, 202, 400, 403, 404, 409}, a.status) {
			l.complain("%s of %s by %s: %d %v", act, id, who, a.status, a.body)
		}
	})
}

// stop has an operator end the run's execution.
func (l *life) stop(id string) {
	r := l.load(id)
	if r == nil {
		return
	}
	if !l.runsStill(step.ExecutionOf(r).Name()) {
		return
	}
	l.did("%s: its execution is stopped", id)
	l.trouble = true
	l.play.stop(id)
}

// deployOld has runs start under the machine before there was access.
func (l *life) deployOld() {
	machine := l.stack.Template.StateMachines[0].ARN
	today, err := l.machines.DescribeStateMachine(context.Background(), &sfn.DescribeStateMachineInput{StateMachineArn: &machine})
	if err != nil {
		l.t.Fatal(err)
	}
	old, err := os.ReadFile("testdata/releases/1.asl.json")
	if err != nil {
		l.t.Fatal(err)
	}
	record := ""
	for _, f := range l.stack.Template.Functions {
		if f.LogicalID == "RecordFunction" {
			record = "arn:aws:lambda:" + localaws.Region + ":" + localaws.AccountID + ":function:" + f.Name
		}
	}
	l.today = strings.ReplaceAll(string(old), "${RecordFunction}", record)
	l.deploy()
	l.today = *today.Definition
}

func (l *life) deploy() {
	l.did("a new deployment")
	machine := l.stack.Template.StateMachines[0].ARN
	if _, err := l.machines.UpdateStateMachine(context.Background(), &sfn.UpdateStateMachineInput{StateMachineArn: &machine, Definition: &l.today}); err != nil {
		l.t.Fatal(err)
	}
	l.today = ""
}

// check returns what does not hold once all is over.
func (l *life) check() {
	l.patient = l.trouble
	l.wrong = append(l.wrong, l.holds(final...)...)
	for _, id := range l.runs {
		r := l.load(id)
		if r == nil {
			l.complain("run %s was acknowledged, and is lost", id)
			continue
		}
		a := r.Access
		if a == nil || a.StartsAt.IsZero() {
			continue
		}
		if a.GoneAt.After(a.EndsAt) && !l.trouble {
			l.complain("run %s: gone %v after its end, and nothing went wrong", id, a.GoneAt.Sub(a.EndsAt))
		}
	}
}

// TestLives holds that access, once given, is gone by its end, or somebody is
// notified, and is never removed while another run holds it; over random approvals,
// denials, revokes, expiries, crashes, retries, deployments and overlapping runs.
func TestLives(t *testing.T) {
	var c count
	t.Cleanup(func() { c.report(t, "random lives") })
	seeds := 400 / tally.Of(80, 40)
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			c.cases.Add(1)
			wrong, steps, fired := live(t, uint64(seed))
			c.fired.Add(int64(fired))
			if len(wrong) == 0 {
				c.held.Add(1)
				return
			}
			t.Errorf("%s\nafter\n%s", strings.Join(wrong, "\n"), strings.Join(steps, "\n"))
		})
	}
}
