package merge

import (
	"fmt"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack"
	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// The names of the engine's template that the merge knows.
const (
	hooks        = folder.HooksFunction
	hooksLogs    = "HooksLogs"
	strategyArns = "StrategyFunctionArns"
	// strategyOutputs is the condition of the key that encrypts what strategies return.
	strategyOutputs = "HasStrategyOutputs"
	architecture    = "Architecture"
)

// samples are the parameters of the samples, with the value that leaves them out.
var samples = map[string]string{"DemoStrategy": "false"}

// engine returns the engine's template: that of the reference application without the
// samples' resources, with the rights, conditions and parameters that belong to those.
// Of its hook function it keeps what is not about the samples' code and role. With
// outputs, what strategies return for people is encrypted whatever the parameters say.
func engine(outputs bool) (*yaml.Node, error) {
	build := without
	if outputs {
		build = with
	}
	root, err := build()
	return copied(root), err
}

var (
	without = sync.OnceValues(func() (*yaml.Node, error) { return reduced(map[string]bool{}) })
	with    = sync.OnceValues(func() (*yaml.Node, error) { return reduced(map[string]bool{strategyOutputs: true}) })
)

// reduced leaves the samples out of the template of the reference application.
func reduced(known map[string]bool) (*yaml.Node, error) {
	var doc yaml.Node
	if err := yaml.Load(fasttrack.Template, &doc); err != nil {
		return nil, fmt.Errorf("the engine's template: %w", err)
	}
	root := doc.Content[0]
	inlineGlobals(root)
	before := used(root)
	fold(root, samples, known)
	own := folder.Member(root, "Resources", hooks)
	remove(own, "Metadata")
	for _, name := range []string{"Role", "CodeUri", "Handler", "Runtime"} {
		remove(folder.Member(own, "Properties"), name)
	}
	sweep(root, before)
	return root, nil
}

// zipped sets the .zip file with the code of each function of the engine, and returns the
// names of those: request for RequestFunction.
func zipped(root *yaml.Node, code func(name string) *yaml.Node) map[string]string {
	names := map[string]string{}
	for _, p := range pairs(folder.Member(root, "Resources")) {
		if id := p.key.Value; value(folder.Member(p.value, "Type")) == function && id != hooks {
			names[id] = strings.ToLower(strings.TrimSuffix(id, "Function"))
			set(folder.Member(p.value, "Properties"), "CodeUri", code(names[id]))
			remove(p.value, "Metadata")
		}
	}
	return names
}

// fixArchitecture limits the parameter Architecture to that of the .zip files.
func fixArchitecture(root *yaml.Node, to string) {
	if parameter := folder.Member(root, "Parameters", architecture); parameter != nil && to != "" {
		set(parameter, "Default", text(to))
		set(parameter, "AllowedValues", list(text(to)))
	}
}
