package command_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws/command"
)

const app = "../testdata/app/template.yaml"

func TestRun(t *testing.T) {
	for name, tc := range map[string]struct {
		args   []string
		code   int
		stdout string
		stderr string
	}{
		"help":              {[]string{"--help"}, 0, "--build-dir DIR", ""},
		"unknown flag":      {[]string{"--nope"}, 2, "", "localaws: unknown flag: --nope\nRun 'localaws --help'"},
		"an argument":       {[]string{"up"}, 2, "", `unexpected argument "up"`},
		"concurrency":       {[]string{"--account-concurrency", "-1"}, 2, "", "must be 0 or more, got -1"},
		"no template":       {[]string{"--template", "none.yaml"}, 1, "", "none.yaml"},
		"no identities":     {[]string{"--identities", "none.yaml"}, 1, "", "read identities"},
		"no binaries":       {[]string{"--template", app, "--build-dir", t.TempDir(), "--addr", "127.0.0.1:0"}, 1, "", "function ApiFunction has no binary at"},
		"on every address":  {[]string{"--template", app, "--addr", "0.0.0.0:0"}, 1, "", "is not on loopback"},
		"no such parameter": {[]string{"--template", app, "--parameter", "P=1", "--addr", "127.0.0.1:0"}, 1, "", "no parameter P"},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := command.Run(context.Background(), tc.args, &stdout, &stderr)
			if code != tc.code || !strings.Contains(stdout.String(), tc.stdout) || !strings.Contains(stderr.String(), tc.stderr) {
				t.Errorf("exit code %d, want %d\nstdout: %s\nstderr: %s", code, tc.code, &stdout, &stderr)
			}
		})
	}
}
