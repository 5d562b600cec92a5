package main

import (
	"context"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/hook"
)

// approveHarmlessDiffs approves a deploy whose diff holds no infrastructure
// code: no line that ends in .tf, as the headers of changed Terraform files do
// (+++ b/main.tf). A missing diff goes to people; it is not an empty one.
//
// The flow lets CI's own role ask and nobody else: a diff that a person sends
// along proves nothing.
func approveHarmlessDiffs(ctx context.Context, e *hook.Event) (hook.FromRequest, error) {
	diff, there := e.Context.Lookup("diff.txt")
	if !e.Check("has a diff", there, "diff.txt") {
		return hook.Continue(), nil
	}
	if !e.Check("no infrastructure code", !touchesTerraform(diff), "no line ends in .tf") {
		return hook.Continue(), nil
	}
	return hook.Approve("The diff touches no infrastructure code."), nil
}

func touchesTerraform(diff string) bool {
	for line := range strings.Lines(diff) {
		if strings.HasSuffix(strings.TrimRight(line, " \t\r\n"), ".tf") {
			return true
		}
	}
	return false
}

// onlyNamedApprovers ignores everybody whom the flow's vars don't name. What
// approveHarmlessDiffs approved passes: it is no person.
func onlyNamedApprovers(ctx context.Context, e *hook.Event) (hook.FromApprove, error) {
	if e.ByHook() || slices.Contains(e.Flow.Vars.Strings("approvers"), e.User.Email) {
		return hook.Continue(), nil
	}
	return hook.Ignore("You are not authorized to approve this request."), nil
}
