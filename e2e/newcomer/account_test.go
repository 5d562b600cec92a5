package newcomer_test

import (
	"testing"

	"github.com/fasttrack-dev/fasttrack/e2e/emulator"
	"github.com/fasttrack-dev/fasttrack/localaws/identities"
)

// stack is the one that the pages deploy.
const stack = "approvals"

// account makes people in the account, as IAM Identity Center does. Their addresses are
// those of the newcomer's own flows.
func (s *session) account(t *testing.T, e *emulator.Emulator) {
	t.Helper()
	role, err := e.Role(t.Context(), identities.SSOPath, "AWSReservedSSO_Developers_0123456789abcdef", "execute-api:Invoke", "cloudformation:DescribeStacks")
	if err != nil {
		t.Fatal(err)
	}
	s.people = map[string][]string{}
	for _, who := range []string{"ada", "grace"} {
		c, err := e.Session(t.Context(), role, who+"@acme.test")
		if err != nil {
			t.Fatal(err)
		}
		s.people[who] = []string{"AWS_ACCESS_KEY_ID=" + c.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + c.SecretAccessKey, "AWS_SESSION_TOKEN=" + c.SessionToken}
	}
}

// adopt has the emulator serve the stack that a command deployed.
func adopt(t *testing.T, e *emulator.Emulator) {
	t.Helper()
	if _, err := e.Adopt(t.Context(), stack); err != nil {
		t.Fatal(err)
	}
	if err := e.AllowLookup(t.Context(), stack); err != nil {
		t.Fatal(err)
	}
}
