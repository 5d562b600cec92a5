package tests

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/sdk"
)

// command is a program with its arguments, and variables beyond this process's own.
type command struct{ args, env []string }

var commands = map[folder.Language]func(context.Context, *folder.Folder) (command, error){
	folder.Go: goTest, folder.Python: pythonTest, folder.Node: nodeTest,
}

func goTest(context.Context, *folder.Folder) (command, error) {
	return command{args: []string{"go", "test", "./..."}}, installed("go", "https://go.dev/dl")
}

// pythonTest takes pytest where it is installed. Tests find the SDK of this version, unless
// the code has one of its own. No bytecode is written: it would be part of the package.
func pythonTest(ctx context.Context, f *folder.Folder) (command, error) {
	if err := installed("python3", "https://www.python.org/downloads"); err != nil {
		return command{}, err
	}
	dir, err := unpack(f, "python", sdk.Python)
	if err != nil {
		return command{}, err
	}
	c := command{
		args: []string{"python3", "-m", "unittest", "discover"},
		env:  []string{"PYTHONDONTWRITEBYTECODE=1", "PYTHONPATH=" + search(os.Getenv("PYTHONPATH"), dir)},
	}
	if exec.CommandContext(ctx, "python3", "-c", "import pytest").Run() == nil {
		c.args = []string{"python3", "-m", "pytest", "-q", "-p", "no:cacheprovider"}
	}
	return c, nil
}

// search returns a search path with one more folder at its end.
func search(list, dir string) string {
	if list == "" {
		return dir
	}
	return list + string(filepath.ListSeparator) + dir
}

// resolvers have Node.js find the SDK of this version where node_modules has none.
//
//go:embed register.mjs resolve.mjs
var resolvers embed.FS

func nodeTest(_ context.Context, f *folder.Folder) (command, error) {
	if err := installed("node", "https://nodejs.org/en/download"); err != nil {
		return command{}, err
	}
	if _, err := unpack(f, "node/node_modules/@fasttrack-dev/hooks", sdk.Node); err != nil {
		return command{}, err
	}
	dir, err := unpack(f, "node/resolver", resolvers)
	if err != nil {
		return command{}, err
	}
	options := "--import=" + fileURL(filepath.Join(dir, "register.mjs"))
	if set := os.Getenv("NODE_OPTIONS"); set != "" {
		options = set + " " + options
	}
	return command{args: []string{"node", "--test", "--test-reporter=spec"}, env: []string{"NODE_OPTIONS=" + options}}, nil
}

// unpack writes files to a folder of .fasttrack/sdk, in place of those that are there, and
// returns its absolute path.
func unpack(f *folder.Folder, name string, files fs.FS) (string, error) {
	made, err := f.MakeDir("sdk")
	if err != nil {
		return "", err
	}
	dir, err := filepath.Abs(filepath.Join(made, filepath.FromSlash(name)))
	if err != nil {
		return "", err
	}
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	return dir, os.CopyFS(dir, files)
}

// installed returns an error that says where to get a program that is missing.
func installed(program, from string) error {
	if _, err := exec.LookPath(program); err != nil {
		return fmt.Errorf("%s is not installed, and tests run with it; install it from %s", program, from)
	}
	return nil
}

// fileURL returns the URL of an absolute path.
func fileURL(path string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()
}
