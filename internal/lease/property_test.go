package lease_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/lease"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// owner is who made the existing access.
type owner string

const (
	nobody   owner = ""         // no access exists
	standing owner = "standing" // somebody outside, by none of our calls
	ours     owner = "ours"     // one of our calls
	// either is made by somebody outside while we held access that we had made, or
	// were about to make it: whose it is can't be known.
	either owner = "either"
)

// stage is how far a call to the strategy has come.
type stage int

const (
	begun stage = iota
	absent
	recorded
	done
)

// call is a call to the strategy. It goes on step by step, also after its
// caller has died, until its deadline.
type call struct {
	kind     lease.Kind
	runID    string
	fence    int64
	deadline time.Time
	at       stage
	created  bool
}

// play is an access that runs begin and end and that others change as they like.
type play struct {
	*rapid.T
	now      time.Time
	l        *lease.Lease
	access   owner
	deleting bool // a deletion has begun, and goes on
	blind    bool // the access is read before each give
	disturb  bool // somebody took the access away that a run holds
	calls    []*call
	ended    map[string]bool // runs that have begun to take
}

// TestAnyInterleaving has runs give and take one access in any order, with calls
// that crash or go on long after they were given up on, while others give and
// take the same access outside of it. What a give of ours made is gone once the
// last run has dropped it; what somebody else made stays.
func TestAnyInterleaving(t *testing.T) {
	for range 50 { // it is fast, and what it looks for is rare
		rapid.Check(t, anyInterleaving)
	}
}

func anyInterleaving(t *rapid.T) {
	p := &play{
		T: t, now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), ended: map[string]bool{},
		l: lease.New(lease.Key{Strategy: "s", Person: "p", Target: "t"}), blind: rapid.Bool().Draw(t, "blind"),
	}
	if rapid.Bool().Draw(t, "there before") {
		p.access = standing
	}
	runs := []string{"a", "b", "c", "d"}
	for range rapid.IntRange(1, 60).Draw(t, "steps") {
		p.pass()
		switch rapid.SampledFrom([]string{"give", "give", "take", "go on", "go on", "go on", "outside", "check"}).Draw(t, "what") {
		case "give":
			if id := rapid.SampledFrom(runs).Draw(t, "run"); !p.ended[id] {
				p.begin(lease.Give, id)
			}
		case "take":
			p.begin(lease.Take, rapid.SampledFrom(runs).Draw(t, "run"))
		case "go on":
			if len(p.calls) > 0 {
				p.goOn(rapid.IntRange(0, len(p.calls)-1).Draw(t, "call"))
			}
		case "outside":
			p.outside()
		case "check":
			p.checkEnded()
		}
		p.check()
	}
	// Everything that was begun is finished, as the engine does.
	for _, id := range runs {
		for n := 0; p.l.Of(id).State != run.Dropped; n++ {
			if n > 200 {
				t.Fatalf("%s is never dropped: %+v", id, p.l)
			}
			p.now = p.now.Add(30 * time.Second)
			if len(p.calls) > 0 && rapid.Bool().Draw(t, "goes on") {
				p.goOn(0)
			}
			p.begin(lease.Take, id)
			for p.running(id) >= 0 {
				p.goOn(p.running(id))
			}
		}
	}
	for len(p.calls) > 0 {
		p.goOn(0)
	}
	if p.access == ours {
		t.Fatalf("all runs have dropped it, and what they made is there: %s", fmt.Sprintf("%+v", p.l))
	}
}

func (p *play) pass() {
	most := rapid.SampledFrom([]int{5, 100, 1200}).Draw(p.T, "at most")
	p.now = p.now.Add(time.Duration(rapid.IntRange(0, most).Draw(p.T, "pass")) * time.Second)
}

// outside is what others do.
func (p *play) outside() {
	switch rapid.SampledFrom([]string{"add", "remove", "begin to remove"}).Draw(p.T, "outside") {
	case "add":
		if p.access == nobody && !p.deleting {
			p.access = standing
			if !p.l.Existed && p.held() {
				p.access = either
			}
		}
	case "remove":
		p.access, p.deleting, p.disturb = nobody, false, true
	case "begin to remove":
		p.deleting, p.disturb = p.access != nobody, true
	}
}

func (p *play) held() bool {
	for _, h := range p.l.Holders {
		if h.State != run.Dropped {
			return true
		}
	}
	return false
}

// running is the index of the run's call, -1 for none.
func (p *play) running(id string) int {
	for i, c := range p.calls {
		if c.runID == id && p.l.Attempt != nil && c.fence == p.l.Attempt.Fence {
			return i
		}
	}
	return -1
}

// begin begins a call. What the run had sent before to take is over by then: in
// one run one call follows the other. What it had sent to give goes on.
func (p *play) begin(kind lease.Kind, id string) {
	for i := len(p.calls) - 1; i >= 0; i-- {
		if c := p.calls[i]; c.runID == id && c.kind == lease.Take {
			p.calls = append(p.calls[:i], p.calls[i+1:]...)
		}
	}
	deadline := p.now.Add(2 * time.Minute)
	var next *lease.Lease
	var begun bool
	var err error
	creates := false
	if kind == lease.Give {
		creates = p.blind && p.access == nobody
		next, begun, err = p.l.BeginGive(id, creates, 0, p.now, deadline)
	} else {
		p.ended[id] = true
		next, begun, err = p.l.BeginTake(id, p.now, deadline)
	}
	if errors.As(err, new(lease.Later)) {
		return
	}
	if err != nil {
		p.Fatal(err)
	}
	if p.l = next; !begun {
		return
	}
	c := &call{kind: kind, runID: id, fence: p.l.Attempt.Fence, deadline: deadline, created: creates}
	if p.blind {
		c.at = recorded
	}
	p.calls = append(p.calls, c)
}

// goOn has a call do its next step, or none any more.
func (p *play) goOn(i int) {
	c := p.calls[i]
	over := func() { p.calls = append(p.calls[:i], p.calls[i+1:]...) }
	if !p.now.Before(c.deadline) || rapid.IntRange(0, 9).Draw(p.T, "crashes") == 0 {
		over()
		return
	}
	if c.kind == lease.Take {
		over()
		p.take(c)
		return
	}
	switch c.at {
	case begun:
		p.settle()
		if c.at = absent; p.access != nobody {
			c.at = done
		}
	case absent:
		next, err := p.l.Creating(c.fence, "user:u")
		if err != nil {
			over()
			return
		}
		p.l, c.at, c.created = next, recorded, true
		if p.access == standing {
			p.access = either // added since the look: AWS answers as if we made it
		}
	case recorded:
		if c.created && p.access == nobody {
			p.access = ours
		}
		c.at = done
	case done:
		over()
		if rapid.IntRange(0, 5).Draw(p.T, "is refused") == 0 {
			p.set(p.l.RefuseGive(c.runID, c.fence, "no", p.now))
			return
		}
		if p.access != nobody { // read back
			p.set(p.l.EndGive(c.runID, c.fence, maker(c.created), "", p.now))
		}
	}
}

func (p *play) take(c *call) {
	p.settle()
	if p.access == standing {
		p.Fatalf("access that somebody else gave is taken: existed %v, holders %+v, %+v", p.l.Existed, p.l.Holders, c)
	}
	p.access = nobody
	p.set(p.l.EndTake(c.runID, c.fence, lease.Gone{}, p.now))
}

// checkEnded has functions/reconcile read ended access once more. Access that somebody
// else granted since is removed too: nothing distinguishes it from that of a late call.
func (p *play) checkEnded() {
	next, begun, err := p.l.BeginCheck(p.now, p.now.Add(2*time.Minute))
	if err != nil || !begun {
		p.set(next, err)
		return
	}
	p.l = next
	p.settle()
	p.access = nobody
	p.set(p.l.EndCheck(p.l.Attempt.Fence, func(id string) bool { return p.ended[id] }, p.now))
}

// settle waits for a deletion that goes on.
func (p *play) settle() {
	if p.deleting {
		p.access, p.deleting = nobody, false
	}
}

func (p *play) set(next *lease.Lease, err error) {
	if err == nil {
		p.l = next
	} else if !errors.As(err, new(lease.Later)) && !errors.As(err, new(lease.Stale)) {
		p.Fatal(err)
	}
}

// check holds that access is there for a run that holds it, unless others took it.
func (p *play) check() {
	for _, h := range p.l.Holders {
		if h.State == run.Held && p.access == nobody && !p.disturb {
			p.Fatalf("%s holds it, and it is not there: %+v", h.RunID, p.l)
		}
	}
}
