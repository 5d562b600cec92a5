package apply_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync"
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
	bus bus
	*store.Store
}

// bus keeps what is published, and fails while fails is set.
type bus struct {
	mu    sync.Mutex
	got   []api.Event
	fails error
}

func (b *bus) Publish(_ context.Context, events []api.Event) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fails != nil {
		return b.fails
	}
	b.got = append(b.got, events...)
	return nil
}

// published returns the ids of the events, each once, and what they say, in order.
func (b *bus) published() (all []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.got {
		all = append(all, fmt.Sprintf("%s %s %v: version %d, why %q", e.ID, e.Type, e.To, e.Rules.Version, e.Rules.Why))
	}
	slices.Sort(all)
	return slices.Compact(all)
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
		Table: table, Bus: &w.bus, Sign: w.sign, Key: func(context.Context) (*ecdsa.PublicKey, error) { return &w.key.PublicKey, nil }, Parse: parse,
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
