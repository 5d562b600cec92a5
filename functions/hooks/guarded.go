package main

import (
	"context"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/hook"
)

// approveHarmlessDiffs approves a deploy whose diff touches no infrastructure code.
// A missing diff goes to people; it is not an empty one.
//
// The flow lets CI's own role ask and nobody else: a diff that a person sends
// along proves nothing.
func approveHarmlessDiffs(ctx context.Context, e *hook.Event) (hook.FromRequest, error) {
	diff, there := e.Context.Lookup("diff.txt")
	if !e.Check("has a diff", there, "diff.txt") {
		return hook.Continue(), nil
	}
	if !e.Check("no infrastructure code", !touchesInfrastructure(diff), "no file or directory of Terraform, OpenTofu or Terragrunt") {
		return hook.Continue(), nil
	}
	return hook.Approve("The diff touches no infrastructure code."), nil
}

// endings are how the names of infrastructure code end, in lower case: what
// Terraform, OpenTofu, Terragrunt and Packer read, and the state and plans that
// they write.
var endings = []string{
	".tf", ".tf.json", ".tfvars", ".tfvars.json", ".tofu", ".tofu.json", ".hcl", ".hcl.json",
	".tfstate", ".tfstate.backup", ".tfplan", ".terraformrc", "terraform.rc", ".tofurc", ".terraform-version", ".opentofu-version",
}

// directories hold infrastructure code whatever their files are called, such as
// templates and scripts that it reads. Add those of your repository.
var directories = []string{"terraform", "tofu", "opentofu", "terragrunt", ".terraform", "infra", "infrastructure"}

// touchesInfrastructure reports whether a line ends in the name of infrastructure
// code, in letters of either case, or a header names one of its directories. Each
// file of a diff has such lines (diff --git a/main.tf b/main.tf, +++ b/main.tf,
// rename to main.tf), with a quote after a name that git escapes, and a tab after
// one with a space or before diff's own time of change. A changed line that ends
// so counts too: when in doubt, people look.
func touchesInfrastructure(diff string) bool {
	for line := range strings.Lines(diff) {
		line = strings.ToLower(line)
		name, _, _ := strings.Cut(line, "\t")
		header := isHeader(line)
		if isCode(line) || header && (isCode(name) || inDirectory(name)) {
			return true
		}
	}
	return false
}

func isHeader(line string) bool {
	return slices.ContainsFunc([]string{"--- ", "+++ ", "diff ", "rename ", "copy ", "index: ", "binary files "}, func(start string) bool {
		return strings.HasPrefix(line, start)
	})
}

func isCode(line string) bool {
	line = strings.TrimSuffix(strings.TrimRight(line, "\" \t\r\n"), " differ")
	return slices.ContainsFunc(endings, func(ending string) bool { return strings.HasSuffix(line, ending) })
}

// inDirectory reports whether a part of a path is one of directories.
func inDirectory(header string) bool {
	parts := strings.FieldsFunc(header, func(r rune) bool { return strings.ContainsRune("/\\ \"", r) })
	for _, d := range directories {
		if i := slices.Index(parts, d); i >= 0 && i < len(parts)-1 {
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
