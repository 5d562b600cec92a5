package upgrade

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// Built is what is deployed of a folder, as far as two builds are compared.
type Built struct {
	// Architecture is the processor that the functions are for, as the template has it.
	Architecture string
	resources    map[string]resource
	parameters   map[string]string
}

// resource is a resource of the template.
type resource struct {
	kind string
	// properties is its text in the template, code the checksum of its file.
	properties, code string
}

// Read reads what was built of a folder; nil if nothing was.
func Read(dir string) (*Built, error) {
	made := filepath.Join(dir, folder.Made)
	raw, err := os.ReadFile(filepath.Join(made, folder.TemplateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Load(raw, &doc); err != nil || len(doc.Content) != 1 {
		return nil, fmt.Errorf("%s/%s is not a template (%v); build it again", folder.Made, folder.TemplateFile, err)
	}
	b := &Built{resources: map[string]resource{}, parameters: map[string]string{}}
	root := doc.Content[0]
	if d := folder.Member(root, "Parameters", "Architecture", "Default"); d != nil {
		b.Architecture = d.Value
	}
	if parameters := folder.Member(root, "Parameters"); parameters != nil {
		for i := 0; i+1 < len(parameters.Content); i += 2 {
			b.parameters[parameters.Content[i].Value] = "needs a value"
			if d := folder.Member(parameters.Content[i+1], "Default"); d != nil {
				b.parameters[parameters.Content[i].Value] = fmt.Sprintf("default %q", d.Value)
			}
		}
	}
	resources := folder.Member(root, "Resources")
	if resources == nil {
		return b, nil
	}
	for i := 0; i+1 < len(resources.Content); i += 2 {
		r, err := readResource(made, resources.Content[i+1])
		if err != nil {
			return nil, err
		}
		b.resources[resources.Content[i].Value] = r
	}
	return b, nil
}

func readResource(made string, n *yaml.Node) (r resource, err error) {
	text, err := yaml.Dump(n)
	if err != nil {
		return r, err
	}
	r.properties = string(text)
	if kind := folder.Member(n, "Type"); kind != nil {
		r.kind = kind.Value
	}
	for _, property := range []string{"CodeUri", "DefinitionUri"} {
		file := folder.Member(n, "Properties", property)
		if file == nil || file.Kind != yaml.ScalarNode {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(made, filepath.Base(file.Value)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return r, err
		}
		r.code = fmt.Sprintf("%x", sha256.Sum256(raw))
	}
	return r, nil
}

// Change is a resource or a parameter that another build changes.
type Change struct {
	// Action is Add, Modify or Remove, as in a change set of CloudFormation.
	Action string `json:"action"`
	Name   string `json:"name"`
	// Type is the resource's, or Parameter.
	Type string `json:"type"`
	// What says what of it changes.
	What string `json:"what,omitempty"`
}

// Changes returns what a deployment of after changes of one of before, sorted by name.
// Resources that only refer to these may change too: CloudFormation's change set has them.
func Changes(before, after *Built) []Change {
	changes := []Change{}
	for _, id := range names(before.resources, after.resources) {
		was, had := before.resources[id]
		is, has := after.resources[id]
		switch {
		case !had:
			changes = append(changes, Change{"Add", id, is.kind, ""})
		case !has:
			changes = append(changes, Change{"Remove", id, was.kind, ""})
		case was != is:
			changes = append(changes, Change{"Modify", id, is.kind, what(was, is)})
		}
	}
	for _, name := range names(before.parameters, after.parameters) {
		was, had := before.parameters[name]
		is, has := after.parameters[name]
		switch {
		case !had:
			changes = append(changes, Change{"Add", name, "Parameter", is})
		case !has:
			changes = append(changes, Change{"Remove", name, "Parameter", "remove it from samconfig.toml"})
		case was != is:
			changes = append(changes, Change{"Modify", name, "Parameter", is + ", was " + was})
		}
	}
	return changes
}

func what(was, is resource) string {
	code := "code"
	if is.kind == "AWS::Serverless::StateMachine" {
		code = "definition"
	}
	switch {
	case was.properties == is.properties:
		return code
	case was.code == is.code:
		return "properties"
	}
	return code + " and properties"
}

func names[V any](a, b map[string]V) []string {
	all := map[string]bool{}
	for name := range a {
		all[name] = true
	}
	for name := range b {
		all[name] = true
	}
	return slices.Sorted(maps.Keys(all))
}
