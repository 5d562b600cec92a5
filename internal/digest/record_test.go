package digest_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/digest"
	"github.com/fasttrack-dev/fasttrack/internal/engine"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

var first = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

const keyID = "arn:aws:kms:us-east-1:123456789012:key/k"

var signer = newKey()

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

func keys(id string) []*ecdsa.PublicKey {
	if id != keyID {
		return nil
	}
	return []*ecdsa.PublicKey{&signer.PublicKey}
}

// fataler is what fails a test, or a rapid one.
type fataler interface{ Fatal(args ...any) }

// live plays a run: it is requested, goes to people, two of them approve; one
// entry for each time, in the order of them.
func live(t fataler, id, reason string, times ...time.Time) []run.Entry {
	r, err := run.New(run.Draft{
		ID: id, Channel: run.ViaAPI, Reason: reason, Salt: "salt", Requester: run.Person{ID: "ada@example.com", Email: "ada@example.com"},
		Flow: run.Flow{Name: "f", Hooks: "h", HookTimeoutSeconds: 10, Admins: []string{"root@example.com"}, Review: run.ReviewRule{
			Approvers: []string{"everyone"}, Approvals: []run.Requirement{{Count: 2}}, TimeoutSeconds: 1e6,
		}},
	}, times[0])
	if err != nil {
		t.Fatal(err)
	}
	var acts []run.Act
	for n, at := range times[1:] {
		step := engine.Step{ID: fmt.Sprint(n), Turn: r.Engine.Turn, HooksVersion: "1"}
		if n == 0 {
			step.Response = &engine.HookResponse{Body: json.RawMessage(`{"subscriptions":[]}`), Version: "1"}
		} else {
			who := fmt.Sprintf("g%d@example.com", n)
			acts = append(acts, run.Act{ID: fmt.Sprint(n), Event: run.Approve, Channel: run.ViaAPI, At: at, Person: run.Person{ID: who, Email: who}})
		}
		step.Acts = acts
		if r, _, err = engine.Decide(r, step, at); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.History) != len(times) {
		t.Fatal(fmt.Sprintf("%d entries, want %d", len(r.History), len(times)))
	}
	return r.History
}

// record is a table: runs, documents and chunks.
type record struct {
	runs      map[string][]run.Entry
	documents []digest.Stored
	chunks    map[digest.Day][]string
}

// id returns the nth id.
func id(n int) string { return run.HashID(fmt.Sprint(n)) }

// sign makes the digests that are missing at now.
func (r *record) sign(t fataler, now time.Time) {
	var previous *digest.Document
	last := digest.Day("")
	if n := len(r.documents); n > 0 {
		d, err := digest.Parse(r.documents[n-1].Document)
		if err != nil {
			t.Fatal(err)
		}
		previous, last = &d, d.Day
	}
	days := digest.Missing(last, now)
	heads := digest.Gather(days...)
	if previous == nil {
		heads.First(days[0])
	}
	for id, history := range r.runs {
		heads.Add(id, history)
	}
	for _, day := range days {
		chunks, err := digest.Chunks(heads.Of(day))
		if err != nil {
			t.Fatal(err)
		}
		d, err := digest.New(day, len(heads.Of(day)), chunks, previous, keyID, now)
		if err != nil {
			t.Fatal(err)
		}
		d = signed(t, d, signer)
		raw, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		r.documents = append(r.documents, digest.Stored{Day: day, Document: raw})
		r.chunks[day] = chunks
		previous = &d
	}
}

func signed(t fataler, d digest.Document, key *ecdsa.PrivateKey) digest.Document {
	message, err := d.Message()
	if err != nil {
		t.Fatal(err)
	}
	signature, err := ecdsa.SignASN1(rand.Reader, key, message)
	if err != nil {
		t.Fatal(err)
	}
	return d.Signed(signature)
}

// verify returns all problems, a line each.
func (r *record) verify(now time.Time) []string {
	var wrong []string
	all := digest.Gather()
	all.First(digest.FirstOf(r.documents))
	for id, history := range r.runs {
		if err := run.Verify(history); err != nil {
			wrong = append(wrong, fmt.Sprintf("%s %v", id, err))
		}
		all.Add(id, history)
	}
	documents, findings := digest.VerifyChain(r.documents, keys, digest.Due(now))
	exists := func(id string) bool { _, there := r.runs[id]; return there }
	for _, d := range documents {
		findings = append(findings, d.VerifyHeads(r.chunks[d.Day], all.Of(d.Day), exists, func(string) bool { return true })...)
	}
	for _, f := range findings {
		wrong = append(wrong, fmt.Sprintf("%s %s %s", f.Day, f.Run, f.Problem))
	}
	slices.Sort(wrong)
	return wrong
}

// sample is a record of three days: a run that is over on the first, one that
// goes on over all, one of the third; and one that was over long before.
func sample(t fataler) *record {
	r := &record{chunks: map[digest.Day][]string{}, runs: map[string][]run.Entry{
		id(1): live(t, id(1), "one", first, first.Add(time.Second), first.Add(time.Minute), first.Add(time.Hour)),
		id(2): live(t, id(2), "two", first, first.Add(time.Second), first.AddDate(0, 0, 1)),
		id(5): live(t, id(5), "five", first.AddDate(0, -1, 0), first.AddDate(0, -1, 1)),
		id(3): live(t, id(3), "three", first.AddDate(0, 0, 2), first.AddDate(0, 0, 2).Add(time.Minute)),
	}}
	r.sign(t, first.AddDate(0, 0, 1))
	r.runs[id(2)] = live(t, id(2), "two", first, first.Add(time.Second), first.AddDate(0, 0, 1), first.AddDate(0, 0, 2))
	r.sign(t, first.AddDate(0, 0, 3))
	return r
}
