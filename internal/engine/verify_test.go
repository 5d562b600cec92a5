package engine_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// stored returns a run as it comes back from where it is stored.
func stored(t testing.TB, r *run.Run) *run.Run {
	t.Helper()
	body, err := run.Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	back := &run.Run{}
	if err := json.Unmarshal(body, back); err != nil {
		t.Fatal(err)
	}
	return back
}

// approvedForLess is a run with everything that somebody can send along, whose
// hour of access was approved for half an hour.
func approvedForLess(t testing.TB) *machine {
	f := sampleFlow()
	f.Strategy = []byte(`{"type":"lambda"}`)
	m := newMachineFor(t, run.Draft{
		ID: run.NewID(start), Flow: f, Requester: ada, Channel: run.ViaAPI, Reason: "because", DurationSeconds: 3600,
		Fields:    map[string]json.RawMessage{"target": json.RawMessage(`{"id":"prod","label":"Prod"}`)},
		Sensitive: map[string]json.RawMessage{"ticket": json.RawMessage(`"T-1"`)},
		Context:   json.RawMessage(`{"diff": "<a> & b", "n": 1.50}`),
	})
	m.answer(run.OnRequest, `{"subscriptions":[]}`)
	m.acts = append(m.acts, run.Act{ID: "1", Event: run.Approve, Person: grace, Channel: run.ViaAPI, At: m.now, DurationSeconds: 1800})
	m.pass(0)
	m.is(run.Approved, run.NextGrant)
	return m
}

const sent = `{"diff": "<a> & b", "n": 1.50}`

// Whatever of a run its history vouches for can't be changed unseen.
func TestVerifyRecord(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(r *run.Run)
		sent   string
		want   string // "" means that nothing is wrong
	}{
		"untouched":             {func(*run.Run) {}, sent, ""},
		"context written other": {func(*run.Run) {}, `{"n":1.5,"diff":"\u003ca> & b"}`, ""},
		"another context":       {func(*run.Run) {}, `{"diff": "<a> & c", "n": 1.50}`, "not the one that was filed"},
		"no context":            {func(*run.Run) {}, "", "not the one that was filed"},
		"another id":            {func(r *run.Run) { r.ID = run.NewID(start) }, sent, "but says that it is"},
		"another status":        {func(r *run.Run) { r.Status = run.Denied }, sent, "it is denied, but its history ends with approved"},
		"another requester":     {func(r *run.Run) { r.Requester.Email = "eve@example.com" }, sent, "its requester is"},
		"another time":          {func(r *run.Run) { r.CreatedAt = start.Add(time.Hour) }, sent, "it was made at"},
		"another reason":        {func(r *run.Run) { r.Reason = "no reason" }, sent, "not the one that was filed"},
		"another flow":          {func(r *run.Run) { r.Flow.Name = "other" }, sent, "not the one that was filed"},
		"another field":         {func(r *run.Run) { r.Fields["target"] = json.RawMessage(`{"id":"test"}`) }, sent, "not the one that was filed"},
		"another secret":        {func(r *run.Run) { r.Sensitive["ticket"] = json.RawMessage(`"T-2"`) }, sent, "not the one that was filed"},
		"another salt":          {func(r *run.Run) { r.Salt = "x" }, sent, "not the one that was filed"},
		"longer":                {func(r *run.Run) { r.DurationSeconds = 3600 }, sent, "its duration is 3600 s, but 1800 s by its history"},
		"shorter":               {func(r *run.Run) { r.DurationSeconds = 60 }, sent, "its duration is 60 s, but 1800 s by its history"},
		"asked for longer":      {func(r *run.Run) { r.RequestedSeconds = 7200 }, sent, "not the one that was filed"},
		"decided by another":    {func(r *run.Run) { r.Decision.By.ID = "eve@example.com" }, sent, "its decision is not in its history"},
		"no decision":           {func(r *run.Run) { r.Decision = nil }, sent, "has a decision, but it has none"},
		"an entry changed":      {func(r *run.Run) { r.History[1].Reason = "x" }, sent, "entry 2: hash does not fit"},
		"an entry is gone":      {func(r *run.Run) { r.History = r.History[:2] }, sent, "it is approved, but its history ends with pending"},
		"no history":            {func(r *run.Run) { r.History = nil }, sent, "it has no history"},
	} {
		t.Run(name, func(t *testing.T) {
			r := stored(t, approvedForLess(t).run)
			id := r.ID
			tc.change(r)
			var context json.RawMessage
			if tc.sent != "" {
				context = json.RawMessage(tc.sent)
			}
			err := r.VerifyRecord(id, context)
			switch {
			case tc.want == "" && err != nil:
				t.Errorf("got %v", err)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

// A run whose duration was shortened before runs kept what was requested is not
// held against them.
func TestVerifyRecord_OlderRun(t *testing.T) {
	r := asOlder(t, approvedForLess(t).run)
	r.RequestedSeconds = 0
	if err := r.VerifyRecord(r.ID, json.RawMessage(sent)); err != nil {
		t.Error(err)
	}
}

// asOlder returns the run as a release stored it that sealed entries whole and
// nothing beside them.
func asOlder(t testing.TB, r *run.Run) *run.Run {
	t.Helper()
	older := stored(t, r)
	prev := ""
	for i := range older.History {
		e := &older.History[i]
		e.Salt, e.StateSHA256, e.PrevHash, e.Hash = "", "", prev, ""
		raw, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var members map[string]any
		if err := json.Unmarshal(raw, &members); err != nil {
			t.Fatal(err)
		}
		delete(members, "hash")
		if e.Hash, err = run.Hash(members); err != nil {
			t.Fatal(err)
		}
		prev = e.Hash
	}
	return older
}
