package eks

import (
	"regexp"
	"strings"

	"github.com/fasttrack-dev/fasttrack/strategy"
)

var (
	placeholder = regexp.MustCompile(`\{([^{}]*)\}`)
	// A principal of one person: EKS takes users and roles of IAM.
	validPrincipal = regexp.MustCompile(`^arn:aws[a-z-]*:iam::[0-9]{12}:(user|role)/([\w+=,.@-]+/)*[\w+=,.@-]{1,64}$`)
	// What a value may add to an ARN: a part of a name, never a path.
	validPart = regexp.MustCompile(`^[\w+=,.@-]{1,64}$`)
)

// principal returns the person's principal in IAM.
func (s Settings) principal(r *strategy.Request) (string, error) {
	var wrong error
	made := placeholder.ReplaceAllStringFunc(s.Principal, func(name string) string {
		value, err := valueOf(name[1:len(name)-1], r)
		switch {
		case err != nil:
			wrong = err
		case value == "":
			wrong = strategy.Refused("principal: %s is empty for %s", name, r.Person.ID)
		case name == s.Principal && !strings.HasPrefix(name, "{field."):
			// A person's own ARN. What people type is never one.
		case !validPart.MatchString(value):
			wrong = strategy.Refused("principal: %s of %s can't be part of an ARN: %q", name, r.Person.ID, value)
		}
		return value
	})
	switch {
	case wrong != nil:
		return "", wrong
	case strings.Contains(made, ":assumed-role/"):
		return "", strategy.Refused("principal: %s is a session; set principal to the person's own user or role", made)
	case !validPrincipal.MatchString(made):
		return "", strategy.Refused("principal must be the ARN of a user or role of IAM, got %q; set principal in the strategy block", made)
	case strings.Contains(made, "/AWSReservedSSO_"):
		return "", strategy.Refused("principal: %s is the role of a permission set, which many people share", made)
	}
	return made, nil
}

// valueOf returns what a placeholder stands for.
func valueOf(name string, r *strategy.Request) (string, error) {
	kind, rest, _ := strings.Cut(name, ".")
	switch {
	case name == "id":
		return r.Person.ID, nil
	case name == "email":
		return r.Person.Email, nil
	case name == "name":
		return r.Person.Name, nil
	case name == "user":
		user, _, _ := strings.Cut(r.Person.Email, "@")
		return user, nil
	case kind == "identity" && rest != "":
		return r.Person.Identities[rest], nil
	case kind == "field" && rest != "":
		return r.Run.Fields.String(rest), nil
	}
	return "", strategy.Refused("principal: unknown placeholder {%s}; known: {id}, {email}, {user}, {name}, {identity.NAME}, {field.NAME}", name)
}

// policyARN returns the policy's ARN, in the partition of the principal.
func (s Settings) policyARN(principal string) string {
	if strings.HasPrefix(s.Policy, "arn:") {
		return s.Policy
	}
	_, rest, _ := strings.Cut(principal, ":")
	partition, _, _ := strings.Cut(rest, ":")
	return "arn:" + partition + ":eks::aws:cluster-access-policy/" + s.Policy
}
