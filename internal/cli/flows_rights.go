package cli

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
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// rights compares the permission sets and accounts that the file names with those
// that functions/grant may assign: by the stack's parameters
// IdentityCenterPermissionSetArns and IdentityCenterAccountArns. What can't be found
// out is a warning.
func (d *deployed) rights(ctx context.Context, file *flow.File) (mistakes, warnings []flow.Error) {
	if len(file.PermissionSets) == 0 {
		return nil, nil
	}
	may, err := d.mayAssign(ctx)
	if err != nil {
		return nil, []flow.Error{file.PermissionSets[0].Mistake(fmt.Sprintf("what functions/grant may assign can't be found out: %v", err))}
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
			mistakes = append(mistakes, use.Mistake(fmt.Sprintf("functions/grant may assign nothing in account %s; add %s to the stack's parameter IdentityCenterAccountArns", use.Account, account)))
		}
	}
	return mistakes, warnings
}

// mayAssign lists what the role of functions/grant may assign, as IAM has it; nil if
// the function names no role.
func (d *deployed) mayAssign(ctx context.Context) ([]string, error) {
	cfg, err := awsConfig(ctx, d.endpoint)
	if err != nil {
		return nil, err
	}
	grant, err := lambda.NewFromConfig(cfg).GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: aws.String(d.stack + "-engine-grant")})
	if err != nil || aws.ToString(grant.Role) == "" {
		return nil, err
	}
	policy, err := iam.NewFromConfig(cfg).GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: aws.String(path.Base(*grant.Role)), PolicyName: aws.String("rights")})
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
	for _, s := range document.Statement {
		if s.Effect == "Allow" && slices.Contains(s.Action, "sso:CreateAccountAssignment") {
			may = append(may, s.Resource...)
		}
	}
	return may, nil
}

// oneOrMore is a text or a list of them, as policies have it.
type oneOrMore []string

// UnmarshalJSON implements [json.Unmarshaler].
func (o *oneOrMore) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '[' {
		return json.Unmarshal(raw, (*[]string)(o))
	}
	*o = make(oneOrMore, 1)
	return json.Unmarshal(raw, &(*o)[0])
}

// covers reports whether one of the forms of ARNs is that of an ARN, in any partition.
func covers(forms []string, arn string) bool {
	_, want, _ := strings.Cut(arn, ":sso:::")
	return slices.ContainsFunc(forms, func(form string) bool {
		_, form, is := strings.Cut(form, ":sso:::")
		prefix, wild := strings.CutSuffix(form, "*")
		return is && (form == want || wild && strings.HasPrefix(want, prefix))
	})
}
