package strategy

import (
	"fmt"
	"strings"
)

// Version is the version of the strategy contract that this package speaks.
const Version = "2"

// checkVersion accepts "2" and "2.N". newer reports whether N is greater than 0,
// so that unknown members may appear.
func checkVersion(version string) (newer bool, err error) {
	if version == Version {
		return false, nil
	}
	minor, is := strings.CutPrefix(version, Version+".")
	if !is || minor == "" || len(minor) > 9 || strings.Trim(minor, "0123456789") != "" {
		return false, fmt.Errorf("unsupported strategy contract version %q; supported: %q", clip(version, 40), Version)
	}
	return strings.Trim(minor, "0") != "", nil
}
