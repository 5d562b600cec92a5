package hookapi

import "strings"

// ContractVersion is the version of the hook contract that this code speaks.
const Version = "1"

// newerMinor reports whether a version, MAJOR or MAJOR.MINOR, is of a newer minor
// version than this code's, "1" being 1.0. known is false for another major
// version, and for what is no version.
func newerMinor(version string) (newer, known bool) {
	minor, is := strings.CutPrefix(version, Version+".")
	switch {
	case version == Version:
		return false, true
	case !is || minor == "" || len(minor) > 9 || strings.Trim(minor, "0123456789") != "":
		return false, false
	}
	return strings.Trim(minor, "0") != "", true
}
