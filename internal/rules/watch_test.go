package rules_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/rules"
	"github.com/fasttrack-dev/fasttrack/internal/store/storetest"
)

// world is a deployment: its versions, its key, and a function that watches them.
type world struct {
	t     *testing.T
	table rules.Table
	key   *ecdsa.PrivateKey
	now   time.Time
	// by is who stores proposals.
	by string
	// broken fails every read, keyless the read of the key. reads counts what is read.
	broken, keyless error
	reads           int
	log             bytes.Buffer
}

func newWorld(t *testing.T) *world {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &world{t: t, table: storetest.New(t), key: key, now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)}
}

func (w *world) LatestRules(ctx context.Context) (rules.Stored, bool, error) {
	w.reads++
	if w.broken != nil {
		return rules.Stored{}, false, w.broken
	}
	return w.table.LatestRules(ctx)
}

func (w *world) Rules(ctx context.Context, n int) (rules.Stored, bool, error) {
	w.reads++
	if w.broken != nil {
		return rules.Stored{}, false, w.broken
	}
	return w.table.Rules(ctx, n)
}

func (w *world) LastNumber(ctx context.Context) (int, error) {
	w.reads++
	if w.broken != nil {
		return 0, w.broken
	}
	return w.table.LastNumber(ctx)
}

func (w *world) sign(_ context.Context, sum []byte) ([]byte, error) {
	return ecdsa.SignASN1(rand.Reader, w.key, sum)
}

// forge signs as a stranger.
func (w *world) forge(_ context.Context, sum []byte) ([]byte, error) {
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return ecdsa.SignASN1(rand.Reader, stranger, sum)
}

func (w *world) pusher() rules.Pusher {
	return rules.Pusher{Table: w.table, Sign: w.sign, Now: func() time.Time { return w.now }}
}

func (w *world) push(text string) {
	w.t.Helper()
	if _, err := w.pusher().Push(w.t.Context(), rules.Version{By: "ada"}, []byte(text), -1); err != nil {
		w.t.Fatal(err)
	}
}

// put stores a version as the newest, whatever is wrong with it.
func (w *world) put(number int, change func(*rules.Version), text string, sign rules.Sign) {
	w.t.Helper()
	before, _, err := rules.Newest(w.t.Context(), w.table)
	if err != nil {
		w.t.Fatal(err)
	}
	v := rules.Version{Format: rules.Format, Number: number, By: "eve", Digest: rules.Digest([]byte(text)), At: w.now}
	if change != nil {
		change(&v)
	}
	body, err := json.Marshal(v)
	if err != nil {
		w.t.Fatal(err)
	}
	s := rules.Stored{Body: body}
	if s.Packed, err = rules.Pack([]byte(text)); err != nil {
		w.t.Fatal(err)
	}
	if s.Signature, err = sign(w.t.Context(), s.Sum()); err != nil {
		w.t.Fatal(err)
	}
	if err := w.table.PushRules(w.t.Context(), rules.Push{Number: number, Stored: s, Hash: hash(s), Before: before}); err != nil {
		w.t.Fatal(err)
	}
}

func hash(s rules.Stored) string {
	var hex strings.Builder
	for _, b := range s.Sum() {
		hex.WriteString(string("0123456789abcdef"[b>>4]) + string("0123456789abcdef"[b&15]))
	}
	return hex.String()
}

// watch is a function that starts: it serves the text, and refuses one that is broken.
func (w *world) watch() *rules.Watch[string] {
	return &rules.Watch[string]{
		Source: w, Now: func() time.Time { return w.now }, Log: slog.New(slog.NewJSONHandler(&w.log, nil)),
		Key: func(context.Context) (*ecdsa.PublicKey, error) { return &w.key.PublicKey, w.keyless },
		Make: func(raw []byte, _ rules.Version) (string, error) {
			switch {
			case raw == nil:
				return "deployed", nil
			case strings.Contains(string(raw), "mistake"):
				return "", errors.New("it has a mistake")
			}
			return string(raw), nil
		},
	}
}

func (w *world) serves(of *rules.Watch[string], want string) {
	w.t.Helper()
	got, err := of.Present(w.t.Context())
	if err != nil {
		got = err.Error()
	}
	if got != want {
		w.t.Errorf("serves %q, want %q; log:\n%s", got, want, w.log.String())
	}
}

// What is promised is half a minute.
func TestEvery(t *testing.T) {
	if rules.Every > 30*time.Second {
		t.Errorf("functions may take %s", rules.Every)
	}
}

// BenchmarkWatch_Within is what a call costs between two looks.
func BenchmarkWatch_Within(b *testing.B) {
	w := &rules.Watch[string]{
		Source: none{}, Now: time.Now, Log: slog.New(slog.DiscardHandler), Make: func([]byte, rules.Version) (string, error) { return "", nil },
	}
	for b.Loop() {
		if _, err := w.Present(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// none has no versions.
type none struct{}

func (none) LatestRules(context.Context) (rules.Stored, bool, error) {
	return rules.Stored{}, false, nil
}
func (none) LastNumber(context.Context) (int, error) { return 0, nil }
func (none) Rules(context.Context, int) (rules.Stored, bool, error) {
	return rules.Stored{}, false, nil
}

// A function takes what is pushed within 30 s, and looks at most once in that time.
func TestWatch_Within(t *testing.T) {
	w := newWorld(t)
	f := w.watch()
	w.serves(f, "deployed")
	w.push("first")
	w.now = w.now.Add(rules.Every - time.Second)
	w.serves(f, "deployed")
	if w.reads != 2 { // the newest, and whether there ever was one
		t.Errorf("%d reads within 30 s, want 2", w.reads)
	}
	w.now = w.now.Add(time.Second)
	w.serves(f, "first")
	if got := f.Version().Number; got != 1 {
		t.Errorf("version %d, want 1", got)
	}
	w.now, w.reads = w.now.Add(rules.Every), 0
	w.serves(f, "first")
	w.serves(f, "first")
	if w.reads != 1 {
		t.Errorf("%d reads where nothing is new, want 1", w.reads)
	}
	w.serves(w.watch(), "first") // one that starts
}

// What can't be read, or is invalid, leaves a function with what it has; one that
// starts goes back to the last version that can be served, and never past a failed read.
func TestWatch_LastGood(t *testing.T) {
	for name, tc := range map[string]struct {
		change        func(*world)
		started, cold string
		alarm         bool
	}{
		"unreadable":         {func(w *world) { w.broken = errors.New("throttled") }, "good", "throttled", false},
		"no key":             {func(w *world) { w.push("newer"); w.keyless = errors.New("no key") }, "good", "no key", false},
		"forged":             {func(w *world) { w.put(2, nil, "forged", w.forge) }, "good", "good", true},
		"a mistake":          {func(w *world) { w.put(2, nil, "mistake", w.sign) }, "good", "good", true},
		"of a newer release": {func(w *world) { w.put(2, func(v *rules.Version) { v.Format++ }, "newer", w.sign) }, "good", "good", true},
		"another text": {func(w *world) {
			w.put(2, func(v *rules.Version) { v.Digest = rules.Digest([]byte("x")) }, "swapped", w.sign)
		}, "good", "good", true},
		"another number":       {func(w *world) { w.put(3, func(v *rules.Version) { v.Number = 2 }, "misnumbered", w.sign) }, "good", "good", true},
		"two that are wrong":   {func(w *world) { w.put(2, nil, "mistake", w.sign); w.put(3, nil, "mistake too", w.sign) }, "good", "good", true},
		"a good one after":     {func(w *world) { w.put(2, nil, "mistake", w.sign); w.push("better") }, "better", "better", false},
		"forged without order": {func(w *world) { w.put(2, func(v *rules.Version) { v.Number = 0 }, "forged", w.forge) }, "good", "good", true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.push("good")
			f := w.watch()
			w.serves(f, "good")
			tc.change(w)
			w.now = w.now.Add(rules.Every)
			w.serves(f, tc.started)
			if got := strings.Contains(w.log.String(), `"rules_not_taken":true`); got != tc.alarm {
				t.Errorf("the alarm is %v, want %v: %s", got, tc.alarm, w.log.String())
			}
			w.log.Reset()
			w.now = w.now.Add(rules.Every)
			w.serves(f, tc.started)
			if got := strings.Contains(w.log.String(), `"rules_not_taken":true`); got != tc.alarm {
				t.Errorf("30 s later the alarm is %v, want %v: %s", got, tc.alarm, w.log.String())
			}
			w.serves(w.watch(), tc.cold)
		})
	}
}

// Nothing older than what is served is taken, whoever signed it.
func TestWatch_NeverOlder(t *testing.T) {
	w := newWorld(t)
	w.push("first")
	w.push("second")
	f := w.watch()
	w.serves(f, "second")
	w.table = storetest.New(t) // somebody puts the first back as the newest
	w.push("first")
	w.now = w.now.Add(rules.Every)
	w.serves(f, "second")
	w.table = storetest.New(t) // or takes all away
	w.now = w.now.Add(rules.Every)
	w.serves(f, "second")
}

// The deployed file is a version too: a deployment counts again.
func TestWatch_BackToDeployed(t *testing.T) {
	w := newWorld(t)
	w.push("first")
	f := w.watch()
	w.serves(f, "first")
	if _, err := w.pusher().Push(t.Context(), rules.Version{By: "ada", Back: -1}, nil, 1); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(rules.Every)
	w.serves(f, "deployed")
	w.serves(w.watch(), "deployed")
}

// Of two pushes at once, one is refused.
func TestPush_AtOnce(t *testing.T) {
	w := newWorld(t)
	w.push("first")
	p := w.pusher()
	p.Sign = func(ctx context.Context, sum []byte) ([]byte, error) {
		w.push("meanwhile")
		return w.sign(ctx, sum)
	}
	if _, err := p.Push(t.Context(), rules.Version{By: "grace"}, []byte("mine"), -1); !errors.Is(err, rules.ErrChanged) {
		t.Errorf("the second push: %v", err)
	}
	if _, err := w.pusher().Push(t.Context(), rules.Version{By: "grace"}, []byte("mine"), 1); !errors.Is(err, rules.ErrChanged) {
		t.Errorf("a push over version 1: %v", err)
	}
	w.serves(w.watch(), "meanwhile")
}

// A push that takes effect and loses its response is no failure when it is retried.
func TestPush_Retried(t *testing.T) {
	w := newWorld(t)
	w.push("first")
	s, _, err := w.table.LatestRules(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.table.PushRules(t.Context(), rules.Push{Number: 1, Stored: s, Hash: hash(s)}); err != nil {
		t.Errorf("the same again: %v", err)
	}
}

// A text that does not fit is refused before anything is stored.
func TestPush_TooLarge(t *testing.T) {
	w := newWorld(t)
	noise := make([]byte, 400<<10)
	if _, err := rand.Read(noise); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"as it is": bytes.Repeat([]byte("x"), 1<<20+1), "compressed": noise} {
		if _, err := w.pusher().Push(t.Context(), rules.Version{}, text, -1); err == nil || !strings.Contains(err.Error(), "must be at most") {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.push(strings.Repeat("flows of a large company\n", 40000))
	if _, there, _ := w.table.Rules(t.Context(), 2); there {
		t.Error("a version was stored in vain")
	}
}
