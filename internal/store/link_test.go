package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/store"
)

func login(principal, address string) run.Person {
	p := run.Person{ID: principal, Email: address, Principal: principal, Machine: address == ""}
	if address != "" {
		p.ID = address
	}
	return p
}

// see has a person call, and returns what is known of them then.
func see(t *testing.T, s *store.Store, p run.Person) run.Person {
	t.Helper()
	linked, err := s.Link(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return linked
}

// Logins meet through an address that both once carried, over any number of
// links, and in whichever order they come.
func TestLoginsMeetThroughAddresses(t *testing.T) {
	for name, tc := range map[string]struct {
		seen []run.Person
		a, b run.Person
		same bool
	}{
		"nothing seen":                {nil, login("i|1", ""), login("i|2", ""), false},
		"a token without its e-mail":  {[]run.Person{login("i|1", "a@x"), login("i|2", "a@x")}, login("i|1", ""), login("i|2", ""), true},
		"an address that was changed": {[]run.Person{login("i|1", "a@x"), login("i|1", "b@x")}, login("i|2", "a@x"), login("i|3", "b@x"), true},
		"over three addresses":        {[]run.Person{login("i|1", "a@x"), login("i|1", "b@x"), login("i|2", "b@x"), login("i|2", "c@x")}, login("i|9", "a@x"), login("i|8", "C@x"), true},
		"mapped, under its address":   {[]run.Person{{ID: "d@x", Email: "d@x", Principal: "i|1", Mapped: true, Links: []string{"a@x"}}}, login("i|2", "a@x"), login("i|1", ""), true},
		"others":                      {[]run.Person{login("i|1", "a@x"), login("i|2", "b@x")}, login("i|1", ""), login("i|2", ""), false},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			for _, p := range tc.seen {
				see(t, s, p)
			}
			a, b := tc.a, tc.b
			if err := s.Linked(t.Context(), nil, &a, &b); err != nil {
				t.Fatal(err)
			}
			if run.Same(a, b) != tc.same || run.Same(tc.a, b) && !tc.same {
				t.Errorf("%+v and %+v are the same: %v", a, b, !tc.same)
			}
			if run.Same(a, tc.b) != tc.same {
				t.Errorf("one side alone, %+v, is the same as %+v: %v", a, tc.b, !tc.same)
			}
		})
	}
}

// In the normal case a call costs one read and no write.
func TestWhatLinksCost(t *testing.T) {
	tab := openTable(t)
	calls := map[string]int{}
	s := tab.counted(calls)
	p := login("i|1", "a@x")
	see(t, s, p)
	if calls["UpdateItem"] != 2 {
		t.Errorf("a new link took %v", calls)
	}
	clear(calls)
	if linked := see(t, s, p); len(linked.Links) > 0 || linked.Crowded {
		t.Errorf("it is linked to %+v", linked)
	}
	if len(calls) != 1 || calls["BatchGetItem"] != 1 {
		t.Errorf("a known link took %v", calls)
	}
	clear(calls)
	see(t, s, run.Person{ID: "a@x", Email: "a@x"}) // by an older release
	if len(calls) != 0 {
		t.Errorf("nobody's link took %v", calls)
	}
}

// A link that can't be read or stored fails the call; the next stores it.
func TestALinkThatFails(t *testing.T) {
	tab := openTable(t)
	p := login("i|1", "a@x")
	for n := range 3 {
		s := tab.failing(n, errors.New("throttled"))
		if got, err := s.Link(t.Context(), p); err == nil {
			t.Errorf("call %d: got %+v", n, got)
		}
	}
	fine := store.New(tab.client, tab.name)
	see(t, fine, p)
	other := login("i|2", "a@x")
	if err := fine.Linked(t.Context(), nil, &other); err != nil || !slices.Contains(other.Links, "i|1") {
		t.Errorf("%v: %+v", err, other)
	}
}

// A login that is linked to more than can be followed can't be distinguished.
func TestACrowdedLogin(t *testing.T) {
	s := open(t)
	var last run.Person
	for n := range 2 * run.MaxLinks {
		last = see(t, s, login(fmt.Sprintf("i|%d", n), "shared@x"))
	}
	if !last.Crowded || len(last.Links) > 2*run.MaxLinks {
		t.Errorf("%d links, crowded %v", len(last.Links), last.Crowded)
	}
	without := login(fmt.Sprintf("i|%d", 2*run.MaxLinks-1), "")
	if err := s.Linked(t.Context(), nil, &without); err != nil || !without.Crowded {
		t.Errorf("%v: without its address it is %+v", err, without)
	}
	if p := see(t, s, login("i|other", "other@x")); p.Crowded {
		t.Error("somebody else is crowded too")
	}
}

// counted returns a store over the table that counts its calls by operation.
func (tab table) counted(calls map[string]int) *store.Store {
	return tab.watched(func(operation string) error { calls[operation]++; return nil })
}

// failing returns a store over the table whose nth call fails.
func (tab table) failing(n int, err error) *store.Store {
	calls := -1
	return tab.watched(func(string) error {
		if calls++; calls == n {
			return err
		}
		return nil
	})
}

func (tab table) watched(see func(operation string) error) *store.Store {
	options := tab.client.Options()
	options.APIOptions = append(options.APIOptions, watching(see))
	return store.New(sdk.New(options), tab.name)
}
