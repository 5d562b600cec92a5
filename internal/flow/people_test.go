package flow_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

const twoIdentities = `
flows:
  - name: a
    requesters: ["arn:aws:iam::123456789012:user/ada", "arn:aws:iam::123456789012:role/ci"]
    admins: [Ada@Old.example.com]
    review: {approvers: [group:x], approvals: [{from: ada@old.example.com, count: 1}]}
directory:
  groups: {x: [ada@old.example.com]}
  people:
    - {email: ada@example.com, name: Ada, identities: [ADA@old.example.com, "arn:aws:iam::123456789012:user/ada"]}
`

// However somebody comes, and however the file names them, they are one person.
func TestOnePersonUnderManyIdentities(t *testing.T) {
	file, err := flow.Parse("f", []byte(twoIdentities))
	if err != nil {
		t.Fatal(err)
	}
	f := &file.Flows[0]
	want := run.Person{ID: "ada@example.com", Email: "ada@example.com", Name: "Ada", Vouched: true, Groups: []string{"x"}, ListedGroups: []string{"x"}, Mapped: true}
	for _, identity := range []string{"ada@example.com", "Ada@OLD.example.com", "arn:aws:iam::123456789012:user/ada"} {
		got, ok := file.Directory.Lookup(identity)
		if !ok || !cmp.Equal(got, want) {
			t.Errorf("%s is %+v (%v), want %+v", identity, got, ok, want)
		}
		if !f.MayAsk(got) {
			t.Errorf("%s may not ask", identity)
		}
		if !got.Matches(f.Admins...) {
			t.Errorf("%s is no admin of %q", identity, f.Admins)
		}
		if f.Undecidable(got, file.Today()) == "" {
			t.Errorf("%s asks what only the same person could decide, and it isn't told", identity)
		}
	}
	if got := f.Review.Approvals[0].From; got != "ada@example.com" {
		t.Errorf("an approval is needed from %s", got)
	}
}

// A machine asks only where it is named itself: it is nobody of everyone.
func TestMachinesMayAskWhereTheyAreNamed(t *testing.T) {
	file, err := flow.Parse("f", []byte(twoIdentities+"  "))
	if err != nil {
		t.Fatal(err)
	}
	named := &file.Flows[0]
	open := &flow.Flow{Requesters: []string{"everyone"}}
	for _, tc := range []struct {
		f    *flow.Flow
		who  run.Person
		want bool
	}{
		{named, run.Person{ID: "arn:aws:iam::123456789012:role/ci", Machine: true}, true},
		{named, run.Person{ID: "arn:aws:iam::123456789012:role/other", Machine: true}, false},
		{named, run.Person{ID: "eve@example.com", Email: "eve@example.com"}, false},
		{open, run.Person{ID: "arn:aws:iam::123456789012:role/ci", Machine: true}, false},
		{open, run.Person{ID: "eve@example.com", Email: "eve@example.com"}, true},
	} {
		if got := tc.f.MayAsk(tc.who); got != tc.want {
			t.Errorf("%s may ask of %q: %v, want %v", tc.who.ID, tc.f.Requesters, got, tc.want)
		}
	}
}
