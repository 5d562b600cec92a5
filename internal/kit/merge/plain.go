package merge

import (
	"bytes"
	"encoding/json"
	"fmt"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// The parameters of the plain template that stand in the place of the hook function.
const (
	hooksArn      = "HooksFunctionArn"
	hooksName     = "HooksFunctionName"
	hooksLogGroup = "HooksLogGroupName"
	codeBucket    = "CodeBucket"
	codePrefix    = "CodePrefix"
)

// Plain returns the engine's template as plain CloudFormation, for those who deploy with
// CDK or Terraform: without SAM's transform, with the code in S3, and with parameters in
// the place of the hook function.
func Plain(o Options) ([]byte, error) {
	root, err := engine(false)
	if err != nil {
		return nil, err
	}
	before := used(root)
	rename(root, func(name, attribute string) *yaml.Node {
		switch {
		case name == hooksLogs:
			return ref(hooksLogGroup)
		case name != hooks:
			return nil
		case attribute == "Alias":
			return ref(hooksArn)
		case attribute == "Arn":
			return sub("arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${" + hooksName + "}")
		}
		return ref(hooksName)
	})
	remove(folder.Member(root, "Resources"), hooks)
	remove(folder.Member(root, "Resources"), hooksLogs)
	sweep(root, before)
	remove(root, "Transform")
	addParameters(root)
	fixArchitecture(root, o.Architecture)
	zipped(root, func(name string) *yaml.Node {
		return mapping(text("S3Bucket"), ref(codeBucket), text("S3Key"), sub("${"+codePrefix+"}"+name+".zip"))
	})
	for _, p := range pairs(folder.Member(root, "Resources")) {
		if err := transformed(p.key.Value, p.value); err != nil {
			return nil, err
		}
	}
	return written(root, "# The engine of fasttrack "+release(o)+" as plain CloudFormation. Don't edit it.\n")
}

// addParameters adds those of the plain template, and a group of them.
func addParameters(root *yaml.Node) {
	parameters := folder.Member(root, "Parameters")
	names := list()
	add := func(name, description, pattern string) {
		set(parameters, name, mapping(text("Description"), text(description), text("Type"), text("String"), text("AllowedPattern"), text(pattern)))
		names.Content = append(names.Content, text(name))
	}
	add(codeBucket, "The S3 bucket of the engine's code, in the region of the stack.", "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
	add(codePrefix, "What comes before request.zip and the other files in the bucket, such as fasttrack/v1.2.3-1/. Another one deploys other code, so use one for each release and each flows.yaml.", "([^*?]*/)?")
	add(hooksArn, "The ARN of your hook function with its alias, such as arn:aws:lambda:eu-west-1:123456789012:function:hooks:live.", `arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+:[A-Za-z0-9_-]+`)
	add(hooksName, "The name of that function.", "[A-Za-z0-9_-]{1,64}")
	add(hooksLogGroup, "The name of its log group, which must exist.", `[A-Za-z0-9_/.#-]{1,512}`)
	set(folder.Member(parameters, codePrefix), "Default", text(""))
	if groups := folder.Member(root, "Metadata", "AWS::CloudFormation::Interface", "ParameterGroups"); groups != nil {
		group := mapping(text("Label"), mapping(text("default"), text("Code and hooks")), text("Parameters"), names)
		groups.Content = append([]*yaml.Node{group}, groups.Content...)
	}
}

// plainProperties are the properties of SAM's types that the engine uses, with what
// CloudFormation calls them. A property that is missing here is an error.
var plainProperties = map[string]struct {
	kind       string
	properties map[string]string
}{
	function: {"AWS::Lambda::Function", map[string]string{
		"FunctionName": "FunctionName", "Description": "Description", "Handler": "Handler", "Runtime": "Runtime", "CodeUri": "Code",
		"Architectures": "Architectures", "MemorySize": "MemorySize", "Timeout": "Timeout", "LoggingConfig": "LoggingConfig",
		"Tracing": "TracingConfig", "Role": "Role", "Environment": "Environment", "ReservedConcurrentExecutions": "ReservedConcurrentExecutions",
	}},
	"AWS::Serverless::StateMachine": {"AWS::StepFunctions::StateMachine", map[string]string{
		"Name": "StateMachineName", "Type": "StateMachineType", "DefinitionUri": "DefinitionString", "DefinitionSubstitutions": "DefinitionSubstitutions",
		"Role": "RoleArn", "Tracing": "TracingConfiguration", "Logging": "LoggingConfiguration",
	}},
}

// transformed makes a resource of SAM's one of CloudFormation's.
func transformed(id string, resource *yaml.Node) error {
	plain, is := plainProperties[value(folder.Member(resource, "Type"))]
	if !is {
		return nil
	}
	properties := folder.Member(resource, "Properties")
	set(resource, "Type", text(plain.kind))
	for _, p := range pairs(properties) {
		name, is := plain.properties[p.key.Value]
		if !is {
			return fmt.Errorf("%s of %s in the engine's template has no place in plain CloudFormation", p.key.Value, id)
		}
		p.key.Value = name
	}
	if mode := folder.Member(properties, "TracingConfig"); mode != nil {
		set(properties, "TracingConfig", mapping(text("Mode"), mode))
	}
	if folder.Index(properties, "DefinitionString") >= 0 {
		definition, err := definition(value(folder.Member(properties, "DefinitionString")), folder.Member(properties, "DefinitionSubstitutions"))
		if err != nil {
			return err
		}
		set(properties, "DefinitionString", definition)
		remove(properties, "DefinitionSubstitutions")
	}
	return nil
}

// definition returns the definition of one of the engine's state machines as a text, with
// what replaces its placeholders.
func definition(file string, substitutions *yaml.Node) (*yaml.Node, error) {
	var compact bytes.Buffer
	if err := json.Compact(&compact, fasttrack.Definitions()[file]); err != nil {
		return nil, fmt.Errorf("the engine's state machine %s: %w", file, err)
	}
	for _, found := range placeholder.FindAllStringSubmatch(compact.String(), -1) {
		if folder.Index(substitutions, found[1]) < 0 {
			return nil, fmt.Errorf("the engine's template has nothing for ${%s} of %s", found[1], file)
		}
	}
	format := text(compact.String())
	format.Style = yaml.SingleQuotedStyle
	return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!Sub", Content: []*yaml.Node{format, substitutions}}, nil
}
