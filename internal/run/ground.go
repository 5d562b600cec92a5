package run

import "strings"

// ground is by what somebody may act on a run: its kind, and the principal that means
// them.
type ground struct {
	kind      groundKind
	principal string
}

type groundKind int

const (
	noGround groundKind = iota
	asAdmin
	// asApprover is by the flow, today and in the run's rule.
	asApprover
	// namedByHook is by get_permissions.
	namedByHook
	// asFiled is by the rule of the run alone: its flow names them no longer.
	asFiled
)

// sentence says to the person by what they may decide the run.
func (g ground) sentence(r *Run, t *Today) string {
	group, isGroup := strings.CutPrefix(g.principal, "group:")
	everyone := g.principal == "everyone"
	switch g.kind {
	case asAdmin:
		if t != nil {
			if _, there := t.Flows[r.Flow.Name]; !there {
				return "This flow no longer exists, and you are one of the admins who decide what it left."
			}
		}
		return "You are an admin of this flow."
	case namedByHook:
		switch {
		case isGroup:
			return "You are in the group " + group + ", which code chose to decide this request."
		case everyone:
			return "Code lets everyone decide this request."
		}
		return "Code chose you to decide this request."
	case asFiled:
		switch {
		case isGroup:
			return "You are in the group " + group + ", which decided this flow when the request was made."
		case everyone:
			return "Everyone could decide this flow when the request was made."
		}
		return "You were an approver of this flow when the request was made."
	case asApprover:
		switch {
		case isGroup:
			return "You are in the group " + group + ", which decides this flow."
		case everyone:
			return "Everyone may decide this flow."
		}
		return "You are an approver of this flow."
	}
	return ""
}
