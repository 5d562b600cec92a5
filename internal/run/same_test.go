package run_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// Any link makes two one person; nothing but the login or the directory makes
// an owner.
func TestSameAndOwned(t *testing.T) {
	const login, other = "https://idp|7b1c", "https://idp|9f00"
	grace := run.Person{ID: "grace@example.com", Email: "grace@example.com", Principal: login}
	for name, tc := range map[string]struct {
		requester, p run.Person
		same, owned  bool
	}{
		"the same token":                        {grace, grace, true, true},
		"a token without an e-mail":             {grace, run.Person{ID: login, Machine: true, Principal: login}, true, true},
		"a token that had none":                 {run.Person{ID: login, Machine: true, Principal: login}, grace, true, true},
		"a new address":                         {grace, run.Person{ID: "hopper@example.com", Email: "hopper@example.com", Principal: login}, true, true},
		"somebody else":                         {grace, run.Person{ID: "ada@example.com", Email: "ada@example.com", Principal: other}, false, false},
		"a recycled address":                    {grace, run.Person{ID: "grace@example.com", Email: "grace@example.com", Principal: other}, true, false},
		"case of letters":                       {grace, run.Person{ID: "x", Email: "GRACE@example.com", Principal: other}, true, false},
		"a letter that only looks like it":      {run.Person{ID: "linus@example.com", Email: "linus@example.com", Principal: login}, run.Person{ID: "l\u0130nus@example.com", Email: "l\u0130nus@example.com", Principal: other}, false, false},
		"linked through an address":             {grace, run.Person{ID: other, Principal: other, Links: []string{"grace@example.com"}}, true, false},
		"linked, and the requester knows it":    {run.Person{ID: login, Principal: login, Links: []string{"a@example.com"}}, run.Person{ID: other, Principal: other, Links: []string{"a@example.com"}}, true, false},
		"mapped to one entry":                   {run.Person{ID: "g@example.com", Email: "g@example.com", Principal: login, Mapped: true}, run.Person{ID: "g@example.com", Email: "g@example.com", Principal: "AIDA1", Mapped: true}, true, true},
		"mapped by one side alone":              {run.Person{ID: "g@example.com", Email: "g@example.com", Principal: login, Mapped: true}, run.Person{ID: "g@example.com", Email: "g@example.com", Principal: other}, true, false},
		"stored by an older release":            {run.Person{ID: "grace@example.com", Email: "grace@example.com"}, grace, true, true},
		"stored by an older release, by a name": {run.Person{ID: login}, grace, true, true},
		"stored by an older release, another's": {run.Person{ID: "ada@example.com", Email: "ada@example.com"}, grace, false, false},
		"an old act on a new request":           {grace, run.Person{ID: "grace@example.com", Email: "grace@example.com"}, true, false},
		"a user name in another case":           {run.Person{ID: "sso|Ada", Principal: "sso|1|Ada"}, run.Person{ID: "sso|ada", Principal: "sso|1|ada"}, true, false},
		"subjects that differ in case":          {run.Person{ID: "i|A", Principal: "i|A"}, run.Person{ID: "i|a", Principal: "i|a"}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := &run.Run{Requester: tc.requester}
			if run.Same(tc.requester, tc.p) != tc.same || run.Same(tc.p, tc.requester) != tc.same {
				t.Errorf("same is %v", !tc.same)
			}
			if r.OwnedBy(tc.p) != tc.owned {
				t.Errorf("owned is %v", !tc.owned)
			}
		})
	}
}

// waiting is a pending run of a requester.
func waiting(requester run.Person) *run.Run {
	return &run.Run{Status: run.Pending, Requester: requester, Review: &run.Review{ReviewRule: run.ReviewRule{
		Approvers: []string{"everyone"}, Approvals: []run.Requirement{{Count: 1}},
	}}}
}

// Who is linked to more than can be followed approves nothing, and nobody
// approves what they request.
func TestCrowdedLogins(t *testing.T) {
	ada, kim := run.Person{ID: "a@x", Principal: "i|a"}, run.Person{ID: "k@x", Principal: "i|k"}
	if err := waiting(ada).MayAct(run.Approve, kim, nil); err != nil {
		t.Fatal(err)
	}
	full := func(p run.Person) run.Person { p.Crowded = true; return p }
	if waiting(full(ada)).MayAct(run.Approve, kim, nil) == nil || waiting(ada).MayAct(run.Approve, full(kim), nil) == nil {
		t.Error("it may be approved")
	}
	if err := waiting(full(ada)).MayAct(run.Deny, full(kim), nil); err != nil {
		t.Errorf("it may not be denied: %v", err)
	}
}

// Nobody is shown what is not theirs to see.
func TestShownHasNoLogin(t *testing.T) {
	p := run.Person{ID: "a@x", Email: "a@x", Name: "A", Groups: []string{"g"}, Principal: "i|a", Mapped: true, Links: []string{"b@x"}, Crowded: true, Vouched: true, ListedGroups: []string{"g"}}
	if diff := cmp.Diff(run.Person{ID: "a@x", Email: "a@x", Name: "A", Groups: []string{"g"}}, p.Shown()); diff != "" {
		t.Error(diff)
	}
}
