package httpapi

import (
	"cmp"
	"context"
	"strings"

	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// iamIdentifier identifies callers by the SigV4 identity that API Gateway verified.
type iamIdentifier struct {
	config    Config
	directory flow.Directory
	roles     *roleCache
}

func (i *iamIdentifier) Identify(ctx context.Context, ev Event) (Identity, error) {
	auth := ev.RequestContext.Authorizer
	if auth == nil || auth.IAM == nil {
		return Identity{}, unknown("No signature was verified.")
	}
	who, ok := parseARN(auth.IAM.UserARN)
	id, _, _ := strings.Cut(cmp.Or(auth.IAM.CallerID, auth.IAM.UserID), ":")
	switch {
	case !ok:
		return Identity{}, unknown("The caller must be an IAM identity.")
	case id == "":
		return Identity{}, unknown("The caller has no unique id.")
	case who.service == "iam" && who.kind == "user":
		return i.mapped(id, auth.IAM.UserARN), nil
	case who.service == "iam" && who.kind == "root":
		return i.mapped(auth.IAM.UserARN, auth.IAM.UserARN), nil
	case who.service != "sts" || who.kind != "assumed-role":
		// Such as a federated user, whose name is whatever the caller of
		// GetFederationToken chose.
		return Identity{}, unknown("The caller must be an IAM user or a role's session.")
	}
	role, session, ok := strings.Cut(who.name, "/")
	if !ok || role == "" || session == "" || strings.Contains(session, "/") {
		return Identity{}, unknown("The caller must be an IAM user or a role's session.")
	}
	arn := "arn:" + who.partition + ":iam::" + who.account + ":role/" + role
	if isSsoRole(role) && who.account == i.config.AccountID {
		switch known := i.roles.of(ctx, role, id); known.verdict {
		case roleOfIdentityCenter:
			return i.session(who.account, session), nil
		case roleUnknown:
			return unlooked(id, arn, known.why), nil
		}
	}
	// The name of any other session is what its caller chose: only the role
	// itself is proven. Its path is not in the session's ARN; names are unique
	// without it.
	return i.mapped(id, arn), nil
}

// identityARN is arn:PARTITION:SERVICE::ACCOUNT:KIND/NAME.
type identityARN struct{ partition, service, account, kind, name string }

// parseARN reads the ARN of an IAM or STS identity. It is no regular expression
// because compiling one costs a tenth of a cold start.
func parseARN(arn string) (identityARN, bool) {
	parts := strings.Split(arn, ":")
	if len(parts) != 6 || parts[0] != "arn" || parts[1] == "" || parts[3] != "" || len(parts[4]) != 12 || strings.Trim(parts[4], "0123456789") != "" {
		return identityARN{}, false
	}
	kind, name, _ := strings.Cut(parts[5], "/")
	return identityARN{partition: parts[1], service: parts[2], account: parts[4], kind: kind, name: name}, true
}

// isSsoRole reports whether a role's name has the form of Identity Center's roles:
// AWSReservedSSO_<permission set>_<16 hex digits>. The name proves nothing: whoever may
// create roles can choose it. The unique id of a role under the reserved path does; a
// session's ARN has lost the path.
func isSsoRole(name string) bool {
	set, ok := strings.CutPrefix(name, "AWSReservedSSO_")
	n := len(set) - len("_0123456789abcdef")
	return ok && n > 0 && set[n] == '_' && strings.Trim(set[n+1:], "0123456789abcdef") == ""
}

// session is the person whom an Identity Center session names.
func (i *iamIdentifier) session(account, session string) Identity {
	principal := "sso|" + account + "|" + session
	p, found := known(i.directory, session, principal)
	switch {
	case found:
	case email.Plain(session):
		address := email.Fold(session)
		p = run.Person{ID: address, Email: address}
	default:
		p = run.Person{ID: "sso|" + session, Name: session, Vouched: true}
	}
	p = i.directory.WithTokenGroups(p, nil)
	p.Principal = principal
	if email.Plain(session) && !email.Equal(session, p.Email) {
		p.Links = []string{email.Fold(session)}
	}
	return Identity{Person: p}
}

// unlooked is a role that IAM did not confirm: a machine, whomever flows.yaml maps
// the role to.
func unlooked(id, arn, why string) Identity {
	who := Identity{Person: run.Person{ID: arn, Machine: true, Principal: id}, Former: arn}
	who.note("IAM did not confirm (" + why + ") that the role is one of IAM Identity Center, so this is a machine's call, and a machine never decides. IAM is called again after 10 seconds.")
	return who
}

// mapped returns the person to whom flows.yaml maps an IAM user or role, by its
// unique id or its ARN; one that maps to nobody is a machine.
func (i *iamIdentifier) mapped(id, arn string) Identity {
	p, found := known(i.directory, id, arn)
	if !found {
		p = run.Person{ID: arn, Machine: true}
	}
	p.Principal = id
	who := Identity{Person: p, Former: arn}
	if !found {
		who.note("Without an entry in the directory it is a machine's, which never decides.")
	}
	return who
}
