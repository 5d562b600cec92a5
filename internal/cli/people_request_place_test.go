package cli

import (
	"os"
	"strings"
	"testing"
)

// A request knows the job of CI that files it, and not the name of a person's machine.
func TestPlaceHere(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		env  map[string]string
		want string
	}{
		"a laptop":     {nil, ""},
		"stated":       {map[string]string{"FASTTRACK_PLACE": "runner 7", "CI_JOB_URL": "https://gitlab.example.com/jobs/7"}, "runner 7"},
		"GitHub":       {map[string]string{"GITHUB_REPOSITORY": "acme/deploy", "GITHUB_RUN_ID": "7"}, "https://github.com/acme/deploy/actions/runs/7"},
		"GitLab":       {map[string]string{"CI_JOB_URL": "https://gitlab.example.com/jobs/7", "CI": "true"}, "https://gitlab.example.com/jobs/7"},
		"CircleCI":     {map[string]string{"CIRCLE_BUILD_URL": "https://circleci.com/gh/acme/deploy/7"}, "https://circleci.com/gh/acme/deploy/7"},
		"Buildkite":    {map[string]string{"BUILDKITE_BUILD_URL": "https://buildkite.com/acme/deploy/builds/7", "BUILDKITE_JOB_ID": "a-b"}, "https://buildkite.com/acme/deploy/builds/7#a-b"},
		"Azure":        {map[string]string{"SYSTEM_TEAMFOUNDATIONCOLLECTIONURI": "https://dev.azure.com/acme/", "SYSTEM_TEAMPROJECT": "deploy", "BUILD_BUILDID": "7"}, "https://dev.azure.com/acme/deploy/_build/results?buildId=7"},
		"CodeBuild":    {map[string]string{"CODEBUILD_BUILD_ARN": "arn:aws:codebuild:eu-west-1:111122223333:build/deploy:7"}, "arn:aws:codebuild:eu-west-1:111122223333:build/deploy:7"},
		"Jenkins":      {map[string]string{"BUILD_URL": "https://jenkins.example.com/job/deploy/7/"}, "https://jenkins.example.com/job/deploy/7/"},
		"another CI":   {map[string]string{"CI": "1"}, host},
		"none":         {map[string]string{"CI": "false"}, ""},
		"a password":   {map[string]string{"BUILD_URL": "https://ada:secret@jenkins.example.com/7"}, ""},
		"a long URL":   {map[string]string{"BUILD_URL": "https://jenkins.example.com/" + strings.Repeat("x", 200)}, ""},
		"two lines":    {map[string]string{"BUILD_URL": "https://jenkins.example.com/\n7"}, ""},
		"in two parts": {map[string]string{"GITHUB_REPOSITORY": "acme/deploy", "BUILD_URL": "https://jenkins.example.com/7"}, "https://jenkins.example.com/7"},
	} {
		if got := placeHere(func(name string) string { return tc.env[name] }); got != tc.want {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}
