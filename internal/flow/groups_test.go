package flow_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

const listedGroups = `
flows: [{name: a, admins: [group:platform], review: {approvers: ["group:Prod Approvers", "group:aws:prod", "group:cn=ops,ou=all"]}}]
directory:
  groups:
    platform: [root@example.com]
    sre: {members: [grace@example.com], from_token: ["Prod SRE", "aws:sre"]}
    "cn=ops,ou=all": [linus@example.com]
    oncall: {from_token: [oncall]}
`

// A token adds nobody to a group that the directory lists, unless the group says
// which of the token's groups it takes members from.
func TestTokenGroups(t *testing.T) {
	d := parse(t, listedGroups).Directory
	for name, tc := range map[string]struct {
		email string
		token []string
		want  []string
	}{
		"a listed group's name":             {"eve@example.com", []string{"platform"}, nil},
		"a listed group's name, and others": {"eve@example.com", []string{"platform", "ops"}, []string{"ops"}},
		"a member, told again":              {"root@example.com", []string{"platform"}, []string{"platform"}},
		"a group that is taken from":        {"eve@example.com", []string{"Prod SRE"}, []string{"sre", "Prod SRE"}},
		"another that is taken from":        {"eve@example.com", []string{"aws:sre"}, []string{"sre", "aws:sre"}},
		"the name of one that takes others": {"eve@example.com", []string{"sre"}, nil},
		"its own name":                      {"eve@example.com", []string{"oncall"}, []string{"oncall"}},
		"no token":                          {"linus@example.com", nil, []string{"cn=ops,ou=all"}},
		"invisible names":                   {"eve@example.com", []string{"a\u200b", "\n", "", " x"}, nil},
		"of no e-mail":                      {"", []string{"platform", "Prod SRE"}, []string{"sre", "Prod SRE"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := d.WithTokenGroups(run.Person{ID: "x", Email: tc.email}, tc.token)
			if !slices.Equal(got.Groups, tc.want) {
				t.Errorf("groups are %q, want %q", got.Groups, tc.want)
			}
		})
	}
}

// However groups are listed and named: a token's group makes members of a
// listed group only where the directory says so.
func TestListedGroupsAreClosed(t *testing.T) {
	names := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d"}), rapid.ID)
	rapid.Check(t, func(t *rapid.T) {
		d := flow.Directory{Groups: map[string]flow.Group{}}
		for _, name := range names.Draw(t, "listed") {
			g := flow.Group{FromToken: names.Draw(t, "from")}
			if rapid.Bool().Draw(t, "member") {
				g.Members = []string{"ada@example.com"}
			}
			d.Groups[name] = g
		}
		token := names.Draw(t, "token")
		got := d.WithTokenGroups(run.Person{Email: "ada@example.com"}, token)
		for _, name := range []string{"a", "b", "c", "d"} {
			g, listed := d.Groups[name]
			want := !listed && slices.Contains(token, name) ||
				listed && (len(g.Members) > 0 || slices.ContainsFunc(g.FromToken, func(from string) bool { return slices.Contains(token, from) }))
			if slices.Contains(got.Groups, name) != want {
				t.Fatalf("in %s: %v, want %v (token %q, directory %+v)", name, !want, want, token, d.Groups)
			}
		}
	})
}

func TestGroupNames(t *testing.T) {
	file := parse(t, listedGroups)
	if got := file.Flows[0].Review.Approvers; !slices.Equal(got, []string{"group:Prod Approvers", "group:aws:prod", "group:cn=ops,ou=all"}) {
		t.Errorf("approvers are %q", got)
	}
	for in, want := range map[string]string{
		`{flows: [{name: a, admins: ["group:a\tb"]}]}`:                                        `f:1:29: flows[0].admins[0]: must be a group's name, got "a\tb": 1 to 256 characters`,
		`{flows: [{name: a, admins: ["group: a"]}]}`:                                          "f:1:29: flows[0].admins[0]: must be a group's name",
		`{flows: [{name: a, admins: ["group:a\u202eb"]}]}`:                                    "f:1:29: flows[0].admins[0]: must be a group's name",
		`{flows: [{name: a, admins: [a@x]}], directory: {groups: {"a\u0000": []}}}`:           "f:1:58: directory.groups: must be a group's name",
		`{flows: [{name: a, admins: [a@x]}], directory: {groups: {a: {members: [b]}}}}`:       `f:1:72: directory.groups.a.members[0]: must be an e-mail, got "b"`,
		`{flows: [{name: a, admins: [a@x]}], directory: {groups: {a: {member: [b@x]}}}}`:      "f:1:62: directory.groups.a.member: unknown key; known: from_token, members",
		`{flows: [{name: a, admins: [a@x]}], directory: {groups: {a: {from_token: [" b"]}}}}`: "f:1:75: directory.groups.a.from_token[0]: must be a group's name",
		`{flows: [{name: a, admins: [a@x]}], directory: {groups: {a: sre}}}`:                  "f:1:61: directory.groups.a: must be a list of members, or a mapping of members and from_token, got the text \"sre\"",
	} {
		_, err := flow.Parse("f", []byte(in))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v\nwant %s", in, err, want)
		}
	}
}

func parse(t *testing.T, in string) *flow.File {
	t.Helper()
	file, err := flow.Parse("f", []byte(in))
	if err != nil {
		t.Fatal(err)
	}
	return file
}
