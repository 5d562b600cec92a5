package cli

import (
	"cmp"
	"os"
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
)

// placeUsage describes the flag of where a request comes from; FASTTRACK_PLACE and the variables of
// CI are its default.
const placeUsage = "where the request comes from, shown to people and hooks, such as the address of a CI job; known by itself in most CI (FASTTRACK_PLACE)"

// placeHere returns where this program runs: what FASTTRACK_PLACE says, or the address of
// the job in CI, or the host of an unknown CI. It is empty on a person's own
// machine, whose name is nobody's business.
func placeHere(getenv func(string) string) string {
	if stated := getenv("FASTTRACK_PLACE"); stated != "" {
		return stated // the API says what is wrong with it
	}
	for _, place := range []string{githubJob(getenv), getenv("CI_JOB_URL"), getenv("CIRCLE_BUILD_URL"), buildkiteJob(getenv), azureBuild(getenv), getenv("CODEBUILD_BUILD_ARN"), getenv("BUILD_URL")} {
		if isPlace(place) {
			return place
		}
	}
	if ci := getenv("CI"); ci != "" && ci != "false" && ci != "0" {
		if host, err := os.Hostname(); err == nil && isPlace(host) {
			return host
		}
	}
	return ""
}

// isPlace reports whether the API takes a place.
func isPlace(s string) bool {
	return s != "" && len(s) <= api.MaxPlace && !strings.Contains(s, "@") && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f })
}

func githubJob(getenv func(string) string) string {
	repository, run := getenv("GITHUB_REPOSITORY"), getenv("GITHUB_RUN_ID")
	if repository == "" || run == "" {
		return ""
	}
	return cmp.Or(getenv("GITHUB_SERVER_URL"), "https://github.com") + "/" + repository + "/actions/runs/" + run
}

func buildkiteJob(getenv func(string) string) string {
	build, job := getenv("BUILDKITE_BUILD_URL"), getenv("BUILDKITE_JOB_ID")
	if build == "" || job == "" {
		return build
	}
	return build + "#" + job
}

func azureBuild(getenv func(string) string) string {
	collection, project, build := getenv("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI"), getenv("SYSTEM_TEAMPROJECT"), getenv("BUILD_BUILDID")
	if collection == "" || project == "" || build == "" {
		return ""
	}
	return strings.TrimSuffix(collection, "/") + "/" + project + "/_build/results?buildId=" + build
}
