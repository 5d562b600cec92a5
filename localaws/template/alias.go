package template

import (
	"slices"
	"strings"
)

// latest is the version of an alias that follows the function's code. Here, each alias
// is of that one: this machine keeps no other.
const latest = "$LATEST"

// collectFunctionAlias reads an AWS::Lambda::Alias.
func (r *reader) collectFunctionAlias(res *resource) error {
	p := r.properties(res)
	function, err := p.required("FunctionName")
	if err != nil {
		return err
	}
	name, err := p.required("Name")
	if err != nil {
		return err
	}
	version, err := p.required("FunctionVersion")
	if err != nil {
		return err
	}
	if version != latest {
		return r.errorf(res.node, "FunctionVersion %q: this machine has aliases of %s only", version, latest)
	}
	r.aliases = append(r.aliases, alias{function, name})
	return nil
}

// alias is a name of a function, which is by name or ARN.
type alias struct{ function, name string }

// functionAlias returns what Ref of an AWS::Lambda::Alias is: its ARN.
func (r *reader) functionAlias(res *resource) (string, error) {
	p := r.properties(res)
	function, err := p.required("FunctionName")
	if err != nil {
		return "", err
	}
	name, err := p.required("Name")
	if err != nil {
		return "", err
	}
	for _, id := range r.order {
		f := r.resources[id]
		if f.kind != "AWS::Serverless::Function" || f.absent {
			continue
		}
		is, err := r.name(f.node, f)
		if err != nil {
			return "", err
		}
		arn, err := r.arn(f.node, f)
		if err != nil {
			return "", err
		}
		if function == is || function == arn {
			return arn + ":" + name, nil
		}
	}
	return "", r.errorf(res.node, "FunctionName %q must be a function of this template", function)
}

// attachAliases sets the aliases of each function.
func (r *reader) attachAliases(stack *Stack) {
	for i := range stack.Functions {
		f := &stack.Functions[i]
		for _, a := range r.aliases {
			if a.function == f.Name || strings.HasSuffix(a.function, ":function:"+f.Name) {
				f.MoreAliases = append(f.MoreAliases, a.name)
			}
		}
		slices.Sort(f.MoreAliases)
	}
}
