// Package managed runs functions of Lambda's managed runtimes for Python and Node.js
// with the interpreter of this machine, each through a small client of the Runtime API.
package managed

import (
	"context"
	_ "embed"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed python.py
var python string

//go:embed node.mjs
var node string

// Runtime is how functions of a managed runtime start on this machine.
type Runtime struct {
	// Name is that of the template, such as python3.13. Title is the language's, and
	// Version the interpreter's, such as 3.13.2.
	Name, Title, Version string
	// Command is the path of the interpreter, Args its arguments.
	Command string
	Args    []string
	// Environment is what the runtime itself sets.
	Environment map[string]string
}

// language is an interpreter and its oldest version that runs functions here.
type language struct {
	title, prefix string
	// commands are tried in this order; "" stands for the name of the runtime.
	commands []string
	// about prints the path of the interpreter, which a shim hides, and its version.
	about         []string
	major, minor  int
	args          []string
	environment   map[string]string
	versionDigits int
}

var languages = []language{
	{
		title: "Python", prefix: "python3.", commands: []string{"", "python3"}, major: 3, minor: 9, versionDigits: 2,
		about: []string{"-c", "import platform, sys; print(sys.executable); print(platform.python_version())"},
		args:  []string{"-c", python},
		// With bytecode, a file that is saved twice within a second may stay as it was.
		environment: map[string]string{"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"},
	},
	{
		title: "Node.js", prefix: "nodejs", commands: []string{"node"}, major: 20, versionDigits: 1,
		about: []string{"-e", "console.log(process.execPath); console.log(process.versions.node)"},
		args:  []string{"--input-type=module", "-e", node},
	},
}

// Is reports whether a runtime of a template is one that this package runs.
func Is(runtime string) bool {
	_, is := of(runtime)
	return is
}

func of(runtime string) (language, bool) {
	for _, l := range languages {
		if version, is := strings.CutPrefix(runtime, l.prefix); is && version != "" {
			return l, true
		}
	}
	return language{}, false
}

var found sync.Map // func() (Runtime, error), by the name of the runtime

// Find returns how functions of a runtime start. The interpreter of the same version is
// preferred, such as python3.13; else the usual one runs them, see [Runtime.Differs].
func Find(runtime string) (Runtime, error) {
	l, is := of(runtime)
	if !is {
		return Runtime{}, fmt.Errorf("runtime %q: this machine runs provided.*, python3.* and nodejs*", runtime)
	}
	once, _ := found.LoadOrStore(runtime, sync.OnceValues(func() (Runtime, error) { return l.find(runtime) }))
	return once.(func() (Runtime, error))()
}

func (l language) find(runtime string) (Runtime, error) {
	old := ""
	for _, name := range l.commands {
		if name == "" {
			name = runtime
		}
		path, version, err := l.ask(name)
		if err != nil {
			continue
		}
		if !l.runs(version) {
			old = version
			continue
		}
		return Runtime{Name: runtime, Title: l.title, Version: version, Command: path, Args: l.args, Environment: l.environment}, nil
	}
	least := strconv.Itoa(l.major)
	if l.minor > 0 {
		least += "." + strconv.Itoa(l.minor)
	}
	if old != "" {
		return Runtime{}, fmt.Errorf("runtime %s: %s here is %s; install %s or later", runtime, l.title, old, least)
	}
	return Runtime{}, fmt.Errorf("runtime %s needs %s %s or later: %s is not in PATH", runtime, l.title, least, l.commands[len(l.commands)-1])
}

// ask runs an interpreter and returns its path and version.
func (l language) ask(name string) (path, version string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, l.about...).Output() // #nosec G204 -- an interpreter of the list above
	if err != nil {
		return "", "", err
	}
	path, version, _ = strings.Cut(strings.TrimSpace(string(out)), "\n")
	return strings.TrimSpace(path), strings.TrimSpace(version), nil
}

// runs reports whether a version is not too old.
func (l language) runs(version string) bool {
	parts := strings.Split(version+".0", ".")
	major, err := strconv.Atoi(parts[0])
	minor, err2 := strconv.Atoi(parts[1])
	return err == nil && err2 == nil && (major > l.major || major == l.major && minor >= l.minor)
}

// Differs reports whether the interpreter has another version than the runtime has at
// AWS, such as 3.11 for python3.13.
func (r Runtime) Differs() bool {
	l, _ := of(r.Name)
	wanted := strings.TrimSuffix(strings.TrimPrefix(r.Name, strings.TrimSuffix(l.prefix, "3.")), ".x")
	parts := strings.Split(r.Version, ".")
	return wanted != strings.Join(parts[:min(l.versionDigits, len(parts))], ".")
}
