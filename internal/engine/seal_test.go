package engine_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// documentedHash is the hash of an entry by what docs/audit.md says, with nothing
// of the code that seals.
func documentedHash(t testing.TB, entry map[string]any) string {
	t.Helper()
	covered := []string{
		"seq", "event", "at", "channel", "status", "act", "act_event", "duration_seconds", "payload_sha256", "flow_version", "rules_version",
		"hooks_version", "hook_reason_by", "shadow_sha256", "state_sha256", "history_sha256", "expires_at", "prev_hash",
	}
	keyed := func(key, message []byte) []byte {
		h := hmac.New(sha256.New, key)
		h.Write(message)
		return h.Sum(nil)
	}
	salt, _ := entry["salt"].(string)
	members, texts := map[string]any{}, map[string]string{}
	for name, value := range entry {
		switch {
		case slices.Contains([]string{"hash", "salt", "keys", "erased"}, name):
		case slices.Contains(covered, name):
			members[name] = value
		default:
			canonical, err := run.Canonical(value)
			if err != nil {
				t.Fatal(err)
			}
			key := hex.EncodeToString(keyed([]byte(salt), []byte(name)))
			texts[name] = hex.EncodeToString(keyed([]byte(key), canonical))
		}
	}
	members["texts"] = texts
	hash, err := run.Hash(members)
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

// Whoever has an entry, such as from the API or the bus, can check its hash by
// what docs/audit.md says.
func TestTheHashIsAsDocumented(t *testing.T) {
	for _, e := range approvedForLess(t).run.History {
		raw, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var entry map[string]any
		if err := json.Unmarshal(raw, &entry); err != nil {
			t.Fatal(err)
		}
		if got := documentedHash(t, entry); got != e.Hash {
			t.Errorf("entry %d (%s): hash %s, by the documentation %s", e.Seq, e.Event, e.Hash, got)
		}
	}
}

// No text of an entry can be edited, taken away or given another salt.
func TestAnEditedTextIsFound(t *testing.T) {
	m := access(t, "")
	m.granted()
	for i, e := range m.run.History {
		raw, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var members map[string]any
		if err := json.Unmarshal(raw, &members); err != nil {
			t.Fatal(err)
		}
		for name := range members {
			if name == "prev_hash" && i == 0 {
				continue // is empty
			}
			edited := maps.Clone(members)
			edited[name] = "edited"
			if reflect.TypeOf(members[name]).Kind() == reflect.Map {
				edited[name] = map[string]any{"type": "user", "id": "eve@example.com"}
			}
			delete(members, "")
			raw, err := json.Marshal(edited)
			if err != nil {
				t.Fatal(err)
			}
			history := slices.Clone(m.run.History)
			history[i] = run.Entry{}
			if json.Unmarshal(raw, &history[i]) != nil {
				continue // can't even be read
			}
			if err := run.Verify(history); err == nil {
				t.Errorf("entry %d: %s was edited unseen", e.Seq, name)
			}
		}
	}
}

// The salt of the run, which sensitive values are digested with, can't be had from
// what is shown.
func TestTheSaltOfTheRunIsNotShown(t *testing.T) {
	m := approvedForLess(t)
	raw, err := json.Marshal(m.run.View())
	if err != nil {
		t.Fatal(err)
	}
	if m.run.Salt == "" || strings.Contains(string(raw), m.run.Salt) {
		t.Errorf("the view shows the run's salt %q: %s", m.run.Salt, raw)
	}
}
