package upgrade

import (
	"fmt"
	"regexp"
)

// released matches a version that all package managers write alike: one without a
// pre-release.
var released = regexp.MustCompile(`^v[0-9]+\.[0-9]+\.[0-9]+$`)

// how says, by package manager, how to run a command by the version that is named.
var how = map[kind]string{
	goTool: "go tool fasttrack",
	pip:    "pip install -r requirements.txt",
	npm:    "npm install, then npx fasttrack",
}

// Same returns an error if the folder names another release than the one that runs: what
// it builds would take a deployment back, or on, without anybody having said so. A folder
// that names none, a range or a pre-release is not compared, and neither is a checkout.
func Same(dir, running string) error {
	pin, err := Find(dir)
	if err != nil || pin.Range || !released.MatchString(pin.Version) || !released.MatchString(running) || pin.Version == running {
		return nil // a folder without a version, or with a mistake in it, builds too
	}
	return fmt.Errorf("%s names fasttrack %s, but this is %s; run: %s", pin.File, pin.Version, running, how[pin.kind])
}
