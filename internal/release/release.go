// Package release identifies the build that runs: its version, its commit, and the
// checksums of the engine's binaries that are released with it.
package release

import (
	"cmp"
	"runtime/debug"

	"golang.org/x/mod/module"
)

// modulePath is the path of the module of the command line.
const modulePath = "github.com/fasttrack-dev/fasttrack"

// unreleased is the version of a build of a checkout, as the go command calls it.
const unreleased = "(devel)"

// What `make dist` sets with the linker, from [LinkFlags]. All three are empty in a build
// by `go install`, by `go tool` and of a checkout.
var version, commit, sums string

// Version returns the version of the build, such as "v1.2.3": that of `make dist`, else
// the version of the module that was built. It is "(devel)" for a checkout.
func Version() string {
	if version != "" {
		return version
	}
	return built(buildInfo())
}

// Commit returns the commit of the build: in full for `make dist` and a checkout, its
// first twelve digits for `go install …@COMMIT`, "" where the build has none.
func Commit() string {
	if commit != "" {
		return commit
	}
	return builtFrom(buildInfo())
}

func buildInfo() *debug.BuildInfo {
	info, is := debug.ReadBuildInfo()
	if !is {
		return &debug.BuildInfo{}
	}
	return info
}

// built returns the version of the module of the command line in a build. Its main module
// is another one where a team's own program imports a package of it.
func built(info *debug.BuildInfo) string {
	if info.Main.Path == modulePath {
		return cmp.Or(info.Main.Version, unreleased)
	}
	for _, dep := range info.Deps {
		if dep.Path != modulePath {
			continue
		}
		if dep.Replace != nil { // a folder has no version
			return cmp.Or(dep.Replace.Version, unreleased)
		}
		return cmp.Or(dep.Version, unreleased)
	}
	return unreleased
}

// builtFrom returns the commit that a build names.
func builtFrom(info *debug.BuildInfo) string {
	if info.Main.Path == modulePath { // what the go command read of a repository is the main module's
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	if v := built(info); module.IsPseudoVersion(v) {
		rev, _ := module.PseudoVersionRev(v)
		return rev
	}
	return ""
}
