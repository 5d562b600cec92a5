package identities_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws/identities"
)

const people = `
organization: o-local00000
identities:
  - {access_key_id: ada, secret_access_key: ada, arn: 'arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Engineers_0123456789abcdef/ada@example.com'}
  - {access_key_id: grace, secret_access_key: grace, arn: 'arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Engineers_0123456789abcdef/grace@example.com'}
  - {access_key_id: ci, secret_access_key: ci, arn: 'arn:aws:sts::123456789012:assumed-role/ci/build'}
  - {access_key_id: alan, secret_access_key: alan, arn: 'arn:aws:iam::123456789012:user/alan'}
`

func TestParse(t *testing.T) {
	s, err := identities.Parse("people", []byte(people))
	if err != nil {
		t.Fatal(err)
	}
	ada, known := s.Lookup("ada")
	if !known || ada.AccountID() != "123456789012" || ada.RolePath != identities.SSOPath || !strings.HasSuffix(ada.UserID(), ":ada@example.com") || !strings.HasPrefix(ada.UserID(), "AROA") {
		t.Errorf("ada is %+v", ada)
	}
	alan, _ := s.Lookup("alan")
	if !strings.HasPrefix(alan.UserID(), "AIDA") || len(alan.UserID()) != 21 {
		t.Errorf("alan is %+v", alan)
	}
	// Sessions of one role share its id, and the role is listed once.
	grace, _ := s.Lookup("grace")
	if grace.UniqueID != ada.UniqueID || len(s.Roles("123456789012")) != 2 || len(s.Roles("210987654321")) != 0 {
		t.Errorf("roles are %+v", s.Roles("123456789012"))
	}
}

func TestRefusedFiles(t *testing.T) {
	const session = "arn: 'arn:aws:sts::123456789012:assumed-role/r/ada', secret_access_key: s"
	for name, tc := range map[string]struct{ text, want string }{
		"no YAML":         {"identities: [", "who.yaml"},
		"unknown member":  {"identities: [{access_key_id: a, " + session + ", email: a@b}]", "email"},
		"no key":          {"identities: [{" + session + "}]", "access_key_id"},
		"no secret":       {"identities: [{access_key_id: a, arn: 'arn:aws:iam::123456789012:user/a'}]", "secret_access_key is missing"},
		"a role":          {"identities: [{access_key_id: a, secret_access_key: s, arn: 'arn:aws:iam::123456789012:role/a'}]", "identity 1: a: arn must be"},
		"twice":           {"identities: [{access_key_id: a, " + session + "}, {access_key_id: a, " + session + "}]", "identity 2: duplicate access_key_id a"},
		"two of one name": {"identities: [{access_key_id: a, " + session + "}, {access_key_id: b, role_path: /x/, " + session + "}]", "one role of a name"},
		"a path":          {"identities: [{access_key_id: a, role_path: x, " + session + "}]", "role_path"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "who.yaml")
			if err := os.WriteFile(path, []byte(tc.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := identities.Load(path); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
	if _, err := identities.Load(filepath.Join(t.TempDir(), "none.yaml")); err == nil {
		t.Error("a file that is not there was read")
	}
}
