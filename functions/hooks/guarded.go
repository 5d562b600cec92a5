package main

import (
	"context"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/hook"
)

// approveHarmlessDiffs approves a deploy whose diff touches no Terraform file.
// A missing diff goes to people; it is not an empty one.
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

// touchesTerraform tells whether a line ends in .tf. Each file of a diff has such
// lines (diff --git a/main.tf b/main.tf, +++ b/main.tf, rename to main.tf), with
// a quote after a name that git escapes, and a tab after one with a space or
// before diff's own time of change. A changed line that ends so counts too: when
// in doubt, people look.
func touchesTerraform(diff string) bool {
	for line := range strings.Lines(diff) {
		name, _, _ := strings.Cut(line, "\t")
		header := strings.HasPrefix(line, "--- ") || strings.HasPrefix(line, "+++ ")
		if endsInTF(line) || header && endsInTF(name) {
			return true
		}
	}
	return false
}

func endsInTF(line string) bool {
	return strings.HasSuffix(strings.TrimRight(line, "\" \t\r\n"), ".tf")
}

// onlyNamedApprovers ignores everybody whom the flow's vars don't name. What
// approveHarmlessDiffs approved passes: it is no person.
func onlyNamedApprovers(ctx context.Context, e *hook.Event) (hook.FromApprove, error) {
	if e.ByHook() || slices.Contains(e.Flow.Vars.Strings("approvers"), e.User.Email) {
		return hook.Continue(), nil
	}
	return hook.Ignore("You are not authorized to approve this request."), nil
}
