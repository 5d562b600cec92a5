package main

import (
	"archive/zip"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/kit/engine"
)

// tested is the version that the tests release.
const tested = "v9.8.7-rc.6"

// TestRelease makes a release twice, and installs it in each way that people do.
// FASTTRACK_DIST names the folder of the tools. With FASTTRACK_DIST_COLD the second build
// has nothing that was compiled before.
func TestRelease(t *testing.T) {
	tools := os.Getenv("FASTTRACK_DIST")
	if tools == "" {
		t.Skip("FASTTRACK_DIST is not set: `make dist-check` makes a release and installs it")
	}
	if runtime.GOOS != "linux" {
		t.Skip("the command of a release is run on Linux")
	}
	i := installed{tools: tools, dir: t.TempDir(), python: filepath.Join(tools, "dist", "bin", "python")}
	i.commit = strings.TrimSpace(output(t, "git", "rev-parse", "HEAD"))
	i.version = "fasttrack " + tested + " " + runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH + " commit " + i.commit
	i.dist = i.makeRelease(t, filepath.Join(i.dir, "one", "checkout"))

	t.Run("twice", i.twice)
	t.Run("archive", i.archive)
	t.Run("wheel", i.wheel)
	t.Run("npm", i.npm)
	t.Run("sbom", i.sbom)
}

// installed is a release, and what it is installed with.
type installed struct{ tools, dir, python, commit, version, dist string }

// makeRelease makes the release of the commit, in a folder of its own, and returns the
// folder of its files.
func (i installed) makeRelease(t *testing.T, checkout string, env ...string) string {
	t.Helper()
	root := strings.TrimSpace(output(t, "git", "rev-parse", "--show-toplevel"))
	output(t, "git", "clone", "--quiet", "--no-checkout", root, checkout)
	output(t, "git", "-C", checkout, "checkout", "--quiet", "--detach", i.commit)
	command := exec.Command("go", "run", "./tools/dist", "-trial", "-version", tested, "-platforms", runtime.GOOS+"/"+runtime.GOARCH)
	command.Dir, command.Env = checkout, append(os.Environ(), env...)
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("dist: %v\n%s", err, out)
	}
	return filepath.Join(checkout, "build", "dist")
}

// twice makes the release again, in a folder of another length, another time zone and
// another home.
func (i installed) twice(t *testing.T) {
	env := []string{"TZ=Australia/Sydney", "LC_ALL=C.UTF-8"}
	if os.Getenv("FASTTRACK_DIST_COLD") != "" {
		env = append(env, "GOCACHE="+filepath.Join(i.dir, "cache"))
	}
	again := i.makeRelease(t, filepath.Join(i.dir, "another folder", "of", "the", "checkout"), env...)
	first, second := read(t, filepath.Join(i.dist, "SHA256SUMS")), read(t, filepath.Join(again, "SHA256SUMS"))
	if first != second {
		t.Errorf("building twice made other bytes:\n%s\n%s", first, second)
	}
	check := exec.Command("sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS")
	check.Dir = i.dist
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("SHA256SUMS: %v\n%s", err, out)
	}
	files, err := os.ReadDir(i.dist)
	if err != nil {
		t.Fatal(err)
	}
	if listed := strings.Count(first, "\n"); listed != len(files)-1 {
		t.Errorf("SHA256SUMS has %d files, want all other %d", listed, len(files)-1)
	}
}

// archive unpacks the archive, and links the command into another folder, as people do.
func (i installed) archive(t *testing.T) {
	dir := t.TempDir()
	name := "fasttrack_" + strings.TrimPrefix(tested, "v") + "_" + runtime.GOOS + "_" + runtime.GOARCH
	output(t, "tar", "-C", dir, "-xf", filepath.Join(i.dist, name+".tar.gz"))
	link := filepath.Join(dir, "fasttrack")
	if err := os.Symlink(filepath.Join(name, "bin", "fasttrack"), link); err != nil {
		t.Fatal(err)
	}
	i.works(t, link)
	i.adds(t, link)
	i.builds(t, link, filepath.Join(dir, name))
}

// wheel checks the wheel with the tools of PyPI, and installs it without an index.
func (i installed) wheel(t *testing.T) {
	wheels, err := filepath.Glob(filepath.Join(i.dist, "*.whl"))
	if err != nil || len(wheels) != 1 {
		t.Fatalf("got wheels %q (%v), want one", wheels, err)
	}
	dir := t.TempDir()
	output(t, i.python, "-m", "twine", "check", "--strict", wheels[0])
	output(t, i.python, "-m", "wheel", "unpack", "--dest", dir, wheels[0]) // compares RECORD
	output(t, i.python, "-m", "venv", filepath.Join(dir, "venv"))
	python := filepath.Join(dir, "venv", "bin", "python")
	output(t, python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", wheels[0])
	i.works(t, filepath.Join(dir, "venv", "bin", "fasttrack"))
	if got := output(t, python, "-c", "import fasttrack_hooks, importlib.metadata as m; print(m.version('fasttrack-approvals'))"); got != "9.8.7rc6\n" {
		t.Errorf("its version is %q", got)
	}
	output(t, python, "-m", "pip", "uninstall", "--quiet", "--yes", "fasttrack-approvals")
	if left, err := filepath.Glob(filepath.Join(dir, "venv", "share", "fasttrack", "engine", "*")); err != nil || len(left) > 0 {
		t.Errorf("uninstalled, it leaves %q (%v)", left, err)
	}
}

// npm installs the packages of the command and of the SDK, without a registry.
func (i installed) npm(t *testing.T) {
	if _, err := exec.LookPath("npm"); err != nil {
		t.Skip("npm is not installed")
	}
	packages, err := filepath.Glob(filepath.Join(i.dist, "*.tgz"))
	if err != nil || len(packages) != 3 {
		t.Fatalf("got packages %q (%v), want those of the command, of the platform and of the SDK", packages, err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"name": "approvals", "private": true}`), 0o600); err != nil {
		t.Fatal(err)
	}
	output(t, "npm", append([]string{"install", "--prefix", dir, "--offline", "--no-audit", "--no-fund", "--cache", filepath.Join(dir, "cache")}, packages...)...)
	command := filepath.Join(dir, "node_modules", ".bin", "fasttrack")
	i.works(t, command)
	if out, err := exec.Command(command, "flows", "check", filepath.Join(dir, "missing.yaml")).CombinedOutput(); exitCode(err) != 1 {
		t.Errorf("a command that fails ends with %v, want status 1:\n%s", err, out)
	}
	script := exec.Command("node", "--input-type=module", "--eval", "import * as hooks from '@fasttrack-dev/hooks'; console.log(typeof hooks.serve)")
	script.Dir = dir
	if out, err := script.CombinedOutput(); err != nil || string(out) != "function\n" {
		t.Errorf("the SDK: %v\n%s", err, out)
	}
	if err := os.RemoveAll(filepath.Join(dir, "node_modules", "@fasttrack-dev", "fasttrack-linux-"+map[string]string{"amd64": "x64", "arm64": "arm64"}[runtime.GOARCH])); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(command, "version").CombinedOutput(); exitCode(err) != 1 || strings.Count(string(out), "\n") != 1 || !strings.Contains(string(out), "is not installed; run npm install") {
		t.Errorf("without the package of the platform: %v\n%s", err, out)
	}
}

// adds writes each strategy where no Go is installed. It has the bytes of the release's
// own archive of strategies.
func (i installed) adds(t *testing.T, command string) {
	t.Helper()
	for arch, lambda := range map[string]string{"arm64": "arm64", "amd64": "x86_64"} {
		archive, err := zip.OpenReader(filepath.Join(i.dist, "fasttrack_"+strings.TrimPrefix(tested, "v")+"_strategies_"+arch+".zip"))
		if err != nil {
			t.Fatal(err)
		}
		team := t.TempDir()
		for _, name := range engine.Strategies {
			add := exec.Command(command, "strategies", "add", name, "--arch", lambda)
			add.Dir, add.Env = team, []string{"PATH=" + withoutGo(t), "HOME=" + t.TempDir()}
			if out, err := add.CombinedOutput(); err != nil {
				t.Fatalf("strategies add %s --arch %s: %v\n%s", name, lambda, err, out)
			}
		}
		for _, f := range archive.File {
			want, err := fs.ReadFile(archive, f.Name)
			if err != nil {
				t.Fatal(err)
			}
			if got := read(t, filepath.Join(team, "strategies", filepath.FromSlash(f.Name))); got != string(want) {
				t.Errorf("strategies/%s for %s has other bytes than in the release's archive", f.Name, lambda)
			}
		}
		if files := 4 * len(engine.Strategies); len(archive.File) != files {
			t.Errorf("the archive for %s has %d files, want %d", arch, len(archive.File), files)
		}
		if err := archive.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// builds builds a team's folder where no Go is installed: with the engine of the release,
// and with no other.
func (i installed) builds(t *testing.T, command, unpacked string) {
	t.Helper()
	team := t.TempDir()
	for name, content := range map[string]string{
		"flows.yaml":       "flows:\n  - name: own\n    label: Own\n    admins: [ana@example.com]\n    review: {approvers: [ana@example.com]}\n",
		"hooks/handler.py": "from fasttrack_hooks import Hooks, approve, serve\n\nhandler = serve({\"own\": Hooks(on_request=lambda e: approve(\"mine\"))})\n",
		"template.yaml": "Resources:\n  HooksFunction:\n    Type: AWS::Serverless::Function\n    Properties:\n      FunctionName: !Sub \"${AWS::StackName}-hooks\"\n" +
			"      CodeUri: hooks/\n      Runtime: python3.13\n      Handler: handler.handler\n      Architectures: [!Ref Architecture]\n      AutoPublishAlias: live\n",
	} {
		path := filepath.Join(team, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	home := t.TempDir()
	build := func(arch string) (string, error) {
		run := exec.Command(command, "build", "--arch", arch)
		run.Dir, run.Env = team, []string{"PATH=" + withoutGo(t), "HOME=" + home}
		out, err := run.CombinedOutput()
		return string(out), err
	}
	for _, arch := range []string{"arm64", "x86_64"} {
		if out, err := build(arch); err != nil {
			t.Fatalf("build for %s: %v\n%s", arch, err, out)
		}
	}
	// The cache is of no trust: what was changed there is unpacked again.
	kept, err := filepath.Glob(filepath.Join(home, ".cache", "fasttrack", "engine", "*-arm64", "digest"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("the cache has %q (%v), want one engine for arm64", kept, err)
	}
	original := read(t, kept[0])
	change(t, kept[0])
	if out, err := build("arm64"); err != nil || read(t, kept[0]) != original {
		t.Errorf("with a changed binary in the cache: %v\n%s", err, out)
	}
	change(t, kept[0])
	engine := filepath.Join(unpacked, "share", "fasttrack", "engine", "arm64.tar.zst")
	change(t, engine)
	if out, err := build("arm64"); exitCode(err) != 1 || !strings.Contains(out, engine) || !strings.Contains(out, "install") {
		t.Errorf("with an archive of another byte: %v\n%s", err, out)
	}
	if err := os.RemoveAll(filepath.Join(unpacked, "share")); err != nil {
		t.Fatal(err)
	}
	if out, err := build("arm64"); exitCode(err) != 1 || !strings.Contains(out, "is missing; install fasttrack "+tested+" again") {
		t.Errorf("without the folder share: %v\n%s", err, out)
	}
}

// change flips a bit in the middle of a file.
func change(t *testing.T, path string) {
	t.Helper()
	content := []byte(read(t, path))
	content[len(content)/2] ^= 1
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// works runs an installed command where no Go is installed: it knows its version.
func (i installed) works(t *testing.T, command string) {
	t.Helper()
	version := exec.Command(command, "version")
	version.Env = []string{"PATH=" + withoutGo(t), "HOME=" + t.TempDir()}
	if out, err := version.CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != i.version {
		t.Errorf("version: %v\n%s\nwant\n%s", err, out, i.version)
	}
}

// withoutGo returns a PATH with Node.js, which starts the command of npm, and little else.
func withoutGo(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	programs := map[string]string{"python3": strings.TrimSpace(output(t, "python3", "-c", "import sys; print(sys.executable)"))}
	for _, name := range []string{"node", "env", "sh"} {
		if at, err := exec.LookPath(name); err == nil {
			programs[name] = at
		}
	}
	for name, at := range programs {
		if err := os.Symlink(at, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// sbom validates the SBOM by the schema of CycloneDX.
func (i installed) sbom(t *testing.T) {
	const validate = `
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read())
sys.exit(problem and str(problem))`
	output(t, i.python, "-c", validate, filepath.Join(i.dist, "fasttrack_"+strings.TrimPrefix(tested, "v")+"_sbom.cdx.json"))
}

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	command := exec.Command(name, args...)
	var messages strings.Builder
	command.Stderr = &messages
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s%s", name, args, err, out, messages.String())
	}
	return string(out)
}

func read(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func exitCode(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return 0
}
