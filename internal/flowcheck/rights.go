package flowcheck

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// rights compares the permission sets and accounts of the file with those that
// functions/grant may assign: the stack's parameters IdentityCenterPermissionSetArns
// and IdentityCenterAccountArns. If they can't be read, that is a warning.
func (s Stack) rights(ctx context.Context, file *flow.File) (mistakes, warnings []flow.Error) {
	if len(file.PermissionSets) == 0 {
		return nil, nil
	}
	may, err := s.assignable(ctx)
	if err != nil {
		return nil, []flow.Error{file.PermissionSets[0].Mistake(fmt.Sprintf("could not read what functions/grant may assign: %v", err))}
	}
	if may == nil {
		return nil, nil
	}
	for _, use := range file.PermissionSets {
		if !covers(may, use.ARN) {
			mistakes = append(mistakes, use.Mistake("functions/grant may not assign this permission set; add it to the stack's parameter IdentityCenterPermissionSetArns"))
		}
		// In the partition of the permission set.
		partition, _, _ := strings.Cut(use.ARN, ":sso:")
		if account := partition + ":sso:::account/" + use.Account; use.Account != "" && !covers(may, account) {
			mistakes = append(mistakes, use.Mistake(fmt.Sprintf("functions/grant may not assign anything in account %s; add %s to the stack's parameter IdentityCenterAccountArns", use.Account, account)))
		}
	}
	return mistakes, warnings
}

// assignable returns the ARNs that the role of functions/grant may assign; nil if the
// function has no role.
func (s Stack) assignable(ctx context.Context) ([]string, error) {
	grant, err := s.grant(ctx)
	if err != nil || aws.ToString(grant.Role) == "" {
		return nil, err
	}
	policy, err := iam.NewFromConfig(s.Config).GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: aws.String(path.Base(*grant.Role)), PolicyName: aws.String("rights")})
	if err != nil {
		return nil, err
	}
	text, err := url.PathUnescape(aws.ToString(policy.PolicyDocument))
	if err != nil {
		return nil, err
	}
	var document struct {
		Statement []struct {
			Effect           string
			Action, Resource oneOrMore
		}
	}
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		return nil, err
	}
	may := []string{}
	for _, statement := range document.Statement {
		if statement.Effect == "Allow" && slices.Contains(statement.Action, "sso:CreateAccountAssignment") {
			may = append(may, statement.Resource...)
		}
	}
	return may, nil
}

// oneOrMore is a string or a list of strings, as in policies.
type oneOrMore []string

// UnmarshalJSON implements [json.Unmarshaler].
func (o *oneOrMore) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '[' {
		return json.Unmarshal(raw, (*[]string)(o))
	}
	*o = make(oneOrMore, 1)
	return json.Unmarshal(raw, &(*o)[0])
}

// covers reports whether one of the patterns matches an ARN, in any partition.
func covers(forms []string, arn string) bool {
	_, want, _ := strings.Cut(arn, ":sso:::")
	return slices.ContainsFunc(forms, func(form string) bool {
		_, form, is := strings.Cut(form, ":sso:::")
		prefix, wild := strings.CutSuffix(form, "*")
		return is && (form == want || wild && strings.HasPrefix(want, prefix))
	})
}
