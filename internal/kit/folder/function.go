package folder

import (
	"fmt"
	"path"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Language is what a function is written in.
type Language string

// The languages that are built. Other functions come as a .zip file.
const (
	Go     Language = "go"
	Python Language = "python"
	Node   Language = "node"
)

// Function is a function of the team's template.
type Function struct {
	// LogicalID is its name in Resources, Line the line of that name.
	LogicalID string
	Line      int
	// Name is its FunctionName as written, such as ${AWS::StackName}-vault; "" if it has none.
	Name string
	// Runtime and Handler are its properties, or those of Globals.
	Runtime, Handler string
	// Code is the slash-separated path of its source in the folder, without a slash at its end.
	Code     string
	Language Language
	// Strategy says that functions/grant calls it: Metadata has FasttrackStrategy: true.
	Strategy bool
}

// functions returns the functions whose code is a folder beside the template.
func functions(root *yaml.Node) ([]Function, error) {
	resources := Member(root, "Resources")
	if resources == nil || resources.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s:%d: Resources is missing; it must have %s", TemplateFile, root.Line, HooksFunction)
	}
	globals := Member(root, "Globals", "Function")
	var list []Function
	for i := 0; i+1 < len(resources.Content); i += 2 {
		id, resource := resources.Content[i], resources.Content[i+1]
		if kind := Member(resource, "Type"); kind == nil || kind.Value != "AWS::Serverless::Function" {
			continue
		}
		f := Function{LogicalID: id.Value, Line: id.Line}
		property := func(name string) string {
			for _, from := range []*yaml.Node{Member(resource, "Properties"), globals} {
				if n := Member(from, name); n != nil && n.Kind == yaml.ScalarNode {
					return n.Value
				}
			}
			return ""
		}
		f.Name, f.Runtime, f.Handler = property("FunctionName"), property("Runtime"), property("Handler")
		marked := Member(resource, "Metadata", "FasttrackStrategy")
		f.Strategy = marked != nil && marked.Value == "true"
		code := property("CodeUri")
		if strings.Contains(code, "://") || strings.HasSuffix(code, ".zip") || code == "" && f.LogicalID != HooksFunction {
			continue // built elsewhere
		}
		f.Code = path.Clean(code)
		if code == "" || path.IsAbs(f.Code) || f.Code == ".." || strings.HasPrefix(f.Code, "../") {
			return nil, fmt.Errorf("%s:%d: Resources.%s: CodeUri must be a folder beside %s, such as hooks/", TemplateFile, id.Line, f.LogicalID, TemplateFile)
		}
		switch {
		case strings.HasPrefix(f.Runtime, "provided"):
			f.Language = Go
		case strings.HasPrefix(f.Runtime, "python"):
			f.Language = Python
		case strings.HasPrefix(f.Runtime, "nodejs"):
			f.Language = Node
		default:
			return nil, fmt.Errorf("%s:%d: Resources.%s: runtime %q is not built here; build it yourself, and let CodeUri name the .zip file", TemplateFile, id.Line, f.LogicalID, f.Runtime)
		}
		list = append(list, f)
	}
	return list, nil
}
