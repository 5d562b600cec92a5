package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
)

// npmLauncher starts the program of the package for this platform.
//
//go:embed npm/fasttrack.js
var npmLauncher []byte

const npmScope = "@fasttrack-dev/"

// npmPackage is a package.json.
type npmPackage struct {
	Name        string            `json:"name"`
	Version     string            `json:"version"`
	Description string            `json:"description"`
	License     string            `json:"license"`
	Bin         map[string]string `json:"bin,omitempty"`
	OS          []string          `json:"os,omitempty"`
	CPU         []string          `json:"cpu,omitempty"`
	Engines     map[string]string `json:"engines,omitempty"`
	Optional    map[string]string `json:"optionalDependencies,omitempty"`
}

// npmCommandName returns the name of the package of the command for a platform.
func npmCommandName(p platform) string { return npmScope + "fasttrack-" + p.os + "-" + p.npmCPU }

// npmFile returns the file name of a package, as `npm pack` makes it.
func npmFile(name string, v version) string {
	return "fasttrack-dev-" + name[len(npmScope):] + "-" + v.semver + ".tgz"
}

// npmPlatform returns the files of the package for a platform: those of its archive.
func npmPlatform(v version, p platform, release []file) ([]file, error) {
	description, err := json.MarshalIndent(npmPackage{
		Name: npmCommandName(p), Version: v.semver, License: "Apache-2.0",
		Description: "The command fasttrack for " + p.String() + ", which @fasttrack-dev/fasttrack starts.",
		OS:          []string{p.os}, CPU: []string{p.npmCPU},
	}, "", "  ")
	if err != nil {
		return nil, err
	}
	return under("package", append([]file{{name: "package.json", data: append(description, '\n')}}, release...)), nil
}

// npmCommand returns the files of the package that a team installs. npm takes the package
// of the team's own platform with it.
func npmCommand(v version, license []byte) ([]file, error) {
	optional := map[string]string{}
	for _, p := range platforms {
		optional[npmCommandName(p)] = v.semver
	}
	description, err := json.MarshalIndent(npmPackage{
		Name: npmScope + "fasttrack", Version: v.semver, License: "Apache-2.0",
		Description: "Approvals that decide themselves when it is safe to: the command fasttrack.",
		Bin:         map[string]string{"fasttrack": "fasttrack.js"}, Engines: map[string]string{"node": ">=20"}, Optional: optional,
	}, "", "  ")
	if err != nil {
		return nil, err
	}
	return under("package", []file{
		{name: "package.json", data: append(description, '\n')},
		{name: "fasttrack.js", data: npmLauncher, executable: true},
		{name: "LICENSE", data: license},
	}), nil
}

var npmVersion = regexp.MustCompile(`("version": )"0\.0\.0"`)

// npmHooks returns the files of the SDK's package, whose package.json gets the version.
func npmHooks(v version, sdk []file, license []byte) ([]file, error) {
	files := []file{{name: "LICENSE", data: license}}
	versioned := false
	for _, f := range sdk {
		if f.name == "package.json" {
			if len(npmVersion.FindAll(f.data, -1)) != 1 {
				return nil, fmt.Errorf(`%s of the SDK must have "version": "0.0.0" once`, f.name)
			}
			f.data, versioned = npmVersion.ReplaceAll(f.data, []byte(`${1}"`+v.semver+`"`)), true
		}
		files = append(files, f)
	}
	if !versioned {
		return nil, fmt.Errorf("the SDK has no package.json")
	}
	return under("package", files), nil
}
