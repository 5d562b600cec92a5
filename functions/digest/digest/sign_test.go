package digest_test

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
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/jonboulle/clockwork"

	function "github.com/fasttrack-dev/fasttrack/functions/digest/digest"
	"github.com/fasttrack-dev/fasttrack/internal/digest"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
	local "github.com/fasttrack-dev/fasttrack/localaws/dynamodb"
)

var first = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// world is a table, a clock and a key that can be made to fail.
type world struct {
	t      testing.TB
	client *dynamodb.Client
	table  *store.Store
	clock  *clockwork.FakeClock
	key    *ecdsa.PrivateKey
	fails  error
	signed int
	log    bytes.Buffer
	function.Handler
}

func newWorld(t testing.TB) *world {
	t.Helper()
	service, err := local.Open(local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(service)
	t.Cleanup(func() { server.Close(); _ = service.Close() })
	w := &world{t: t, clock: clockwork.NewFakeClockAt(first)}
	w.client = dynamodb.New(dynamodb.Options{Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("x", "x", "")})
	if _, err := w.client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String("runs"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: "S"}, {AttributeName: aws.String("sk"), AttributeType: "S"}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: "HASH"}, {AttributeName: aws.String("sk"), KeyType: "RANGE"}},
	}); err != nil {
		t.Fatal(err)
	}
	w.table = store.New(w.client, "runs")
	if w.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	w.Handler = *function.New(function.Deps{
		Table: w.table, KeyID: "key", Now: w.clock.Now, Log: slog.New(slog.NewJSONHandler(&w.log, nil)),
		Sign: func(_ context.Context, message []byte) ([]byte, error) {
			mu.Lock()
			defer mu.Unlock()
			w.signed++
			if w.fails != nil {
				return nil, w.fails
			}
			return ecdsa.SignASN1(rand.Reader, w.key, message)
		},
	})
	return w
}

// ask stores a request made at a time.
func (w *world) ask(n int, at time.Time) *run.Run {
	w.t.Helper()
	r, err := run.New(run.Draft{ID: run.HashID(fmt.Sprint(n)), Flow: run.Flow{Name: "f"}, Requester: run.Person{ID: "ada@example.com"}, Channel: run.ViaAPI}, at)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.table.Create(w.t.Context(), r, nil); err != nil {
		w.t.Fatal(err)
	}
	return r
}

// made makes digests and returns them as day:count.
func (w *world) made() string {
	w.t.Helper()
	report, err := w.Handle(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, d := range report.Digests {
		out = append(out, fmt.Sprintf("%s:%d", d.Day, d.Count))
	}
	return strings.Join(out, " ")
}

// holds checks all digests there are.
func (w *world) holds(days int) {
	w.t.Helper()
	stored, err := w.table.Digests(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	documents, findings := digest.VerifyChain(stored, func(string) []*ecdsa.PublicKey { return []*ecdsa.PublicKey{&w.key.PublicKey} }, "")
	if len(documents) != days {
		w.t.Errorf("%d digests, want %d", len(documents), days)
	}
	heads := digest.Gather()
	heads.First(digest.FirstOf(stored))
	if err := w.table.EachStored(w.t.Context(), func(id string, rec store.Record, unreadable error) error {
		heads.Add(id, rec.Run.History)
		return unreadable
	}); err != nil {
		w.t.Fatal(err)
	}
	all := func(string) bool { return true }
	for _, d := range documents {
		chunks, err := w.table.Chunks(w.t.Context(), d.Day, d.Chunks)
		if err != nil {
			w.t.Fatal(err)
		}
		findings = append(findings, d.VerifyHeads(chunks, heads.Of(d.Day), all, all)...)
	}
	if len(findings) > 0 {
		w.t.Errorf("wrong: %v", findings)
	}
}

// Each day has its digest once, also those on which the function did not run.
func TestDays(t *testing.T) {
	w := newWorld(t)
	w.ask(0, first.AddDate(0, -3, 0))
	w.ask(1, first)
	w.ask(2, first.AddDate(0, 0, 1))
	w.ask(3, first.AddDate(0, 0, 1))
	if got := w.made(); got != "2026-11-22:1" {
		t.Errorf("at first: %q, want the day before, and all runs so far", got)
	}
	if got := w.made(); got != "" {
		t.Errorf("again: %q", got)
	}
	w.clock.Advance(14 * time.Hour) // midnight
	if got := w.made(); got != "" {
		t.Errorf("as the day ends: %q", got)
	}
	w.clock.Advance(30 * time.Minute)
	if got := w.made(); got != "2026-11-23:1" {
		t.Errorf("on the second day: %q", got)
	}
	w.ask(4, first.AddDate(0, 0, 3))
	w.clock.Advance(3 * 24 * time.Hour)
	if got := w.made(); got != "2026-11-24:2 2026-11-25:0 2026-11-26:1" {
		t.Errorf("after three days: %q", got)
	}
	w.holds(5)
	if lines := strings.Count(w.log.String(), `"msg":"digest"`); lines != 5 {
		t.Errorf("%d lines in the log, want 5: %s", lines, w.log.String())
	}
	var line struct {
		Day, HeadsSHA256, SHA256, Signature string
		Count                               int
	}
	lines := slices.Collect(strings.Lines(strings.ReplaceAll(w.log.String(), "heads_sha256", "HeadsSHA256")))
	lines = slices.DeleteFunc(lines, func(l string) bool { return !strings.Contains(l, `"msg":"digest"`) })
	if err := json.Unmarshal([]byte(lines[1]), &line); err != nil {
		t.Fatal(err)
	}
	if line.Day != "2026-11-23" || line.Count != 1 || len(line.HeadsSHA256) != 64 || len(line.SHA256) != 64 || line.Signature == "" {
		t.Errorf("the log says %+v", line)
	}
}

// Two that run at once make one digest of each day.
func TestTwoAtOnce(t *testing.T) {
	w := newWorld(t)
	w.ask(1, first)
	w.made()
	w.clock.Advance(3 * 24 * time.Hour)
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			if _, err := w.Handle(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	w.made() // what one of them left to the other that stopped
	w.holds(4)
}

// A failure leaves days for the next time.
func TestFailures(t *testing.T) {
	w := newWorld(t)
	w.ask(1, first)
	w.fails = errors.New("throttled")
	if _, err := w.Handle(t.Context()); err == nil || !strings.Contains(err.Error(), "digest of 2026-11-22: throttled") {
		t.Errorf("got %v", err)
	}
	w.fails = nil
	w.clock.Advance(24 * time.Hour)
	if got := w.made(); got != "2026-11-23:1" {
		t.Errorf("got %q", got)
	}
	// A digest of a day to come would have the function do nothing for ever.
	d, err := digest.New("2027-01-01", 0, nil, nil, "key", first)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.table.AddDigest(t.Context(), d, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Handle(t.Context()); err == nil || !strings.Contains(err.Error(), "2027-01-01, a day that is not over") {
		t.Errorf("got %v", err)
	}
}

// A record that is broken is said, and keeps no digest from being made.
func TestBrokenRecords(t *testing.T) {
	w := newWorld(t)
	w.ask(1, first)
	edited, unreadable := w.ask(2, first), w.ask(3, first)
	for id, change := range map[string]func(body string) string{
		edited.ID:     func(body string) string { return strings.Replace(body, `"reason":""`, `"reason":"x"`, 1) },
		unreadable.ID: func(string) string { return "{" },
	} {
		key := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "RUN#" + id}, "sk": &types.AttributeValueMemberS{Value: "RUN"}}
		out, err := w.client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("runs"), Key: key})
		if err != nil {
			t.Fatal(err)
		}
		body := out.Item["body"].(*types.AttributeValueMemberS)
		was := body.Value
		if body.Value = change(was); body.Value == was {
			t.Fatalf("nothing was changed in %s", was)
		}
		if _, err := w.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("runs"), Item: out.Item}); err != nil {
			t.Fatal(err)
		}
	}
	w.clock.Advance(24 * time.Hour)
	report, err := w.Handle(t.Context())
	for _, want := range []string{edited.ID + ": entry 1: hash does not fit", unreadable.ID + ": read run"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if len(report.Digests) != 1 || report.Digests[0].Count != 2 {
		t.Errorf("made %+v, want one of the two that can be read", report.Digests)
	}
	if got := w.made(); got != "" {
		t.Errorf("again: %q", got)
	}
}
