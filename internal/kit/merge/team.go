package merge

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// team is a team's template on its way into the merged one.
type team struct {
	folder *folder.Folder
	// root is a copy that the merge may change, with Globals inlined.
	root *yaml.Node
	// engine is the engine's template.
	engine   *yaml.Node
	owned    []owned
	mistakes []mistake
}

// mistake is one line about a line of the team's template.
type mistake struct {
	line int
	text string
}

// refuse notes a mistake at a node.
func (t *team) refuse(n *yaml.Node, format string, args ...any) {
	m := mistake{line: n.Line, text: fmt.Sprintf(format, args...)}
	if !slices.Contains(t.mistakes, m) {
		t.mistakes = append(t.mistakes, m)
	}
}

// err returns the mistakes so far, in the order of their lines: the first of each line.
func (t *team) err() error {
	slices.SortStableFunc(t.mistakes, func(a, b mistake) int { return cmp.Compare(a.line, b.line) })
	t.mistakes = slices.CompactFunc(t.mistakes, func(a, b mistake) bool { return a.line == b.line })
	var errs []error
	for _, m := range t.mistakes {
		errs = append(errs, fmt.Errorf("%s:%d: %s", folder.TemplateFile, m.line, m.text))
	}
	return errors.Join(errs...)
}

// newTeam reads the team's template. The error is about what keeps the merge from
// reading it as CloudFormation does.
func newTeam(f *folder.Folder) (*team, error) {
	t := &team{folder: f}
	t.root = t.plain(f.Root)
	if err := t.err(); err != nil {
		return nil, err
	}
	t.sections()
	if err := t.err(); err != nil {
		return nil, err
	}
	inlineGlobals(t.root)
	if folder.Index(folder.Member(t.root, "Resources"), hooks) < 0 {
		t.refuse(f.Root, "Resources.%s is missing: the function with the hooks of %s", hooks, folder.FlowsFile)
	}
	return t, t.err()
}

// resources returns the team's resources.
func (t *team) resources() []pair { return pairs(folder.Member(t.root, "Resources")) }

// join adds the team's sections to the engine's.
func (t *team) join(root *yaml.Node, o Options) {
	t.packaged()
	t.joinHooks(root)
	for _, s := range pairs(t.root) {
		switch s.key.Value {
		case "AWSTemplateFormatVersion", "Transform":
		case "Description":
			set(root, "Description", s.value)
		case "Metadata":
			joinMetadata(section(root, "Metadata"), s.value)
		default:
			into := section(root, s.key.Value)
			into.Content = append(into.Content, s.value.Content...)
		}
	}
}

// joinHooks lays the team's hook function over what the engine's says of its name, its
// log, its alias and its limits.
func (t *team) joinHooks(root *yaml.Node) {
	resources := folder.Member(root, "Resources")
	defaults, own := folder.Member(resources, hooks), folder.Member(t.root, "Resources", hooks)
	set(own, "Properties", under(folder.Member(defaults, "Properties"), folder.Member(own, "Properties"), ""))
	remove(resources, hooks)
}

// joinMetadata adds the team's groups of parameters, and its other metadata.
func joinMetadata(into, own *yaml.Node) {
	for _, p := range pairs(own) {
		set(into, p.key.Value, under(orEmpty(folder.Member(into, p.key.Value)), p.value, p.key.Value))
	}
}

func orEmpty(n *yaml.Node) *yaml.Node {
	if n == nil {
		return mapping()
	}
	return n
}

// local are the properties that name a file or a folder beside the template, which `sam
// deploy` uploads.
var local = map[string][]string{
	function:                              {"CodeUri"},
	"AWS::Serverless::LayerVersion":       {"ContentUri"},
	"AWS::Serverless::StateMachine":       {"DefinitionUri"},
	"AWS::Serverless::Api":                {"DefinitionUri"},
	"AWS::Serverless::HttpApi":            {"DefinitionUri"},
	"AWS::Serverless::GraphQLApi":         {"SchemaUri", "CodeUri"},
	"AWS::Lambda::Function":               {"Code"},
	"AWS::Lambda::LayerVersion":           {"Content"},
	"AWS::StepFunctions::StateMachine":    {"DefinitionS3Location"},
	"AWS::ApiGateway::RestApi":            {"BodyS3Location"},
	"AWS::ApiGatewayV2::Api":              {"BodyS3Location"},
	"AWS::AppSync::GraphQLSchema":         {"DefinitionS3Location"},
	"AWS::AppSync::FunctionConfiguration": {"CodeS3Location"},
	"AWS::AppSync::Resolver":              {"CodeS3Location"},
}

// packaged points the team's functions at their .zip files, and other files at the
// team's folder: the merged template lies in .fasttrack.
func (t *team) packaged() {
	built := map[string]folder.Function{}
	for _, f := range t.folder.Functions {
		built[f.LogicalID] = f
	}
	for _, p := range t.resources() {
		properties := folder.Member(p.value, "Properties")
		if f, is := built[p.key.Value]; is {
			set(properties, "CodeUri", text(f.LogicalID+".zip"))
			if folder.Index(properties, "Architectures") < 0 {
				set(properties, "Architectures", list(ref(architecture)))
			}
			if f.Language == folder.Go && folder.Index(properties, "Handler") < 0 {
				set(properties, "Handler", text("bootstrap"))
			}
			for _, name := range []string{"BuildMethod", "BuildProperties"} {
				remove(folder.Member(p.value, "Metadata"), name)
			}
			continue
		}
		for _, name := range local[value(folder.Member(p.value, "Type"))] {
			if n := folder.Member(properties, name); value(n) != "" && !strings.Contains(n.Value, "://") && !path.IsAbs(n.Value) {
				n.Value = path.Join("..", n.Value)
			}
		}
	}
}
