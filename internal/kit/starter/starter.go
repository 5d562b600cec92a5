// Package starter has the files that a team's folder begins with: a flow, its hooks in one
// of three languages with their tests, and what deploys them.
package starter

import (
	"embed"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/module"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// GoVersion is the lowest version of Go that builds the command line, which a Go team's
// module has as a tool. It is that of go.mod.
const GoVersion = "1.26.0"

//go:embed files
var files embed.FS

// Options are what the files depend on.
type Options struct {
	Language folder.Language
	// Flow is one of Flows.
	Flow string
	// Stack is the name of the stack and, for Go, of the module. See StackName.
	Stack string
	// CI is one of [CISystems], whose file is added; "" adds none.
	CI string
	// Version is that of fasttrack, such as "v1.2.3". "" leaves it open.
	Version string
}

// File is a file of a starter.
type File struct {
	// Name is its slash-separated path in the team's folder.
	Name string
	// About says in a few words what it is for.
	About   string
	Content string
}

// Languages are the languages of hooks that there are starters for.
var Languages = []folder.Language{folder.Go, folder.Python, folder.Node}

// Files returns the files of a starter, in the order in which to read them.
func Files(o Options) ([]File, error) {
	flow, known := flows[o.Flow]
	if !known {
		return nil, fmt.Errorf("unknown flow %q; must be one of %s", o.Flow, strings.Join(Flows(), ", "))
	}
	layout, known := layouts[o.Language]
	if !known {
		return nil, fmt.Errorf("unknown language %q; must be go, python or node", o.Language)
	}
	list := slices.Concat(common, layout)
	if o.CI != "" {
		workflow, known := workflows[o.CI]
		if !known {
			return nil, fmt.Errorf("unknown CI system %q; must be one of %s", o.CI, strings.Join(CISystems(), ", "))
		}
		list = append(list, workflow)
	}
	fill := strings.NewReplacer(
		"@STACK@", o.Stack, "@GO@", GoVersion, "\n@RIGHTS@", flow.rights, "\n@PARAMETERS@", flow.parameters,
		"\n@REQUIRE@", required(o.Version), "@VERSION@", pinned(o.Language, o.Version),
	)
	var made []File
	for _, f := range list {
		raw, err := files.ReadFile(path.Join("files", strings.NewReplacer("LANG", string(o.Language), "FLOW", o.Flow).Replace(f.from)))
		if err != nil {
			return nil, err
		}
		made = append(made, File{Name: f.name, About: f.about, Content: fill.Replace(string(raw))})
	}
	return made, nil
}

// CISystems returns the names of the CI systems that a starter can have a file for.
func CISystems() []string { return slices.Sorted(maps.Keys(workflows)) }

// required returns the lines of go.mod that require a version of fasttrack. `go mod tidy`
// adds the SDK, whose version goes with it.
func required(version string) string {
	if version == "" {
		return ""
	}
	return "\n\nrequire github.com/fasttrack-dev/fasttrack " + version
}

// semantic matches a version as it is tagged.
var semantic = regexp.MustCompile(`^v(\d+\.\d+\.\d+)$`)

// pinned returns how a language's file of dependencies names a version. A version that was
// never released is none of a package registry.
func pinned(l folder.Language, version string) string {
	number := semantic.FindStringSubmatch(version)
	switch {
	case l == folder.Python && number != nil:
		return "==" + number[1]
	case l == folder.Node && version != "" && !module.IsPseudoVersion(version):
		return strings.TrimPrefix(version, "v")
	case l == folder.Node:
		return "*"
	}
	return ""
}

// longestStack is the most characters that the name of a stack has. With more, the names
// of its functions break AWS's limit of 64 (internal/local/names_test.go).
const longestStack = 47

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// StackName returns the name of a stack for a folder of the given name.
func StackName(folderName string) string {
	name := strings.Trim(notInNames.ReplaceAllString(strings.ToLower(folderName), "-"), "-")
	if name == "" || name[0] < 'a' {
		name = strings.TrimSuffix("approvals-"+name, "-")
	}
	return strings.TrimSuffix(name[:min(len(name), longestStack)], "-")
}
