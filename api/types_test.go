package api_test

import (
	"encoding/json"
	"testing"

	"github.com/fasttrack-dev/fasttrack/api"
)

// An entry keeps the members of a newer release: its hash covers them.
func TestEntryKeepsNewerMembers(t *testing.T) {
	const raw = `{"actor":{"type":"user"},"at":"2026-11-23T10:00:00Z","channel":"api","event":"approve","hash":"h","newer":{"a":[1]},"prev_hash":"","reason":"a < b","seq":1,"status":"approved"}`
	var e api.Entry
	if err := json.Unmarshal([]byte(raw), &e); err != nil {
		t.Fatal(err)
	}
	if got, err := e.MarshalJSON(); err != nil || string(got) != raw {
		t.Errorf("got %s (%v), want %s", got, err, raw)
	}
	if err := json.Unmarshal([]byte(`{"seq":2}`), &e); err != nil {
		t.Fatal(err)
	}
	if got, _ := json.Marshal(e); string(got) == raw || len(got) > 200 {
		t.Errorf("an entry kept members of another: %s", got)
	}
}

// Approvals are a number where any approver counts, and else a list.
func TestApprovals(t *testing.T) {
	for raw, want := range map[string]api.Approvals{
		`2`:                                    {{Count: 2}},
		`[{"from":"group:sre","count":1}]`:     {{From: "group:sre", Count: 1}},
		`[{"count":1},{"from":"a","count":2}]`: {{Count: 1}, {From: "a", Count: 2}},
		`null`:                                 nil,
		`[]`:                                   {},
	} {
		var got api.Approvals
		if err := json.Unmarshal([]byte(raw), &got); err != nil || len(got) != len(want) {
			t.Errorf("%s: got %v, %v", raw, got, err)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: got %v", raw, got)
			}
		}
		if again, err := json.Marshal(got); err != nil || string(again) != raw {
			t.Errorf("%s becomes %s, %v", raw, again, err)
		}
	}
	for _, raw := range []string{`"2"`, `1.5`, `{"count":1}`, `true`} {
		if err := json.Unmarshal([]byte(raw), new(api.Approvals)); err == nil {
			t.Errorf("%s was accepted", raw)
		}
	}
}

// What this release doesn't know is neither decided nor final.
func TestStatus(t *testing.T) {
	type state struct{ known, decided, final, finalWithAccess bool }
	want := map[api.Status]state{
		api.StatusRequested: {known: true}, api.StatusPending: {known: true},
		api.StatusApproved: {true, true, true, false}, api.StatusActive: {true, true, false, false}, "new": {}, "": {},
	}
	for _, s := range append(api.Statuses(), "new", "") {
		w, there := want[s]
		if !there {
			w = state{true, true, true, true}
		}
		if got := (state{s.Known(), s.Decided(), s.Final(false), s.Final(true)}); got != w {
			t.Errorf("%q is %+v, want %+v", s, got, w)
		}
	}
}

// Events of others, and what is no event, are refused; a newer member isn't.
func TestBusEvent(t *testing.T) {
	for detail, ok := range map[string]bool{
		`{"id":"r-1","type":"fasttrack.run.approve","run":{"id":"r"},"entry":{"seq":1},"newer":1}`: true,
		`{"id":"r-1","type":"fasttrack.run.paused","run":{"id":"r"},"entry":{"seq":1}}`:            true,
		`{"id":"r-failing-1","type":"fasttrack.access.failing","run":{"id":"r"}}`:                  true,
		`{"id":"r-1","type":"fasttrack.run.approve","run":{"id":"r"}}`:                             false,
		`{"id":"r-1","type":"other.run.approve","run":{"id":"r"},"entry":{"seq":1}}`:               false,
		`{"type":"fasttrack.run.approve","run":{"id":"r"},"entry":{"seq":1}}`:                      false,
		`{"id":"r-1","type":"fasttrack.run.approve","entry":{"seq":1}}`:                            false,
		`[]`: false, ``: false, `{"id":7}`: false,
	} {
		if e, err := (api.BusEvent{Detail: json.RawMessage(detail)}).Event(); (err == nil) != ok {
			t.Errorf("%s: %+v, %v", detail, e, err)
		}
	}
}
