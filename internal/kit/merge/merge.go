// Package merge joins the engine's template with a team's: the team's hook function
// stands in the place of the sample one, its other resources are added, and its strategy
// functions are called by functions/grant. It refuses whatever would give the team's
// resources a right on the engine's.
package merge

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// function is the type of SAM's functions.
const function = "AWS::Serverless::Function"

// Options are what a deployment is made of beside the folder.
type Options struct {
	// Version is the release of the engine, for the first line of the template.
	Version string
	// Architecture is the processor that the .zip files are for, arm64 or x86_64. It
	// becomes the only value of the parameter Architecture; "" leaves both.
	Architecture string
}

// Merged is a template that `sam deploy` takes from the folder .fasttrack.
type Merged struct {
	Template []byte
	// Engine has the name of each function of the engine by its logical id, such as
	// request for RequestFunction. Its code is NAME.zip beside the template.
	Engine map[string]string
	// Strategies are the logical ids of the team's functions that functions/grant calls.
	Strategies []string
}

// Merge joins the engine's template with the one of a team's folder. Each mistake in the
// latter is one line of the error, which begins with FILE:LINE.
func Merge(f *folder.Folder, o Options) (*Merged, error) {
	team, err := newTeam(f)
	if err != nil {
		return nil, err
	}
	strategies := team.strategies()
	root, err := engine(len(strategies) > 0)
	if err != nil {
		return nil, err
	}
	team.check(root)
	if err := team.err(); err != nil {
		return nil, err
	}
	merged := &Merged{Engine: zipped(root, func(name string) *yaml.Node { return text(name + ".zip") }), Strategies: strategies}
	fixArchitecture(root, o.Architecture)
	team.join(root, o)
	team.grant(root)
	team.cycles(root)
	if err := team.err(); err != nil {
		return nil, err
	}
	merged.Template, err = written(root, fmt.Sprintf("# Made by `fasttrack build` of fasttrack %s and %s. Don't edit it.\n", release(o), folder.TemplateFile))
	return merged, err
}

func release(o Options) string {
	if o.Version == "" {
		return "(development)"
	}
	return o.Version
}

// order is the order of a template's sections.
var order = []string{"AWSTemplateFormatVersion", "Transform", "Description", "Metadata", "Rules", "Parameters", "Mappings", "Conditions", "Resources", "Outputs"}

func written(root *yaml.Node, head string) ([]byte, error) {
	sorted := mapping()
	for _, name := range order {
		if at := folder.Index(root, name); at >= 0 && (root.Content[at+1].Kind != yaml.MappingNode || len(root.Content[at+1].Content) > 0) {
			sorted.Content = append(sorted.Content, root.Content[at:at+2]...)
		}
	}
	for _, p := range pairs(root) {
		if !slices.Contains(order, p.key.Value) {
			return nil, fmt.Errorf("the section %s of the engine's template has no place", p.key.Value)
		}
	}
	out, err := yaml.Dump(sorted, yaml.WithLineWidth(-1))
	return append([]byte(head), out...), err
}
