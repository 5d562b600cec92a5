package strategytest

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/strategy"
)

// play is one check under way.
type play struct {
	ctx      context.Context
	function Function
	options  Options
	// fence is the newest that the function has seen; runID names this check.
	fence int64
	runID string
	// output is what the first give returned; ours reports that a give of this
	// check made the access.
	output  json.RawMessage
	ours    bool
	results []Result
}

// An engine's fence is the time, in seconds, at which the call must be over. A check
// begins above that of any call under way, and stays close to it: after the check
// the engine's own fences must be higher again. behind is how far a check may be
// behind another one of a moment ago.
const (
	ahead  = 130
	behind = 60
)

func newPlay(ctx context.Context, f Function, o Options) *play {
	o.Limit = cmp.Or(o.Limit, 30*time.Second)
	if o.Person.ID == "" {
		o.Person = strategy.Person{ID: "ada@example.com", Email: "ada@example.com", Name: "Ada"}
	}
	if o.Target.ID == "" {
		o.Target = strategy.Target{ID: "sample", Label: "Sample"}
	}
	o.Flow.Name = cmp.Or(o.Flow.Name, "sample")
	if o.Config == nil {
		o.Config = json.RawMessage(`{}`)
	}
	return &play{ctx: ctx, function: f, options: o, fence: time.Now().Unix() + ahead, runID: "CHECK" + rand.Text()}
}

// request is the document of a call.
func (p *play) request(c call) ([]byte, error) {
	person := p.options.Person
	if c.person != nil {
		person = *c.person
	}
	r := strategy.Request{
		Version: strategy.Version, Operation: c.op, Fence: c.fence, Trial: true, Person: person, Target: p.options.Target,
		Config: p.options.Config,
		Run: strategy.Run{
			ID: p.runID, Flow: p.options.Flow, Reason: "fasttrack strategies check", DurationSeconds: 3600,
			EndsAt: time.Now().Add(time.Hour).UTC().Truncate(time.Second), Fields: p.options.Fields,
			ApprovedBy: []strategy.Approver{{Type: "user", ID: "grace@example.com", Email: "grace@example.com"}},
		},
		Held: strategy.Held{CreatedByUs: p.ours},
	}
	if c.op != strategy.OperationGive {
		r.Held.Output = p.output
	}
	raw, err := json.Marshal(r)
	if err != nil || c.edit == nil {
		return raw, err
	}
	var members map[string]any
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, err
	}
	c.edit(members)
	return json.Marshal(members)
}

// next is a call with a new fence.
func (p *play) next(name string, op strategy.Operation) call {
	p.fence++
	return call{name: name, op: op, fence: p.fence}
}

// add keeps the result of a call, and reports whether the check can go on.
func (p *play) add(h heard) bool {
	p.results = append(p.results, h.result)
	return !h.ended
}

// play plays all cases, and removes what it made whatever came of them.
func (p *play) play() {
	first := p.send(call{name: "has, before anything", op: strategy.OperationHas})
	if first.has() {
		first.mistake("the person has the access already; check with a person and a target without it, since the check removes it")
		first.ended = true
	} else if !first.gone() {
		first.mistake("must return has_access: false; " + first.why())
	}
	if !p.add(first) {
		return
	}
	for _, part := range []func() bool{p.giveAndTake, p.late, p.slow, p.newer, p.unknown} {
		if !part() {
			break
		}
	}
	p.takeBack("take, at the end", nil)
}

// giveAndTake plays the usual course, each call twice.
func (p *play) giveAndTake() bool {
	give := p.send(p.next("give", strategy.OperationGive))
	if give.response.Error != "" {
		// Another check or request may have used this access just now, with a higher
		// fence. An error is "not now", so a retry is what the engine would do.
		p.fence += behind
		why := give.response.Error
		give = p.send(p.next("give", strategy.OperationGive))
		give.note("retried after the error: " + why)
	}
	switch {
	case !give.has():
		give.mistake("must give the access; " + give.why())
	case !*give.response.Created:
		give.mistake("must return created: true for access that it made")
	default:
		p.ours, p.output = true, give.response.Output
	}
	if !p.add(give) || !give.has() {
		return false
	}
	again := p.send(p.next("give, again", strategy.OperationGive))
	switch {
	case !again.has():
		again.mistake("must find that the access exists; " + again.why())
	case *again.response.Created:
		again.mistake("must return created: false for access that it found")
	case p.output != nil && again.response.Output == nil:
		again.mistake("must return the output again: the response of the first give may have been lost")
	}
	if !p.add(again) || !p.expect(p.has("has"), true) {
		return false
	}
	return p.expect(p.send(p.next("take", strategy.OperationTake)), false) &&
		p.expect(p.send(p.next("take, again", strategy.OperationTake)), false) &&
		p.expect(p.has("has, after take"), false)
}

// late plays calls that arrive after newer ones.
func (p *play) late() bool {
	stale := p.send(call{name: "give, with a stale fence", op: strategy.OperationGive, fence: p.fence - 1})
	stale.mustFail("a give with a lower fence than an earlier take")
	if !p.add(stale) || !p.expect(p.has("has, after the stale give"), false) {
		return false
	}
	if !p.expect(p.send(p.next("give, to be kept", strategy.OperationGive)), true) {
		return false
	}
	stale = p.send(call{name: "take, with a stale fence", op: strategy.OperationTake, fence: p.fence - 1})
	stale.mustFail("a take with a lower fence than an earlier give")
	return p.add(stale) && p.expect(p.has("has, after the stale take"), true) &&
		p.expect(p.send(p.next("take, once more", strategy.OperationTake)), false)
}

// slow gives up on a give and takes at once: whichever ends last, the access must
// be gone.
func (p *play) slow() bool {
	give := p.next("give, given up on", strategy.OperationGive)
	take := p.next("take, while that give goes on", strategy.OperationTake)
	ended := make(chan heard)
	go func() { ended <- p.send(give) }()
	during := p.send(take)
	slow := <-ended // it succeeds, or finds that it is stale
	if !p.add(slow) || !p.add(during) {
		return false
	}
	// The engine takes once more when the give must be over.
	return p.expect(p.send(p.next("take, once that give is over", strategy.OperationTake)), false) &&
		p.expect(p.has("has, once that give is over"), false)
}

// newer plays what a newer engine sends.
func (p *play) newer() bool {
	c := call{name: "has, with a member of a newer version", op: strategy.OperationHas, fence: p.fence}
	c.edit = func(members map[string]any) {
		members["version"], members["a_member_of_tomorrow"] = strategy.Version+".9", []int{1}
	}
	if !p.expect(p.send(c), false) {
		return false
	}
	c = p.next("give, of an unknown version", strategy.OperationGive)
	c.edit = func(members map[string]any) { members["version"] = "3" }
	h := p.send(c)
	h.mustFail("an unknown version")
	if !p.add(h) {
		return false
	}
	c = p.next("an unknown operation", "renew")
	h = p.send(c)
	h.result.Mistakes = nil // no response would be right
	h.mustFail("an unknown operation")
	return p.add(h) && p.expect(p.has("has, after those"), false)
}

// unknown plays a give to a person who does not exist.
func (p *play) unknown() bool {
	if p.options.SkipUnknownPerson {
		return true
	}
	id := "nobody-" + strings.ToLower(rand.Text()[:8]) + "@fasttrack.invalid"
	nobody := &strategy.Person{ID: id, Email: id}
	c := p.next("give, to an unknown person", strategy.OperationGive)
	c.person = nobody
	h := p.send(c)
	switch {
	case h.ended || h.response.Refused != "":
		return p.add(h)
	case h.has():
		h.note("it granted access to a person who does not exist; refuse where your system knows its people")
		p.add(h)
		return p.takeBack("take, from the unknown person", nobody)
	}
	h.mistake("must refuse: anything else is retried; " + h.why())
	return p.add(h)
}

// takeBack takes what may be left.
func (p *play) takeBack(name string, person *strategy.Person) bool {
	c := p.next(name, strategy.OperationTake)
	c.person = person
	return p.expect(p.send(c), false)
}

func (p *play) has(name string) heard {
	return p.send(call{name: name, op: strategy.OperationHas, fence: p.fence})
}

// expect adds a result that must say whether the access exists. It reports whether
// the check can go on.
func (p *play) expect(h heard, access bool) bool {
	switch {
	case access && !h.has():
		h.mistake("must return has_access: true; " + h.why())
	case !access && !h.gone():
		h.mistake("must return has_access: false; " + h.why())
	}
	if h.result.Operation != strategy.OperationGive && h.response.Sensitive != nil {
		h.note("sensitive belongs to the response to give; here it is ignored")
	}
	return p.add(h)
}

// mustFail notes a mistake unless the function failed, refused or gave an error.
func (h *heard) mustFail(what string) {
	if h.failed == nil && !h.stopped() {
		h.mistake("must fail and change nothing for " + what + "; " + h.why())
	}
}
