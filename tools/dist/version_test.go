package main

import (
	"strings"
	"testing"
)

func TestParseVersion(t *testing.T) {
	for tag, want := range map[string]version{
		"v1.2.3":         {"v1.2.3", "1.2.3", "1.2.3"},
		"v0.10.0-rc.1":   {"v0.10.0-rc.1", "0.10.0-rc.1", "0.10.0rc1"},
		"v2.0.0-alpha.0": {"v2.0.0-alpha.0", "2.0.0-alpha.0", "2.0.0a0"},
		"v2.0.0-beta.12": {"v2.0.0-beta.12", "2.0.0-beta.12", "2.0.0b12"},
	} {
		if got, err := parseVersion(tag); err != nil || got != want {
			t.Errorf("%s: got %+v, %v, want %+v", tag, got, err, want)
		}
	}
	for _, tag := range []string{"", "1.2.3", "v1.2", "v01.2.3", "v1.2.3-rc", "v1.2.3-rc.01", "v1.2.3+meta", "v1.2.3-nightly.1", "v1.2.3\n"} {
		if got, err := parseVersion(tag); err == nil || !strings.Contains(err.Error(), "v1.2.3-rc.1") {
			t.Errorf("%q: got %+v, %v, want an error with an example", tag, got, err)
		}
	}
}

func TestChoosePlatforms(t *testing.T) {
	for list, want := range map[string]int{"": 4, "linux/arm64": 1, "linux/amd64, darwin/arm64": 2, "linux/amd64,linux/amd64": 1} {
		if got, err := choosePlatforms(list); err != nil || len(got) != want {
			t.Errorf("%q: got %v, %v, want %d", list, got, err, want)
		}
	}
	if _, err := choosePlatforms("linux/amd64,windows/amd64"); err == nil || !strings.Contains(err.Error(), `"windows/amd64"; supported: linux/amd64 linux/arm64`) {
		t.Errorf("windows: %v", err)
	}
}
