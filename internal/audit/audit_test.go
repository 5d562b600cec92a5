package audit_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/audit"
	"github.com/fasttrack-dev/fasttrack/internal/digest"
	"github.com/fasttrack-dev/fasttrack/internal/period"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

const signer = "arn:aws:kms:eu-central-1:123456789012:key/1"

var start = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// table is a table in memory, with a request and a signed digest on each of three
// days.
type table struct {
	records map[string]store.Record
	digests []digest.Stored
	chunks  map[digest.Day][]string
	key     *ecdsa.PrivateKey
}

func (w *table) EachStored(_ context.Context, f func(string, store.Record, error) error) error {
	for id, rec := range w.records {
		if err := f(id, rec, nil); err != nil {
			return err
		}
	}
	return nil
}

func (w *table) LoadStored(_ context.Context, id string) (store.Record, error, error) {
	rec, exists := w.records[id]
	if !exists {
		return rec, nil, store.ErrNotFound
	}
	return rec, nil, nil
}

func (w *table) Digests(context.Context) ([]digest.Stored, error) { return w.digests, nil }

func (w *table) Chunks(_ context.Context, day digest.Day, n int) ([]string, error) {
	return w.chunks[day][:min(n, len(w.chunks[day]))], nil
}

func (w *table) publicKey(_ context.Context, id string) ([]byte, error) {
	if id != signer {
		return nil, errors.New("no such key")
	}
	return x509.MarshalPKIXPublicKey(&w.key.PublicKey)
}

// id returns the id of the request of a day.
func id(n int) string { return run.HashID(fmt.Sprint("audit", n)) }

func newTable(t *testing.T) *table {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w := &table{records: map[string]store.Record{}, chunks: map[digest.Day][]string{}, key: key}
	var previous *digest.Document
	for n := range 3 {
		w.records[id(n)] = request(t, n, "because")
		previous = w.sign(t, digest.DayOf(start.AddDate(0, 0, n)), previous)
	}
	return w
}

func request(t *testing.T, n int, reason string) store.Record {
	t.Helper()
	r, err := run.New(run.Draft{
		ID: id(n), Flow: run.Flow{Name: fmt.Sprint("f", n%2), Admins: []string{"root@example.com"}}, Channel: run.ViaAPI, Reason: reason,
		Requester: run.Person{ID: "ada@example.com"}, Context: json.RawMessage(`{"diff":"x"}`),
	}, start.AddDate(0, 0, n))
	if err != nil {
		t.Fatal(err)
	}
	return store.Record{Run: r, Context: []byte(`{"diff":"x"}`)}
}

// sign adds the digest of a day.
func (w *table) sign(t *testing.T, day digest.Day, previous *digest.Document) *digest.Document {
	t.Helper()
	heads := digest.Gather(day)
	for id, rec := range w.records {
		heads.Add(id, rec.Run.History)
	}
	of := heads.Of(day)
	chunks, err := digest.Chunks(of)
	if err != nil {
		t.Fatal(err)
	}
	d, err := digest.New(day, len(of), chunks, previous, signer, day.End())
	if err != nil {
		t.Fatal(err)
	}
	message, err := d.Message()
	if err != nil {
		t.Fatal(err)
	}
	signature, err := ecdsa.SignASN1(rand.Reader, w.key, message)
	if err != nil {
		t.Fatal(err)
	}
	d = d.Signed(signature)
	raw, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	w.chunks[day] = chunks
	w.digests = append(w.digests, digest.Stored{Day: day, Document: raw})
	return &d
}

// found lists the problems of a report by what they are of.
func found(r audit.Report) (list []string) {
	name := map[string]string{}
	for n := range 5 {
		name[id(n)] = fmt.Sprint("request ", n)
	}
	for _, v := range r.Requests {
		for _, p := range v.Problems {
			list = append(list, name[v.ID]+": "+p)
		}
	}
	for _, d := range r.Digests {
		for _, p := range d.Errors {
			list = append(list, string(d.Day)+": "+p)
		}
	}
	return list
}

// Each change of the table is found, in what was changed.
func TestVerify(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(t *testing.T, w *table, o *audit.Options)
		want   []string
	}{
		"untouched": {func(*testing.T, *table, *audit.Options) {}, nil},
		"a new request": {func(t *testing.T, w *table, _ *audit.Options) {
			w.records[id(3)] = request(t, 3, "later")
		}, nil},
		"edited": {func(_ *testing.T, w *table, _ *audit.Options) {
			w.records[id(1)].Run.History[0].Reason = "another"
		}, []string{"request 1: entry 1: hash does not fit"}},
		"sealed again": {func(t *testing.T, w *table, _ *audit.Options) {
			w.records[id(1)] = request(t, 1, "another")
		}, []string{"request 1: entry 1, or one before it, is not what was signed on 2026-11-24"}},
		"removed": {func(_ *testing.T, w *table, _ *audit.Options) {
			delete(w.records, id(1))
		}, []string{"request 1: it is missing"}},
		"removed, of another period": {func(_ *testing.T, w *table, o *audit.Options) {
			delete(w.records, id(0))
			o.Period.From = start.AddDate(0, 0, 1)
		}, nil},
		"removed, not selected": {func(_ *testing.T, w *table, o *audit.Options) {
			delete(w.records, id(0))
			o.IDs = []string{id(1), id(2)}
		}, nil},
		"unknown": {func(_ *testing.T, _ *table, o *audit.Options) { o.IDs = []string{id(4)} }, []string{"request 4: no such request"}},
		"a digest is removed": {func(_ *testing.T, w *table, _ *audit.Options) {
			w.digests = slices.Delete(w.digests, 1, 2)
		}, []string{"2026-11-25: it follows the digest of 2026-11-24, which is missing"}},
		"the last digest is removed": {func(_ *testing.T, w *table, _ *audit.Options) { w.digests = w.digests[:2] }, []string{
			"2026-11-24: digests are missing after it",
		}},
		"heads are edited": {func(_ *testing.T, w *table, _ *audit.Options) {
			w.chunks["2026-11-24"][0] = strings.Replace(w.chunks["2026-11-24"][0], `"seq":1`, `"seq":2`, 1)
		}, []string{"2026-11-24: its chunks are not those that were signed"}},
		"not what was logged": {func(_ *testing.T, _ *table, o *audit.Options) {
			o.Logged = map[digest.Day]string{"2026-11-24": "another", "2026-11-20": "gone"}
		}, []string{"2026-11-20: it was logged, and is gone", "2026-11-24: it is not the digest that was logged: another"}},
		"another signer": {func(_ *testing.T, _ *table, o *audit.Options) { o.Trust.KeyIDs = []string{"another"} }, []string{
			"2026-11-23: it is signed by an untrusted key", "2026-11-24: it is signed by an untrusted key", "2026-11-25: it is signed by an untrusted key",
		}},
		"the signer, by its id": {func(_ *testing.T, _ *table, o *audit.Options) { o.Trust.KeyIDs = []string{"1"} }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTable(t)
			o := audit.Options{Now: start.AddDate(0, 0, 3), Trust: audit.Trust{PublicKey: w.publicKey}}
			tc.change(t, w, &o)
			r, err := audit.Verify(t.Context(), w, o)
			if err != nil {
				t.Fatal(err)
			}
			got := found(r)
			if r.Wrong != len(tc.want) || len(got) != len(tc.want) {
				t.Fatalf("%d wrong: %q, want %q", r.Wrong, got, tc.want)
			}
			for i, want := range tc.want {
				if !strings.HasPrefix(got[i], want) {
					t.Errorf("got %q, want %q", got[i], want)
				}
			}
		})
	}
}

// A requested record that can't be verified is an error, never a success.
func TestVerify_Errors(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(w *table, o *audit.Options)
		want   string
	}{
		"no digests, but a key": {func(w *table, o *audit.Options) { w.digests, o.Trust.KeyIDs = nil, []string{signer} }, "no digests in the table"},
		"no digests, but a log": {func(w *table, o *audit.Options) {
			w.digests, o.Logged = nil, map[digest.Day]string{"2026-11-24": "x"}
		}, "no digests in the table"},
		"no public key": {func(_ *table, o *audit.Options) {
			o.Trust.PublicKey = func(context.Context, string) ([]byte, error) { return nil, errors.New("access denied") }
		}, "access denied"},
		"not a public key": {func(_ *table, o *audit.Options) {
			o.Trust.PublicKey = func(context.Context, string) ([]byte, error) { return []byte("x"), nil }
		}, "public key of " + signer},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTable(t)
			o := audit.Options{Now: start, Trust: audit.Trust{PublicKey: w.publicKey}}
			tc.change(w, &o)
			if _, err := audit.Verify(t.Context(), w, o); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

// Public keys that are given are used in place of the lookup.
func TestVerify_PublicKeys(t *testing.T) {
	w := newTable(t)
	der, err := w.publicKey(t.Context(), signer)
	if err != nil {
		t.Fatal(err)
	}
	key, err := audit.ParsePublicKey(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	if err != nil {
		t.Fatal(err)
	}
	r, err := audit.Verify(t.Context(), w, audit.Options{Now: start, Period: period.Period{To: start.AddDate(0, 0, 3)}, Trust: audit.Trust{PublicKeys: []*ecdsa.PublicKey{key}}})
	if err != nil || r.Wrong != 0 || len(r.Digests) != 3 || !slices.Equal(r.Keys, []string{signer}) {
		t.Errorf("got %+v, %v", r, err)
	}
	if _, err := audit.ParsePublicKey([]byte("x")); err == nil {
		t.Error("what is no PEM is a key")
	}
}

// The hash of each digest is read from its line of the log, whatever is before it.
func TestReadLog(t *testing.T) {
	logged, err := audit.ReadLog(strings.NewReader("START\n2026-11-26T00:30:02Z {\"msg\":\"digest\",\"day\":\"2026-11-25\",\"sha256\":\"ab\"}\n{\"msg\":\"other\"}\n"))
	if err != nil || len(logged) != 1 || logged["2026-11-25"] != "ab" {
		t.Errorf("got %v, %v", logged, err)
	}
	for _, text := range []string{"", "{\"msg\":\"other\"}", "{\"msg\":\"digest\",\"day\":\"today\"}"} {
		if _, err := audit.ReadLog(strings.NewReader(text)); err == nil {
			t.Errorf("%q has no error", text)
		}
	}
}
