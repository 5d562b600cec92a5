package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook/hooktest"
)

func TestSafelist(t *testing.T) {
	lately, long := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC), time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	known := hooktest.FlowValue("safe", []safePackage{{"old", long}, {"left-pad", lately}})
	for name, tc := range map[string]struct {
		options []hooktest.Option
		want    string
	}{
		"an empty list":   {[]hooktest.Option{hooktest.Store(), hooktest.Field("package", "left-pad")}, "continue"},
		"a known package": {[]hooktest.Option{known, hooktest.Field("package", "left-pad")}, "approve: People approved left-pad on 2026-11-20."},
		"another":         {[]hooktest.Option{known, hooktest.Field("package", "left")}, "continue"},
		"a forgotten one": {[]hooktest.Option{known, hooktest.Field("package", "old")}, "continue"},
	} {
		t.Run(name, func(t *testing.T) { expect(t, approveSafe, hooktest.Event(tc.options...), tc.want) })
	}
	// Without a store nothing is safe: the hook fails.
	failed := respond(t, hooktest.Flow("safelist"), hooktest.Field("package", "left-pad"))
	if !strings.Contains(failed, `"errors"`) || strings.Contains(failed, "transition") {
		t.Errorf("without a store: %s", failed)
	}
}

func TestSafelistLearns(t *testing.T) {
	many := []safePackage{}
	for n := range maxSafe {
		many = append(many, safePackage{fmt.Sprintf("%060d", n), time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)})
	}
	for name, tc := range map[string]struct {
		by    hooktest.Option
		known []safePackage
		want  []string // the last names kept, nil for no put
		count int
	}{
		"the first":    {hooktest.ByUser("grace@example.com"), nil, []string{"left-pad"}, 1},
		"one more":     {hooktest.ByUser("grace@example.com"), many[:1], []string{many[0].Name, "left-pad"}, 2},
		"one again":    {hooktest.ByUser("grace@example.com"), []safePackage{{"left-pad", many[0].At}, many[1]}, []string{many[1].Name, "left-pad"}, 2},
		"one too many": {hooktest.ByUser("grace@example.com"), many, []string{many[maxSafe-1].Name, "left-pad"}, maxSafe},
		"a hook's own": {hooktest.ByHook("on_request"), many[:1], nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			e := hooktest.Event(hooktest.Hook("on_approve"), hooktest.Field("package", "left-pad"), hooktest.FlowValue("safe", tc.known), tc.by)
			if got, err := learnSafe(t.Context(), e); words(got, err) != "continue" {
				t.Fatalf("got %s", words(got, err))
			}
			var kept []safePackage
			for _, put := range e.Store().Puts() {
				if put.IfVersion == nil || put.TTLSeconds != safeDays*24*3600 || json.Unmarshal(put.Value, &kept) != nil {
					t.Errorf("put %+v", put)
				}
			}
			var names []string
			for _, p := range kept {
				names = append(names, p.Name)
			}
			if len(names) != tc.count || !strings.HasSuffix(strings.Join(names, " "), strings.Join(tc.want, " ")) {
				t.Errorf("kept %d: %v", len(names), names)
			}
		})
	}
}

func TestSafelistIsForOwnPeople(t *testing.T) {
	for _, tc := range []struct {
		email, company string
		want           bool
	}{
		{"ada@example.com", "example.com", true}, {"Ada@EXAMPLE.com", "example.com", true},
		{"eve@bad-example.com", "example.com", false}, {"eve@example.com.invalid", "example.com", false},
		{"", "example.com", false}, {"ada@example.com", "", false},
	} {
		asked := fmt.Sprintf(`{"version":"1","hook":"get_flows","timeout_seconds":5,"accepts":["flows","errors"],"flows":[{"name":"safelist","vars":{"company":%q}}],"run":{"requester":{"id":"x","email":%q}}}`, tc.company, tc.email)
		raw, err := flows.Respond(t.Context(), json.RawMessage(asked))
		if err != nil || strings.Contains(string(raw), `"flows":["safelist"]`) != tc.want {
			t.Errorf("%+v: %s (%v)", tc, raw, err)
		}
	}
}
