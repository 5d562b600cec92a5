package release

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/semver"
)

// EngineDir is where a release has the binaries of the engine and of the strategies, from
// the folder of the command line: an archive for each architecture. The command is in the
// folder bin of an archive, of a Python environment and of an npm package alike.
const EngineDir = "../share/fasttrack/engine"

// Sum is the SHA-256 of a binary of the engine, or of a strategy.
type Sum struct {
	// Name is the function's, such as "request" or "okta-group", and Arch the processor as Go calls it:
	// "arm64" or "amd64".
	Name, Arch string
	// SHA256 is in hexadecimal digits.
	SHA256 string
}

// EngineSum returns the SHA-256, in hexadecimal digits, of the binary of a function, or of
// a strategy, for an architecture ("arm64" or "amd64"). It reports whether this build knows
// it: only one of `make dist` does.
func EngineSum(name, arch string) (sum string, known bool) { return find(sums, name, arch) }

// find looks a sum up in what the linker set: NAME/ARCH=SHA256 each, joined by commas.
func find(sums, name, arch string) (string, bool) {
	for entry := range strings.SplitSeq(sums, ",") {
		key, sum, is := strings.Cut(entry, "=")
		if is && key == name+"/"+arch && isSHA256(sum) {
			return sum, true
		}
	}
	return "", false
}

// LinkFlags returns the flags of Go's linker that make a build the release of a version.
func LinkFlags(version, commit string, sums []Sum) (string, error) {
	if !semver.IsValid(version) || semver.Canonical(version) != version {
		return "", fmt.Errorf("version must be a semantic version such as v1.2.3, got %q", version)
	}
	if strings.Trim(commit, "0123456789abcdef") != "" {
		return "", fmt.Errorf("commit must be hexadecimal digits, got %q", commit)
	}
	var entries []string
	for _, s := range sums {
		if !isName(s.Name) || !isName(s.Arch) || !isSHA256(s.SHA256) {
			return "", fmt.Errorf("checksum of %q for %q must be a SHA-256 in hexadecimal digits, got %q", s.Name, s.Arch, s.SHA256)
		}
		entries = append(entries, s.Name+"/"+s.Arch+"="+s.SHA256)
	}
	slices.Sort(entries)
	const flag = "-X " + modulePath + "/internal/release."
	return flag + "version=" + version + " " + flag + "commit=" + commit + " " + flag + "sums=" + strings.Join(entries, ","), nil
}

func isName(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

func isSHA256(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && len(raw) == 32
}
