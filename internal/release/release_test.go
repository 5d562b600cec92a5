package release

import (
	"runtime/debug"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The version and the commit of each way to build the command line.
func TestBuilt(t *testing.T) {
	main := func(v string) debug.Module { return debug.Module{Path: modulePath, Version: v} }
	const rev = "0123456789abcdef0123456789abcdef01234567"
	team := debug.Module{Path: "example.com/approvals", Version: "(devel)"}
	for name, c := range map[string]struct {
		info            debug.BuildInfo
		version, commit string
	}{
		"go install of a version": {debug.BuildInfo{Main: main("v1.2.3")}, "v1.2.3", ""},
		"go install of a commit":  {debug.BuildInfo{Main: main("v0.0.0-20261129024046-0123456789ab")}, "v0.0.0-20261129024046-0123456789ab", "0123456789ab"},
		"checkout":                {debug.BuildInfo{Main: main("(devel)")}, "(devel)", ""},
		"checkout with its repository": {debug.BuildInfo{Main: main("v0.1.1-0.20261129024046-0123456789ab+dirty"),
			Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: rev}}}, "v0.1.1-0.20261129024046-0123456789ab+dirty", rev},
		"test": {debug.BuildInfo{Main: main("")}, "(devel)", ""},
		"a team's dependency": {debug.BuildInfo{Main: team, Deps: []*debug.Module{{Path: modulePath + "/hook", Version: "v9.0.0"}, {Path: modulePath, Version: "v1.2.3"}},
			Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: rev}}}, "v1.2.3", ""},
		"a team's replacement": {debug.BuildInfo{Main: team, Deps: []*debug.Module{{Path: modulePath, Version: "v1.2.3", Replace: &debug.Module{Path: "../fasttrack"}}}}, "(devel)", ""},
		"a team's fork":        {debug.BuildInfo{Main: team, Deps: []*debug.Module{{Path: modulePath, Version: "v1.2.3", Replace: &debug.Module{Path: "example.com/fork", Version: "v1.2.4"}}}}, "v1.2.4", ""},
		"no build info":        {debug.BuildInfo{}, "(devel)", ""},
	} {
		if got := built(&c.info); got != c.version {
			t.Errorf("%s: version is %q, want %q", name, got, c.version)
		}
		if got := builtFrom(&c.info); got != c.commit {
			t.Errorf("%s: commit is %q, want %q", name, got, c.commit)
		}
	}
}

// What LinkFlags writes, EngineSum finds; and nothing that was not written.
func TestLinkFlags(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		written := rapid.MapOf(rapid.StringMatching(`[a-z]{1,6}(-[a-z]{1,3})?`), rapid.StringMatching(`[0-9a-f]{64}`)).Draw(t, "sums")
		var list []Sum
		for name, sum := range written {
			list = append(list, Sum{name, "arm64", sum})
		}
		flags, err := LinkFlags("v1.2.3", "abc123", list)
		if err != nil {
			t.Fatal(err)
		}
		_, value, _ := strings.Cut(flags, "release.sums=")
		for name, want := range written {
			if got, known := find(value, name, "arm64"); got != want || !known {
				t.Fatalf("sum of %s is %q, %v, want %q", name, got, known, want)
			}
			if got, known := find(value, name, "amd64"); known {
				t.Fatalf("sum of %s for another processor is %q", name, got)
			}
		}
		other := rapid.StringMatching(`[a-z]{7}`).Draw(t, "other")
		if got, known := find(value, other, "arm64"); known {
			t.Fatalf("sum of %s is %q", other, got)
		}
	})
}

func TestLinkFlags_Refuses(t *testing.T) {
	sum := strings.Repeat("ab", 32)
	for _, c := range []struct {
		version, commit string
		sum             Sum
		want            string
	}{
		{"1.2.3", "", Sum{"request", "arm64", sum}, "version must be a semantic version"},
		{"v1.2", "", Sum{"request", "arm64", sum}, "version must be a semantic version"},
		{"v1.2.3 -X main.x=y", "", Sum{"request", "arm64", sum}, "version must be a semantic version"},
		{"v1.2.3", "HEAD -s", Sum{"request", "arm64", sum}, "commit must be"},
		{"v1.2.3", "", Sum{"request", "arm64", sum[1:]}, "must be a SHA-256"},
		{"v1.2.3", "", Sum{"request,x", "arm64", sum}, "must be a SHA-256"},
	} {
		if _, err := LinkFlags(c.version, c.commit, []Sum{c.sum}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v, want %q", c, err, c.want)
		}
	}
}

// A build that is no release knows no sums: it never accepts a binary that lies beside it.
func TestEngineSum_Unreleased(t *testing.T) {
	if sum, known := EngineSum("request", "arm64"); known {
		t.Errorf("it is %s", sum)
	}
}
