package localaws

import (
	"path"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

// mayInvoke reports whether the role of a state's Credentials may invoke a function. A
// function of the template needs a statement of the role, as at AWS. A function that the
// template doesn't describe is attached by hand and allowed: at AWS its ARN would be a
// parameter.
func (s *Stack) mayInvoke(role, function string) bool {
	_, name, isARN := strings.Cut(function, ":function:")
	if !isARN {
		name = function
	}
	bare, _, _ := strings.Cut(name, ":")
	if !slices.ContainsFunc(s.Template.Functions, func(f template.Function) bool { return f.Name == bare }) {
		return true
	}
	resource := arn(s.opts.Region, "lambda", "function:"+name)
	for _, r := range s.Template.Roles {
		if r.ARN != role {
			continue
		}
		for _, st := range r.Statements {
			if st.Effect == "Allow" && slices.Contains(st.Actions, "lambda:InvokeFunction") &&
				slices.ContainsFunc(st.Resources, func(form string) bool { ok, err := path.Match(form, resource); return err == nil && ok }) {
				return true
			}
		}
	}
	return false
}
