// Package template reads SAM templates. It evaluates every intrinsic function and
// refuses, by name and line, what this machine would run otherwise than AWS.
package template

import (
	"fmt"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v4"
)

// Options configure [Load].
type Options struct {
	// Parameters override the defaults of the template.
	Parameters map[string]string
	// Defaults replace the defaults of the parameters that the template has.
	Defaults map[string]string
	// ParameterPatterns replace the AllowedPattern of parameters, by name.
	ParameterPatterns map[string]string
	// Region, AccountID and StackName are the values of the pseudo parameters.
	Region, AccountID, StackName string
	// FunctionVersion returns the version of a function, for !Ref XFunction.Version. It
	// is called only for such references.
	FunctionVersion func(logicalID string) (string, error)
	// APIEndpoint is the value of !GetAtt Api.ApiEndpoint.
	APIEndpoint string
	// SkipUnserved leaves out resources of types that are not served, and properties of
	// functions, in place of an error; [Stack.Skipped] lists them. What is served must
	// not need one: only policies may name them.
	SkipUnserved bool
}

// Stack is a template with every intrinsic function evaluated. Each list is in the
// order of the template.
type Stack struct {
	// Dir is the folder of the template, where its relative paths start.
	Dir string
	// Text is the text of the template.
	Text          string `json:"-"`
	Parameters    map[string]string
	Functions     []Function
	StateMachines []StateMachine
	Tables        []Table
	APIs          []API
	Buses         []Bus
	Rules         []Rule
	Keys          []Key
	KeyAliases    []KeyAlias
	Secrets       []Secret
	Roles         []Role
	Resources     []Resource
	Outputs       []Output
	// Description is that of the template.
	Description string
	Queues      []Queue
	// Skipped says what was left out because of Options.SkipUnserved, a phrase each.
	Skipped []string
	// ManagedPolicies are for callers; no function has one.
	ManagedPolicies []ManagedPolicy
}

// Error is a part of the template that can't be served here.
type Error struct {
	File string
	Line int
	// Where names the resource, parameter or section.
	Where   string
	Message string
}

func (e *Error) Error() string {
	if e.Where == "" {
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message)
	}
	return fmt.Sprintf("%s:%d: %s: %s", e.File, e.Line, e.Where, e.Message)
}

// sections of a template that say nothing about how it runs.
var ignoredSections = map[string]bool{
	"AWSTemplateFormatVersion": true, "Transform": true, "Description": true, "Metadata": true, "Outputs": true,
}

// Load reads the template at path. The error is one line; of a template that is
// YAML it is an *Error with its line.
func Load(path string, opts Options) (*Stack, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read template: %w", err)
	}
	var doc yaml.Node
	if err := yaml.Load(text, &doc); err != nil {
		return nil, fmt.Errorf("%s: not YAML: %w", path, err)
	}
	root := &doc
	if root.Kind == yaml.DocumentNode && len(root.Content) == 1 {
		root = root.Content[0]
	}
	r := newReader(filepath.Base(path), opts)
	stack := &Stack{Dir: filepath.Dir(path), Text: string(text)}
	if err := r.read(root, stack); err != nil {
		return nil, err
	}
	return stack, nil
}

// read goes through the sections in the order in which they need each other.
func (r *reader) read(root *yaml.Node, stack *Stack) error {
	sections, err := r.mapping(root)
	if err != nil {
		return err
	}
	for _, s := range sections {
		switch {
		case s.key == "Parameters" || s.key == "Rules" || s.key == "Mappings" || s.key == "Conditions" || s.key == "Globals" || s.key == "Resources" || s.key == "Outputs" || ignoredSections[s.key]:
		default:
			return r.errorf(s.node, "section %s is not supported on this machine", s.key)
		}
	}
	steps := []struct {
		section string
		read    func(*yaml.Node) error
	}{
		{"Parameters", r.readParameters},
		{"Rules", r.readRules},
		{"Mappings", r.readMappings},
		{"Conditions", r.readConditions},
		{"Globals", r.readGlobals},
		{"Resources", r.readResources},
	}
	for _, step := range steps {
		node := child(root, step.section)
		if node == nil {
			continue
		}
		if err := step.read(node); err != nil {
			return err
		}
	}
	for name := range r.opts.Parameters {
		if _, ok := r.parameters[name]; !ok {
			return fmt.Errorf("%s: no parameter %s", r.file, name)
		}
	}
	stack.Parameters = r.parameterText()
	if description := child(root, "Description"); description != nil {
		stack.Description = description.Value
	}
	if err := r.collect(stack); err != nil {
		return err
	}
	stack.Skipped = r.skipped
	if err := r.listResources(stack); err != nil {
		return err
	}
	if outputs := child(root, "Outputs"); outputs != nil {
		return r.readOutputs(outputs, stack)
	}
	return nil
}
