package run_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

var keeps = &run.StoreRule{Person: []string{"count", "seen/*"}, Flow: []string{"total"}}

func put(scope run.StoreScope, key, value string) run.Put {
	return run.Put{Scope: scope, Key: key, Value: json.RawMessage(value)}
}

func version(v string) *string { return &v }

// A put that the flow does not allow is refused, with the member that is wrong.
func TestCheckPuts(t *testing.T) {
	for name, tc := range map[string]struct {
		puts []run.Put
		want string // part of the error, "" for none
	}{
		"a declared key":                   {[]run.Put{put("person", "count", "1"), put("flow", "total", "1")}, ""},
		"a key of a prefix":                {[]run.Put{put("person", "seen/a", "1")}, ""},
		"the prefix itself":                {[]run.Put{put("person", "seen/", "1")}, `[0]: key: the flow's store has no "seen/" of scope person; it has count, seen/*`},
		"of the other scope":               {[]run.Put{put("flow", "count", "1")}, `no "count" of scope flow; it has total`},
		"no scope":                         {[]run.Put{put("", "count", "1")}, `[0]: scope: must be "person" or "flow"`},
		"twice":                            {[]run.Put{put("person", "count", "1"), put("person", "count", "2")}, `[1]: key: "count" appears twice`},
		"no value":                         {[]run.Put{put("person", "count", "")}, "value: missing"},
		"null":                             {[]run.Put{put("person", "count", "null")}, "value: missing"},
		"a value of 4 KiB":                 {[]run.Put{put("person", "count", `"`+strings.Repeat("x", 4094)+`"`)}, ""},
		"a larger one":                     {[]run.Put{put("person", "count", `"`+strings.Repeat("x", 4095)+`"`)}, "value: 4097 bytes, more than 4096"},
		"kept too long":                    {[]run.Put{{Scope: "person", Key: "count", Value: json.RawMessage("1"), TTLSeconds: run.MaxStoredSeconds + 1}}, "ttl_seconds: must be 1 to 34560000"},
		"kept for less than nothing":       {[]run.Put{{Scope: "person", Key: "count", Value: json.RawMessage("1"), TTLSeconds: -1}}, "ttl_seconds"},
		"deleted, and a value":             {[]run.Put{{Scope: "person", Key: "count", Value: json.RawMessage("1"), Delete: true}}, "delete: "},
		"deleted":                          {[]run.Put{{Scope: "person", Key: "count", Delete: true}}, ""},
		"a long key":                       {[]run.Put{put("person", "seen/"+strings.Repeat("x", 196), "1")}, "key: 201 characters, more than 200"},
		"more of them than a response has": {make([]run.Put, 11), "11 of them, more than 10"},
	} {
		err := keeps.CheckPuts(tc.puts)
		if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %q", name, err, tc.want)
		}
	}
}

// A condition is of the value that is there and has not expired.
func TestConditionsOfPuts(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	is := func(expires time.Duration) run.Shelves {
		return run.Shelves{Person: run.Shelf{Values: map[string]run.StoredValue{"count": {Value: json.RawMessage("1"), Version: "a", ExpiresAt: now.Add(expires)}}}}
	}
	for name, tc := range map[string]struct {
		is   run.Shelves
		if_  *string
		held bool
	}{
		"the version that is there":       {is(time.Second), version("a"), true},
		"another":                         {is(time.Second), version("b"), false},
		"none, and there is one":          {is(time.Second), version(""), false},
		"none, and it has expired":        {is(0), version(""), true},
		"the version of what has expired": {is(0), version("a"), false},
		"none, and there is none":         {run.Shelves{}, version(""), true},
		"a version, and there is none":    {run.Shelves{}, version("a"), false},
		"no condition":                    {is(time.Second), nil, true},
	} {
		p := put("person", "count", "2")
		p.IfVersion = tc.if_
		if broken := tc.is.Broken([]run.Put{p}, now); (broken == "") != tc.held {
			t.Errorf("%s: broken is %q", name, broken)
		}
	}
}

// Puts keep to the limits of one owner, drop what has expired, and leave the shelf that
// they were made from alone.
func TestPutsOnShelves(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	full := run.Shelf{Values: map[string]run.StoredValue{}, Version: 3}
	for n := range run.MaxStored {
		full.Values[fmt.Sprintf("seen/%d", n)] = run.StoredValue{Value: json.RawMessage("1"), Version: "a", ExpiresAt: now.Add(time.Hour)}
	}
	is := run.Shelves{Person: full}
	if _, err := is.After([]run.Put{put("person", "count", "1")}, "b", now); err == nil || !strings.Contains(err.Error(), "11 values of scope person would be kept, more than 10") {
		t.Errorf("one more than fits: %v", err)
	}
	next, err := is.After([]run.Put{put("person", "count", "1"), {Scope: "person", Key: "seen/0", Delete: true}}, "b", now)
	if err != nil || !next.Person.Changed || next.Person.Version != 3 || next.Flow.Changed || len(next.Person.Values) != 10 {
		t.Errorf("one for another: %+v (%v)", next, err)
	}
	if v := next.Person.Values["count"]; v.Version != "b" || !v.ExpiresAt.Equal(now.Add(90*24*time.Hour)) {
		t.Errorf("it is kept as %+v", v)
	}
	if len(is.Person.Values) != 10 || is.Person.Values["seen/0"].Version == "" || is.Person.Changed {
		t.Error("the shelf from before was changed")
	}
	later := now.Add(time.Hour)
	if next, err = is.After([]run.Put{put("person", "count", "1")}, "b", later); err != nil || len(next.Person.Values) != 1 {
		t.Errorf("once all have expired: %+v (%v)", next, err)
	}
	large := put("person", "seen/x", `"`+strings.Repeat("x", 4000)+`"`)
	var puts []run.Put
	for n := range 5 {
		large.Key = fmt.Sprintf("seen/x%d", n)
		puts = append(puts, large)
	}
	if _, err := (run.Shelves{}).After(puts, "b", now); err == nil || !strings.Contains(err.Error(), "would have 20045 bytes, more than 16384") {
		t.Errorf("more bytes than fit: %v", err)
	}
	if live := is.Live(&run.StoreRule{Person: []string{"count"}}, run.PerPerson, now); len(live) != 0 {
		t.Errorf("values that the flow does not declare are shown: %v", live)
	}
	if live := is.Live(keeps, run.PerPerson, later); len(live) != 0 {
		t.Errorf("expired values are shown: %v", live)
	}
}
