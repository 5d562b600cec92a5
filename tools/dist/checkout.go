package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/modfile"

	"github.com/fasttrack-dev/fasttrack/tools/modules"
)

// readCommit returns the commit of the checkout and its time. A checkout with changes is
// refused, except on trial: then it has no commit.
func readCommit(ctx context.Context, trial bool) (commit string, at time.Time, err error) {
	seen, err := git(ctx, "log", "-1", "--format=%H %ct")
	if err != nil {
		return "", time.Time{}, fmt.Errorf("a release is made of a commit: %w", err)
	}
	commit, seconds, _ := strings.Cut(seen, " ")
	unix, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("git log: got %q", seen)
	}
	changes, err := git(ctx, "status", "--porcelain")
	switch {
	case err != nil:
		return "", time.Time{}, err
	case changes != "" && !trial:
		return "", time.Time{}, errors.New("the checkout has changes: commit them, or add -trial")
	case changes != "":
		commit = ""
	}
	return commit, time.Unix(unix, 0).UTC(), nil
}

func git(ctx context.Context, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, "git", args...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return "", fmt.Errorf("git %s: %s", args[0], strings.TrimSpace(string(exit.Stderr)))
	}
	return strings.TrimSpace(string(out)), err
}

// prepared reports as an error what of a release's steps is missing in a checkout: the
// version of the nested modules, their checksums, and the changelog. nested are the lines
// that go.sum must have.
func prepared(root string, v version, nested []byte) error {
	path := filepath.Join(root, "go.mod")
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	mod, err := modfile.Parse(path, raw, nil)
	if err != nil {
		return err
	}
	for _, r := range mod.Require {
		if strings.HasPrefix(r.Mod.Path, modules.Main+"/") && r.Mod.Version != v.tag {
			return fmt.Errorf("go.mod requires %s %s: run tools/modules/version %s", r.Mod.Path, r.Mod.Version, v.tag)
		}
	}
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return err
	}
	if !bytes.Equal(modules.Replace(sum, nested), sum) {
		return fmt.Errorf("go.sum has other checksums of hook and strategy than this commit: run tools/modules/version %s", v.tag)
	}
	changes, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md"))
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(changes)) {
		if heading := strings.Fields(line); len(heading) > 1 && heading[0] == "##" && heading[1] == v.tag {
			return nil
		}
	}
	return fmt.Errorf("CHANGELOG.md has no section %q: rename Unreleased to it, with the date", "## "+v.tag)
}
