package template

import (
	"fmt"
	"os"
	"path/filepath"
)

// StateMachine is an AWS::Serverless::StateMachine.
type StateMachine struct {
	LogicalID, Name, ARN, RoleARN string
	// Definition is the ASL text with its DefinitionSubstitutions made.
	Definition string
	// Path is where the definition lies, as the template says.
	Path string
}

func (r *reader) collectStateMachine(stack *Stack, res *resource) error {
	p := r.properties(res)
	m := StateMachine{LogicalID: res.id}
	kind, err := p.text("Type", "STANDARD")
	if err != nil {
		return err
	}
	if kind != "STANDARD" {
		return r.errorf(res.node, "type %s: this machine runs only STANDARD state machines", kind)
	}
	if m.Name, err = r.name(res.node, res); err != nil {
		return err
	}
	if m.ARN, err = r.arn(res.node, res); err != nil {
		return err
	}
	if m.RoleARN, err = p.text("Role", r.samRole(res)); err != nil {
		return err
	}
	if m.Path, err = p.required("DefinitionUri"); err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(stack.Dir, m.Path))
	if err != nil {
		return r.errorf(res.node, "DefinitionUri: %v", err)
	}
	if m.Definition, err = r.substitute(p, m.Path, string(text)); err != nil {
		return err
	}
	stack.StateMachines = append(stack.StateMachines, m)
	return nil
}

// substitute replaces ${Name} in a definition by DefinitionSubstitutions. An unknown
// name is an error; AWS would leave it in the text and fail at the state.
func (r *reader) substitute(p properties, path, text string) (string, error) {
	v, at, ok, err := p.get("DefinitionSubstitutions")
	if err != nil {
		return "", err
	}
	values := map[string]any{}
	if ok {
		if values, ok = v.(map[string]any); !ok {
			return "", r.errorf(at, "DefinitionSubstitutions must be a mapping")
		}
	}
	var failed error
	out := placeholder.ReplaceAllStringFunc(text, func(match string) string {
		name := placeholder.FindStringSubmatch(match)[2]
		v, ok := values[name]
		if !ok && failed == nil {
			failed = r.errorf(at, "DefinitionSubstitutions lacks %s, which %s names", name, path)
		}
		return fmt.Sprint(v)
	})
	return out, failed
}
