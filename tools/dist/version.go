package main

import (
	"fmt"
	"regexp"
	"strings"
)

// version is the version of a release.
type version struct {
	// tag is the one of Git and of the modules, such as v1.2.3-rc.1.
	tag string
	// semver is the one of npm and of file names: 1.2.3-rc.1.
	semver string
	// pypi is the one of Python packages: 1.2.3rc1.
	pypi string
}

var tags = regexp.MustCompile(`^v((?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*))(?:-(alpha|beta|rc)\.(0|[1-9]\d*))?$`)

// parseVersion reads a tag. Of semantic versions it takes those that Python has, too.
func parseVersion(tag string) (version, error) {
	m := tags.FindStringSubmatch(tag)
	if m == nil {
		return version{}, fmt.Errorf("version must be like v1.2.3 or v1.2.3-rc.1 (alpha, beta or rc), got %q", tag)
	}
	v := version{tag: tag, semver: strings.TrimPrefix(tag, "v"), pypi: m[1]}
	if m[2] != "" {
		v.pypi += map[string]string{"alpha": "a", "beta": "b", "rc": "rc"}[m[2]] + m[3]
	}
	return v, nil
}
