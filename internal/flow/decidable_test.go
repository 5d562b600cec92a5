package flow_test

import (
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// A flow whose requests nobody could approve is a mistake, said where it is.
func TestFlowsThatCanNotBeDecided(t *testing.T) {
	for name, tc := range map[string]struct{ in, want string }{
		"one admin, two approvals":        {"admins: [root@x], review: {approvals: 2}", "f:1:58: flows[0].review.approvals: 2 people must approve, but only 1 may: root@x"},
		"one admin who is the approver":   {"admins: [root@x], review: {approvers: [root@x], approvals: 2}", "2 people must approve, but only 1 may: root@x"},
		"two names of one person":         {"admins: [root@x], review: {approvers: ['root@old.x'], approvals: 2}", "2 people must approve, but only 1 may: root@x"},
		"a group that is too small":       {"admins: [root@x], review: {approvers: ['group:g'], approvals: 3}", "3 people must approve, but only 2 may: ada@x, root@x"},
		"a requirement that is too large": {"admins: [root@x], review: {approvers: [everyone], approvals: [{from: 'group:g', count: 3}]}", "3 people must approve, but only 2 may: ada@x, root@x"},
		"one person for two requirements": {"admins: ['group:none', ada@x], review: {approvals: [{from: 'group:g'}, {from: ada@x}]}", "2 people must approve, but only 1 may: ada@x"},
		"the only requester":              {"admins: [ada@x], requesters: [ada@x]", "f:1:28: flows[0].admins: a request of ada@x can't be approved: nobody could decide it"},
		"no more than admins and a group": {"admins: [root@x], review: {approvers: ['group:g'], approvals: 2}", ""},
		"a group that tokens tell":        {"admins: [root@x], review: {approvers: ['group:t'], approvals: 5}", ""},
		"a group that takes from a token": {"admins: [root@x], review: {approvers: ['group:from'], approvals: 5}", ""},
		"an own approval":                 {"admins: [ada@x], requesters: [ada@x], review: {self_approval: true}", ""},
		"requesters who can't be known":   {"admins: [ada@x], requesters: [ada@x, 'arn:aws:iam::123456789012:role/ci']", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := flow.Parse("f", []byte("{flows: [{name: a, "+tc.in+"}], directory: {groups: {g: [ada@x], none: [], from: {from_token: [z]}}, people: [{email: root@x, identities: [root@old.x]}]}}"))
			switch {
			case tc.want == "" && err != nil:
				t.Errorf("it is refused: %v", err)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}
