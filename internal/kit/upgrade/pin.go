// Package upgrade changes the version of fasttrack that a team's folder names, and says
// what another version changes of its deployment.
package upgrade

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// The names of fasttrack at each package manager.
const (
	goModule   = "github.com/fasttrack-dev/fasttrack"
	pipPackage = "fasttrack-approvals"
	npmScope   = "@fasttrack-dev/"
)

// kind is a package manager.
type kind string

const (
	goTool kind = "go"
	pip    kind = "pip"
	npm    kind = "npm"
)

// Pin is where a folder names its version of fasttrack.
type Pin struct {
	kind kind
	dir  string
	// File is the name of the file in the folder.
	File string
	// Version is what it names, such as v1.2.3; "" for none in particular.
	Version string
	// Range says that it also takes later versions.
	Range bool
	// packages are those of fasttrack that the file names.
	packages []string
}

// Find returns the pin of a team's folder. A mistake is one line that names the file.
func Find(dir string) (Pin, error) {
	for _, read := range []func(string) (Pin, error){readGo, readPip, readNpm} {
		p, err := read(dir)
		if err != nil || p.File != "" {
			p.dir = dir
			return p, err
		}
	}
	return Pin{}, fmt.Errorf("no go.mod, requirements.txt or package.json in %s names fasttrack; upgrade works where one of them has the version", dir)
}

func readGo(dir string) (Pin, error) {
	raw, err := readFile(dir, "go.mod")
	if raw == nil {
		return Pin{}, err
	}
	mod, err := modfile.Parse("go.mod", raw, nil)
	if err != nil {
		return Pin{}, err
	}
	p := Pin{kind: goTool, File: "go.mod"}
	for _, r := range mod.Require {
		if r.Mod.Path == goModule {
			p.Version = r.Mod.Version
		}
		if r.Mod.Path == goModule || strings.HasPrefix(r.Mod.Path, goModule+"/") {
			p.packages = append(p.packages, r.Mod.Path)
		}
	}
	if !slices.Contains(p.packages, goModule) {
		return Pin{}, fmt.Errorf("go.mod does not require %s; add it: go get -tool %s/cmd/fasttrack", goModule, goModule)
	}
	return p, nil
}

var requirement = regexp.MustCompile(`(?m)^[ \t]*` + pipPackage + `[ \t]*(==[ \t]*([^\s;#]+))?[ \t]*$`)

func readPip(dir string) (Pin, error) {
	raw, err := readFile(dir, "requirements.txt")
	if raw == nil {
		return Pin{}, err
	}
	found := requirement.FindSubmatch(raw)
	if found == nil {
		return Pin{}, fmt.Errorf("requirements.txt has no line %s==VERSION; add one", pipPackage)
	}
	p := Pin{kind: pip, File: "requirements.txt", packages: []string{pipPackage}}
	if len(found[2]) > 0 {
		p.Version = "v" + string(found[2])
	}
	return p, nil
}

// packageJSON is what a package.json says of fasttrack.
type packageJSON struct {
	Dependencies    map[string]string `json:"dependencies"`
	DevDependencies map[string]string `json:"devDependencies"`
}

func readNpm(dir string) (Pin, error) {
	raw, err := readFile(dir, "package.json")
	if raw == nil {
		return Pin{}, err
	}
	var file packageJSON
	if err := json.Unmarshal(raw, &file); err != nil {
		return Pin{}, fmt.Errorf("package.json: %w", err)
	}
	p := Pin{kind: npm, File: "package.json"}
	for _, list := range []map[string]string{file.Dependencies, file.DevDependencies} {
		for name, version := range list {
			if !strings.HasPrefix(name, npmScope) {
				continue
			}
			p.packages = append(p.packages, name)
			if exact := strings.TrimLeft(version, "^~= "); isVersion("v" + exact) {
				p.Version, p.Range = "v"+exact, strings.ContainsAny(version, "^~")
			}
		}
	}
	slices.Sort(p.packages)
	if len(p.packages) == 0 {
		return Pin{}, fmt.Errorf("package.json does not name %sfasttrack; add it: npm install --save-dev %sfasttrack", npmScope, npmScope)
	}
	return p, nil
}

// readFile returns the content of a file; nil if the folder lacks it.
func readFile(dir, name string) ([]byte, error) {
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return raw, err
}

var version = regexp.MustCompile(`^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$`)

func isVersion(s string) bool { return version.MatchString(s) }

// ReadVersion reads a version as people write it: v1.2.3 or 1.2.3.
func ReadVersion(s string) (string, error) {
	v := "v" + strings.TrimPrefix(s, "v")
	if !isVersion(v) {
		return "", fmt.Errorf("VERSION must be a release such as v1.2.3, got %q", s)
	}
	return v, nil
}
