package run

import (
	"encoding/json"
	"testing"
	"time"
)

// forBob is a run that ada filed for bob, of whom the requester's rule allows
// self-approval if self is set.
func forBob(t *testing.T, bob Person, self bool) *Run {
	t.Helper()
	now := time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)
	r, err := New(Draft{
		ID: NewID(now), Requester: Person{ID: "ada@example.com", Email: "ada@example.com", Principal: "idp|ada"}, For: &bob, Channel: ViaAPI, Reason: "bob is new here",
		Flow: Flow{Name: "access", Admins: []string{"ada@example.com", "bob@example.com", "root@example.com"}, Review: ReviewRule{Approvers: []string{"grace@example.com", "bob@example.com"}, SelfApproval: self, Approvals: []Requirement{{Count: 1}}, TimeoutSeconds: 3600}},
	}, now)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func login(address string) Person {
	return Person{ID: address, Email: address, Principal: "idp|" + address}
}

// TestIsFor finds whom a run is for: by the directory's logins, by the one
// login that carried the address, else by the address.
func TestIsFor(t *testing.T) {
	bob := login("bob@example.com")
	mapped := bob
	mapped.Mapped = true
	recycled := bob
	recycled.Principal = "idp|another"
	nameless := Person{ID: "idp|x", Principal: "idp|x"}
	address := Person{ID: "bob@example.com", Email: "bob@example.com"}
	known := Beneficiary(Person{ID: bob.ID, Email: bob.Email, Links: []string{"bob@old.example.com", bob.Principal}})
	two := Beneficiary(Person{ID: bob.ID, Email: bob.Email, Links: []string{bob.Principal, recycled.Principal}})
	listed := Person{ID: bob.ID, Email: bob.Email, Mapped: true}
	for name, tt := range map[string]struct {
		of, is Person
		want   bool
	}{
		"by address":                      {address, bob, true},
		"by address, in upper case":       {address, Person{ID: "x", Email: "BOB@example.com", Principal: "x"}, true},
		"another address":                 {address, login("eve@example.com"), false},
		"a login without an address":      {address, nameless, false},
		"a machine with that id":          {address, Person{ID: "bob@example.com", Email: "bob@example.com", Machine: true}, false},
		"the login that carried it":       {known, bob, true},
		"the address, handed on":          {known, recycled, false},
		"one of two that carried it":      {two, recycled, true},
		"a login of the directory":        {listed, mapped, true},
		"the address beside the entry":    {listed, bob, false},
		"who was erased, and one without": {Person{ID: erasedID}, nameless, false},
	} {
		r := forBob(t, tt.of, false)
		if got := r.IsFor(tt.is); got != tt.want || r.OwnedBy(tt.is) != tt.want || r.HeldBy(tt.is) != tt.want {
			t.Errorf("%s: IsFor %t, OwnedBy %t, HeldBy %t, want %t", name, got, r.OwnedBy(tt.is), r.HeldBy(tt.is), tt.want)
		}
	}
	r := forBob(t, address, false)
	if ada := login("ada@example.com"); r.IsFor(ada) {
		t.Error("it is for its requester")
	}
	if ada := r.Requester; !r.OwnedBy(ada) || r.HeldBy(ada) {
		t.Errorf("the requester: OwnedBy %t, HeldBy %t, want true, false", r.OwnedBy(ada), r.HeldBy(ada))
	}
}

// TestNeitherOfTwoApproves keeps requester and beneficiary from approving, as admins and
// where the flow allows self-approval too, by any login of theirs. Both may cancel.
func TestNeitherOfTwoApproves(t *testing.T) {
	bob := Person{ID: "bob@example.com", Email: "bob@example.com", Links: []string{"idp|bob-at-home"}}
	home := Person{ID: "idp|bob-at-home", Principal: "idp|bob-at-home", Email: "b@home.example.com"}
	for _, self := range []bool{false, true} {
		r := forBob(t, bob, self)
		r.Flow.Admins = append(r.Flow.Admins, home.Email)
		for _, tt := range []struct {
			p               Person
			approve, cancel bool
		}{
			{r.Requester, false, true}, {login("bob@example.com"), false, true}, {home, false, false},
			{login("grace@example.com"), true, false}, {login("root@example.com"), true, false},
		} {
			if err := r.MayAct(Approve, tt.p, nil); (err == nil) != tt.approve {
				t.Errorf("self_approval %t: approve by %s: %v, want allowed %t", self, tt.p.ID, err, tt.approve)
			}
			if err := r.MayAct(Cancel, tt.p, nil); (err == nil) != tt.cancel {
				t.Errorf("self_approval %t: cancel by %s: %v, want allowed %t", self, tt.p.ID, err, tt.cancel)
			}
		}
		r.For.Crowded = true
		if r.MayAct(Approve, login("grace@example.com"), nil) == nil {
			t.Errorf("self_approval %t: approved for somebody who is too many", self)
		}
	}
}

// TestTooFewBesideTwo doesn't count the beneficiary among those who could approve.
func TestTooFewBesideTwo(t *testing.T) {
	r := forBob(t, Person{ID: "bob@example.com", Email: "bob@example.com"}, true)
	r.Flow.Admins, r.Flow.Review.Approvers = []string{"ada@example.com"}, []string{"bob@example.com"}
	if r.Short(&Today{Flows: map[string]TodayFlow{"access": {Admins: r.Flow.Admins, Approvers: r.Flow.Review.Approvers}}}) == "" {
		t.Error("the two are enough to decide it")
	}
}

// TestForIsSealed finds another beneficiary than the one whom the history has.
func TestForIsSealed(t *testing.T) {
	for name, change := range map[string]func(r *Run){
		"another":      func(r *Run) { r.For = &Person{ID: "eve@example.com", Email: "eve@example.com"} },
		"nobody":       func(r *Run) { r.For = nil },
		"another name": func(r *Run) { r.For.Name = "Eve" },
		"the login":    func(r *Run) { r.For.Principal = "idp|eve" },
	} {
		r := forBob(t, Person{ID: "bob@example.com", Email: "bob@example.com"}, false)
		if err := r.VerifyRecord(r.ID, nil); err != nil {
			t.Fatal(err)
		}
		if change(r); r.VerifyRecord(r.ID, nil) == nil {
			t.Errorf("%s: not found", name)
		}
	}
}

// TestEraseOfTwo erases either without the other, and the chain still verifies.
func TestEraseOfTwo(t *testing.T) {
	for _, who := range []string{"ada@example.com", "bob@example.com"} {
		r := forBob(t, Person{ID: "bob@example.com", Email: "bob@example.com"}, false)
		if err := r.Append(r.CreatedAt, Canceled, Entry{Event: Cancel, Actor: login("bob@example.com").Actor(), Channel: ViaAPI, Reason: "not needed"}); err != nil {
			t.Fatal(err)
		}
		r.Decision = &Decision{Event: Cancel, By: login("bob@example.com").Actor(), Reason: "not needed", At: r.CreatedAt}
		r.Engine.Next = NextCanceled
		if err := r.Seal(); err != nil {
			t.Fatal(err)
		}
		next, changed, _, err := Erase(r, Names{who}, nil, r.CreatedAt)
		if err != nil || !changed {
			t.Fatalf("%s: changed %t, %v", who, changed, err)
		}
		raw, _ := json.Marshal(next)
		if (Names{who}).In(string(raw)) {
			t.Errorf("%s is left: %s", who, raw)
		}
		if left := next.Requester.ID; (left == "ada@example.com") != (who != "ada@example.com") {
			t.Errorf("without %s, the requester is %s", who, left)
		}
		if left := next.For.ID; (left == "bob@example.com") != (who != "bob@example.com") {
			t.Errorf("without %s, it is for %s", who, left)
		}
		if err := next.VerifyRecord(next.ID, nil); err != nil {
			t.Errorf("without %s: %v", who, err)
		}
	}
}
