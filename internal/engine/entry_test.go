package engine_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// A release that is rolled back to reads runs of a newer one, whose entries have
// members that it doesn't know; their hashes are over those too. It goes on with
// such a run and leaves its history as sound as it was.
func TestAnEntryKeepsWhatANewerReleaseWrote(t *testing.T) {
	m := access(t, "")
	raw, err := json.Marshal(m.run.History)
	if err != nil {
		t.Fatal(err)
	}
	// As the newer release has it: another member in each entry, under the hash.
	var entries []map[string]any
	if err := json.Unmarshal(raw, &entries); err != nil {
		t.Fatal(err)
	}
	prev := ""
	for _, e := range entries {
		e["region"], e["prev_hash"] = map[string]any{"name": "<eu>", "n": 1}, prev
		prev = documentedHash(t, e)
		e["hash"] = prev
	}
	newer, err := json.Marshal(entries)
	if err != nil {
		t.Fatal(err)
	}
	m.run.History = nil
	if err := json.Unmarshal(newer, &m.run.History); err != nil {
		t.Fatal(err)
	}
	m.granted()
	if len(m.run.History) <= len(entries) {
		t.Fatal("the run did not go on")
	}
	raw, err = json.Marshal(m.run.History)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(string(raw), `"region":{"n":1,"name":"\u003ceu\u003e"}`); got != len(entries) {
		t.Errorf("%d entries of %d have what the newer release wrote: %s", got, len(entries), raw)
	}
	var stored []run.Entry
	if err := json.Unmarshal(raw, &stored); err != nil {
		t.Fatal(err)
	}
	if err := run.Verify(stored); err != nil {
		t.Error(err)
	}
	// What was added is under the hash: it can't be taken away.
	var without []run.Entry
	if err := json.Unmarshal([]byte(strings.Replace(string(raw), `"region"`, `"site"`, 1)), &without); err != nil {
		t.Fatal(err)
	}
	if err := run.Verify(without); err == nil || !strings.Contains(err.Error(), "entry 1: hash does not fit") {
		t.Errorf("another name of a member: %v", err)
	}
}
