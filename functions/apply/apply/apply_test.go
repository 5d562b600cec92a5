package apply_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/apply/apply"
	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/rules/change"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	"github.com/fasttrack-dev/fasttrack/internal/store/storetest"
)

// first are the rules that are served, next those that are proposed.
const (
	first = `flows:
  - name: rule-change
    hooks: none
    admins: [root@example.com]
    review: {approvers: [grace@example.com, linus@example.com]}
    fields:
      - {name: digest, type: string}
      - {name: base, type: int}
      - {name: sheet, type: string}
      - {name: change, type: text}
`
	next = first + `  - name: more
    hooks: none
    admins: [root@example.com]
    review: {approvers: [grace@example.com]}
`
)

var (
	ada   = run.Person{ID: "ada@example.com", Email: "ada@example.com"}
	grace = run.Person{ID: "grace@example.com", Email: "grace@example.com"}
	linus = run.Person{ID: "linus@example.com", Email: "linus@example.com"}
)

// world is a deployment that serves version 1, whose text is first.
type world struct {
	t   *testing.T
	key *ecdsa.PrivateKey
	now time.Time
	log bytes.Buffer
	*store.Store
}

func newWorld(t *testing.T, table *store.Store) *world {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, key: key, now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), Store: table}
	w.push(first)
	return w
}

func (w *world) sign(_ context.Context, sum []byte) ([]byte, error) {
	return ecdsa.SignASN1(rand.Reader, w.key, sum)
}

func (w *world) push(text string) {
	w.t.Helper()
	p := rules.Pusher{Table: w.Store, Sign: w.sign, Now: func() time.Time { return w.now }}
	if _, err := p.Push(w.t.Context(), rules.Version{By: "ada"}, []byte(text), -1); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) handler(table apply.Table) *apply.Handler {
	parse := func(name string, raw []byte) (*flow.File, error) { return flow.Parse(name, raw) }
	return apply.New(apply.Deps{
		Table: table, Sign: w.sign, Key: func(context.Context) (*ecdsa.PublicKey, error) { return &w.key.PublicKey, nil }, Parse: parse,
		Deployed: func() (*flow.File, error) { return parse("flows.yaml", []byte(first)) },
		Now:      func() time.Time { return w.now }, Log: slog.New(slog.NewJSONHandler(&w.log, nil)),
	})
}

// proposed is a request for a change.
type proposed struct {
	text, shown string
	base        int
	by          run.Person
	For         *run.Person
	// flow changes the flow that the request keeps.
	flow func(*run.Flow)
}

// propose stores a proposal and its request.
func (w *world) propose(p proposed) *run.Run {
	w.t.Helper()
	w.now = w.now.Add(time.Second)
	sheet, err := json.Marshal(rules.Sheet{Format: rules.Format, Digest: rules.Digest([]byte(p.text)), Base: p.base, By: "arn:aws:iam::123456789012:user/ci", Findings: []string{}})
	if err != nil {
		w.t.Fatal(err)
	}
	stored := rules.Proposal{Body: sheet}
	if stored.Packed, err = rules.Pack([]byte(p.text)); err != nil {
		w.t.Fatal(err)
	}
	if err := w.PutProposal(w.t.Context(), rules.Digest([]byte(p.text)), p.base, stored, w.now); err != nil {
		w.t.Fatal(err)
	}
	if p.shown == "" {
		p.shown = change.Field([]byte(first), []byte(p.text))
	}
	value := func(v any) json.RawMessage {
		raw, err := json.Marshal(v)
		if err != nil {
			w.t.Fatal(err)
		}
		return raw
	}
	f := run.Flow{
		Name: rules.ProposalFlow, NoHooks: true, Admins: []string{"root@example.com"},
		Review: run.ReviewRule{Approvers: []string{grace.ID, linus.ID}, Approvals: []run.Requirement{{Count: 1}}, TimeoutSeconds: 3600},
	}
	if p.flow != nil {
		p.flow(&f)
	}
	r, err := run.New(run.Draft{
		ID: run.NewID(w.now), Flow: f, Requester: p.by, For: p.For, Channel: run.ViaCLI, Reason: "because",
		Fields: map[string]json.RawMessage{
			rules.FieldDigest: value(rules.Digest([]byte(p.text))), rules.FieldBase: value(p.base), rules.FieldSheet: value(rules.Digest(sheet)), rules.FieldChange: value(p.shown),
		},
	}, w.now)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.Create(w.t.Context(), r, nil); err != nil {
		w.t.Fatal(err)
	}
	return w.step(r)
}

// step has the engine decide what people did.
func (w *world) step(r *run.Run, acts ...run.Act) *run.Run {
	w.t.Helper()
	decided, _, err := engine.Decide(r, engine.Step{ID: fmt.Sprint("Decide/", w.now), Turn: r.Engine.Turn, Acts: acts}, w.now)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.Save(w.t.Context(), decided); err != nil {
		w.t.Fatal(err)
	}
	return decided
}

// act has somebody approve or deny a request.
func (w *world) act(r *run.Run, e run.EventName, p run.Person) *run.Run {
	w.t.Helper()
	w.now = w.now.Add(time.Second)
	return w.step(r, run.Act{ID: run.NewID(w.now), Event: e, Person: p, Channel: run.ViaAPI, At: w.now})
}

func event(r *run.Run) api.BusEvent {
	raw, err := json.Marshal(api.Event{
		ID: r.ID + "-2", Type: api.EventTypeRun + "approve", Request: api.Request{ID: r.ID, Flow: r.Flow.Name}, Entry: api.Entry{Seq: 2},
	})
	if err != nil {
		panic(err)
	}
	return api.BusEvent{Source: "fasttrack", Detail: raw}
}

// became returns what became of a request, as "version N", why it was refused, or "".
func (w *world) became(r *run.Run) string {
	w.t.Helper()
	o, there, err := w.RulesOutcome(w.t.Context(), r.ID)
	switch {
	case err != nil:
		w.t.Fatal(err)
	case there && o.Version > 0:
		return fmt.Sprint("version ", o.Version)
	}
	return o.Why
}

func (w *world) newest() int {
	w.t.Helper()
	_, n, err := rules.Newest(w.t.Context(), w.Store)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// What people have approved is pushed; anything else is refused with the reason, or left
// alone until it is approved.
func TestHandle(t *testing.T) {
	tables := storetest.Tables(t)
	for name, tc := range map[string]struct {
		make func(w *world) *run.Run
		want string
	}{
		"approved": {func(w *world) *run.Run {
			return w.act(w.propose(proposed{text: next, base: 1, by: ada}), run.Approve, grace)
		}, "version 2"},
		"pending": {func(w *world) *run.Run { return w.propose(proposed{text: next, base: 1, by: ada}) }, ""},
		"denied": {func(w *world) *run.Run {
			return w.act(w.propose(proposed{text: next, base: 1, by: ada}), run.Deny, grace)
		}, ""},
		"one of two approvals": {func(w *world) *run.Run {
			return w.act(w.propose(proposed{text: next, base: 1, by: ada, flow: func(f *run.Flow) { f.Review.Approvals[0].Count = 2 }}), run.Approve, grace)
		}, ""},
		"two approvals": {func(w *world) *run.Run {
			r := w.propose(proposed{text: next, base: 1, by: ada, flow: func(f *run.Flow) { f.Review.Approvals[0].Count = 2 }})
			return w.act(w.act(r, run.Approve, grace), run.Approve, linus)
		}, "version 2"},
		"by who proposed it": {func(w *world) *run.Run {
			r := w.propose(proposed{text: next, base: 1, by: grace, flow: func(f *run.Flow) { f.Review.SelfApproval = true }})
			return w.act(r, run.Approve, grace)
		}, "who requested it"},
		"by whom it is for": {func(w *world) *run.Run {
			return w.act(w.propose(proposed{text: next, base: 1, by: ada, For: &grace}), run.Approve, grace)
		}, ""},
		"another flow": {func(w *world) *run.Run {
			return w.act(w.propose(proposed{text: next, base: 1, by: ada, flow: func(f *run.Flow) { f.Name = "other" }}), run.Approve, grace)
		}, ""},
		"another difference is shown": {func(w *world) *run.Run {
			return w.act(w.propose(proposed{text: next, shown: "nothing to see", base: 1, by: ada}), run.Approve, grace)
		}, "shows another difference"},
		"stale": {func(w *world) *run.Run {
			r := w.act(w.propose(proposed{text: next, base: 1, by: ada}), run.Approve, grace)
			w.push(first)
			return r
		}, "is stale: it was proposed over version 1, and version 2 was pushed since"},
		"over a version to come": {func(w *world) *run.Run {
			return w.act(w.propose(proposed{text: next, base: 7, by: ada}), run.Approve, grace)
		}, "is stale: it was proposed over version 7"},
		"with a mistake": {func(w *world) *run.Run {
			return w.act(w.propose(proposed{text: first + "nonsense: 1\n", base: 1, by: ada}), run.Approve, grace)
		}, "functions would not serve it"},
		"that lets its proposer approve": {func(w *world) *run.Run {
			return w.act(w.propose(proposed{text: strings.Replace(first, "review: {", "review: {self_approval: true, ", 1), base: 1, by: ada}), run.Approve, grace)
		}, "whoever proposes a change of rules does not approve it"},
		"by somebody who may no longer": {func(w *world) *run.Run {
			w.push(strings.Replace(first, "grace@example.com, ", "", 1))
			r := w.propose(proposed{text: next, base: 2, by: ada, shown: change.Field([]byte(strings.Replace(first, "grace@example.com, ", "", 1)), []byte(next))})
			return w.act(r, run.Approve, grace)
		}, "the approval of grace@example.com does not count"},
		"without the flow": {func(w *world) *run.Run {
			other := strings.Replace(first, "name: rule-change", "name: other", 1)
			w.push(other)
			return w.act(w.propose(proposed{text: next, base: 2, by: ada, shown: change.Field([]byte(other), []byte(next))}), run.Approve, grace)
		}, "the present rules have no flow rule-change"},
		"too late": {func(w *world) *run.Run {
			r := w.act(w.propose(proposed{text: next, base: 1, by: ada}), run.Approve, grace)
			w.now = w.now.Add(apply.Late + time.Second)
			return r
		}, "it was approved more than 24 hours ago"},
		"edited in the table": {func(w *world) *run.Run {
			r := w.act(w.propose(proposed{text: next, base: 1, by: ada}), run.Approve, grace)
			r.Fields[rules.FieldDigest] = json.RawMessage(`"` + rules.Digest([]byte(first)) + `"`)
			if err := w.Save(w.t.Context(), r); err != nil {
				w.t.Fatal(err)
			}
			return r
		}, "the record of the request is broken"},
	} {
		t.Run(name, func(t *testing.T) {
			for way, in := range map[string]func(*run.Run) api.BusEvent{"by an event": event, "by a sweep": func(*run.Run) api.BusEvent { return api.BusEvent{Source: "aws.events"} }} {
				w := newWorld(t, tables())
				r := tc.make(w)
				before := w.newest()
				for range 2 { // the second has nothing left to do
					if _, err := w.handler(w.Store).Handle(t.Context(), in(r)); err != nil {
						t.Fatal(err)
					}
				}
				got := w.became(r)
				if (got == "") != (tc.want == "") || !strings.Contains(got, tc.want) {
					t.Errorf("%s: became %q, want %q", way, got, tc.want)
				}
				pushed := 0
				if strings.HasPrefix(tc.want, "version") {
					pushed = 1
				}
				if n := w.newest(); n != before+pushed {
					t.Errorf("%s: version %d is the newest, want %d", way, n, before+pushed)
				}
			}
		})
	}
}

// breaking is a table of which a call fails, before or after it took effect.
type breaking struct {
	*store.Store
	left  int
	after bool
}

var errBroken = errors.New("the function died")

func (b *breaking) call(f func() error) error {
	b.left--
	if b.left == 0 && !b.after {
		return errBroken
	}
	err := f()
	if b.left == 0 {
		return errBroken
	}
	if b.left < 0 {
		return errBroken // it is dead
	}
	return err
}

func (b *breaking) LatestRules(ctx context.Context) (s rules.Stored, there bool, err error) {
	err = b.call(func() (err error) { s, there, err = b.Store.LatestRules(ctx); return err })
	return s, there, err
}

func (b *breaking) Rules(ctx context.Context, n int) (s rules.Stored, there bool, err error) {
	err = b.call(func() (err error) { s, there, err = b.Store.Rules(ctx, n); return err })
	return s, there, err
}

func (b *breaking) PushRules(ctx context.Context, p rules.Push) error {
	return b.call(func() error { return b.Store.PushRules(ctx, p) })
}

func (b *breaking) Proposal(ctx context.Context, digest string, base int) (p rules.Proposal, there bool, err error) {
	err = b.call(func() (err error) { p, there, err = b.Store.Proposal(ctx, digest, base); return err })
	return p, there, err
}

func (b *breaking) RulesOutcome(ctx context.Context, id string) (o rules.Outcome, there bool, err error) {
	err = b.call(func() (err error) { o, there, err = b.Store.RulesOutcome(ctx, id); return err })
	return o, there, err
}

func (b *breaking) PutRulesOutcome(ctx context.Context, o rules.Outcome) error {
	return b.call(func() error { return b.Store.PutRulesOutcome(ctx, o) })
}

func (b *breaking) LoadStored(ctx context.Context, id string) (rec store.Record, unreadable, err error) {
	err = b.call(func() (err error) { rec, unreadable, err = b.Store.LoadStored(ctx, id); return err })
	return rec, unreadable, err
}

// Wherever the function dies, a change is pushed or refused once, by this call or the next.
func TestHandle_Dies(t *testing.T) {
	tables := storetest.Tables(t)
	for name, stale := range map[string]bool{"pushed": false, "refused": true} {
		t.Run(name, func(t *testing.T) {
			for n, died := 1, true; died; n++ {
				for _, after := range []bool{false, true} {
					w := newWorld(t, tables())
					r := w.act(w.propose(proposed{text: next, base: 1, by: ada}), run.Approve, grace)
					if stale {
						w.push(first)
					}
					before := w.newest()
					_, err := w.handler(&breaking{Store: w.Store, left: n, after: after}).Handle(t.Context(), event(r))
					if died = err != nil; died && !errors.Is(err, errBroken) {
						t.Fatal(err)
					}
					if _, err := w.handler(w.Store).Handle(t.Context(), api.BusEvent{}); err != nil { // a sweep
						t.Fatal(err)
					}
					want, pushed := "version 2", 1
					if stale {
						want, pushed = "is stale", 0
					}
					if got := w.became(r); !strings.Contains(got, want) || w.newest() != before+pushed {
						t.Errorf("dead at call %d (%v): became %q, and version %d is the newest", n, after, got, w.newest())
					}
				}
			}
		})
	}
}

// Of two that are approved over one version, one is pushed and the other refused, whoever
// is looked at first; and so is one of two calls at once.
func TestHandle_Two(t *testing.T) {
	w := newWorld(t, storetest.New(t))
	a := w.act(w.propose(proposed{text: next, base: 1, by: ada}), run.Approve, grace)
	b := w.act(w.propose(proposed{text: first + "# more\n", base: 1, by: ada}), run.Approve, linus)
	done := make(chan error, 4)
	for _, in := range []api.BusEvent{event(b), event(a), {}, {}} {
		go func() {
			_, err := w.handler(w.Store).Handle(context.Background(), in)
			done <- err
		}()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if _, err := w.handler(w.Store).Handle(t.Context(), api.BusEvent{}); err != nil {
		t.Fatal(err)
	}
	got := w.became(a) + ", " + w.became(b)
	if w.newest() != 2 || strings.Count(got, "version 2,")+strings.Count(got, ", version 2") != 1 || strings.Count(got, "is stale") != 1 {
		t.Errorf("became %s; version %d is the newest", got, w.newest())
	}
}

// A sweep pushes what was approved first.
func TestHandle_InOrder(t *testing.T) {
	w := newWorld(t, storetest.New(t))
	a, b := w.propose(proposed{text: next, base: 1, by: ada}), w.propose(proposed{text: first + "# more\n", base: 1, by: ada})
	b = w.act(b, run.Approve, linus)
	a = w.act(a, run.Approve, grace)
	if _, err := w.handler(w.Store).Handle(t.Context(), api.BusEvent{}); err != nil {
		t.Fatal(err)
	}
	if got := w.became(b); got != "version 2" {
		t.Errorf("the first became %q", got)
	}
	if got := w.became(a); !strings.Contains(got, "is stale") {
		t.Errorf("the second became %q", got)
	}
}

// meanwhile is a table in which something happens before its newest version is read for the
// nth time.
type meanwhile struct {
	*store.Store
	left int
	do   func()
}

func (m *meanwhile) LatestRules(ctx context.Context) (rules.Stored, bool, error) {
	if m.left--; m.left == 0 {
		m.do()
	}
	return m.Store.LatestRules(ctx)
}

// Rules that are rolled back while a change is applied stay rolled back, and so do those
// that are rolled back while it is signed.
func TestHandle_RolledBack(t *testing.T) {
	for name, rollBack := range map[string]func(w *world, h *apply.Handler, back func()){
		"before it is looked at": func(w *world, h *apply.Handler, back func()) { h.Table = &meanwhile{w.Store, 1, back} },
		"before it is pushed":    func(w *world, h *apply.Handler, back func()) { h.Table = &meanwhile{w.Store, 2, back} },
		"while it is signed": func(w *world, h *apply.Handler, back func()) {
			h.Sign = func(ctx context.Context, sum []byte) ([]byte, error) {
				back()
				back = func() {}
				return w.sign(ctx, sum)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, storetest.New(t))
			r := w.act(w.propose(proposed{text: next, base: 1, by: ada}), run.Approve, grace)
			h := w.handler(w.Store)
			rollBack(w, h, func() { w.push(first) })
			if _, err := h.Handle(t.Context(), event(r)); err != nil {
				t.Fatal(err)
			}
			if got := w.became(r); !strings.Contains(got, "is stale") || w.newest() != 2 {
				t.Errorf("became %q; version %d is the newest", got, w.newest())
			}
		})
	}
}
