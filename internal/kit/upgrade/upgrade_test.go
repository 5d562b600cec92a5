package upgrade_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/internal/kit/upgrade"
)

// write writes files by name into a folder of its own.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const goMod = "module approvals\n\ngo 1.24\n\ntool github.com/fasttrack-dev/fasttrack/cmd/fasttrack\n\nrequire github.com/fasttrack-dev/fasttrack v1.2.3\n"

func TestFind(t *testing.T) {
	for name, tc := range map[string]struct {
		files               map[string]string
		file, version, says string
	}{
		"go":               {files: map[string]string{"go.mod": goMod}, file: "go.mod", version: "v1.2.3"},
		"go without":       {files: map[string]string{"go.mod": "module a\n"}, says: "go.mod does not require github.com/fasttrack-dev/fasttrack; add it: go get -tool"},
		"go with mistakes": {files: map[string]string{"go.mod": "module a\n\nrequired x\n"}, says: "go.mod:3: unknown directive: required"},
		"pip":              {files: map[string]string{"requirements.txt": "# ours\nfasttrack-approvals==1.2.3\nboto3\n"}, file: "requirements.txt", version: "v1.2.3"},
		"pip, any":         {files: map[string]string{"requirements.txt": "fasttrack-approvals\n"}, file: "requirements.txt"},
		"pip without":      {files: map[string]string{"requirements.txt": "boto3\n"}, says: "requirements.txt has no line fasttrack-approvals==VERSION; add one"},
		"npm":              {files: map[string]string{"package.json": `{"devDependencies": {"@fasttrack-dev/fasttrack": "1.2.3", "x": "2.0.0"}}`}, file: "package.json", version: "v1.2.3"},
		"npm, about":       {files: map[string]string{"package.json": `{"dependencies": {"@fasttrack-dev/hooks": "^1.2.3"}}`}, file: "package.json", version: "v1.2.3"},
		"npm without":      {files: map[string]string{"package.json": `{}`}, says: "package.json does not name @fasttrack-dev/fasttrack; add it: npm install"},
		"none":             {says: "no go.mod, requirements.txt or package.json in"},
	} {
		t.Run(name, func(t *testing.T) {
			pin, err := upgrade.Find(write(t, tc.files))
			if tc.says != "" {
				if err == nil || !strings.HasPrefix(err.Error(), tc.says) || strings.Contains(err.Error(), "\n") {
					t.Errorf("got %v, want %q", err, tc.says)
				}
				return
			}
			if err != nil || pin.File != tc.file || pin.Version != tc.version {
				t.Errorf("got %s %s, %v", pin.File, pin.Version, err)
			}
		})
	}
}

// Only the release that the folder names builds it. What can't be compared is built.
func TestSame(t *testing.T) {
	for name, tc := range map[string]struct {
		file, content, running, want string
	}{
		"go":                  {"go.mod", goMod, "v1.2.3", ""},
		"go, another":         {"go.mod", goMod, "v1.2.2", "go.mod names fasttrack v1.2.3, but this is v1.2.2; run: go tool fasttrack"},
		"pip, another":        {"requirements.txt", "fasttrack-approvals==1.3.0\n", "v1.2.3", "requirements.txt names fasttrack v1.3.0, but this is v1.2.3; run: pip install -r requirements.txt"},
		"npm, another":        {"package.json", `{"devDependencies": {"@fasttrack-dev/fasttrack": "1.3.0"}}`, "v1.2.3", "package.json names fasttrack v1.3.0, but this is v1.2.3; run: npm install, then npx fasttrack"},
		"npm, a range":        {"package.json", `{"devDependencies": {"@fasttrack-dev/fasttrack": "^1.2.0"}}`, "v1.2.3", ""},
		"pip, any":            {"requirements.txt", "fasttrack-approvals\n", "v1.2.3", ""},
		"pip, a pre-release":  {"requirements.txt", "fasttrack-approvals==1.3.0rc1\n", "v1.3.0-rc.1", ""},
		"a checkout":          {"go.mod", goMod, "(devel)", ""},
		"nothing of the kind": {"README.md", "", "v1.2.3", ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := upgrade.Same(write(t, map[string]string{tc.file: tc.content}), tc.running)
			if tc.want == "" && err != nil || tc.want != "" && (err == nil || err.Error() != tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

func TestReadVersion(t *testing.T) {
	for in, want := range map[string]string{"v1.2.3": "v1.2.3", "1.2.3": "v1.2.3", "v1.0.0-rc.1": "v1.0.0-rc.1", "latest": "", "v1": "", "1.2.3; rm": "", "": ""} {
		if got, err := upgrade.ReadVersion(in); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v", in, got, err)
		}
	}
}

// What package managers print of a version that does not exist, and without a network, is
// one line. The folder is as it was.
func TestBump_Fails(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the package managers of this test are shell scripts")
	}
	for name, tc := range map[string]struct{ file, content, program, says, want string }{
		"go, unknown":      {"go.mod", goMod, "go", "go: github.com/fasttrack-dev/fasttrack@v9.9.9: invalid version: unknown revision v9.9.9", "fasttrack has no version v9.9.9 (go: github.com/fasttrack-dev/fasttrack@v9.9.9: invalid version: unknown revision v9.9.9); go.mod is unchanged"},
		"go, file proxy":   {"go.mod", goMod, "go", "go: m@v9.9.9: reading file:///proxy/m/@v/v9.9.9.info: no such file or directory", "fasttrack has no version v9.9.9 ("},
		"go, no network":   {"go.mod", goMod, "go", "go: downloading x\ngo: m@v9.9.9: Get \"https://proxy/m/@v/v9.9.9.info\": dial tcp: lookup proxy: no such host", "fasttrack v9.9.9 can't be downloaded: no connection (go: m@v9.9.9: Get"},
		"go, another":      {"go.mod", goMod, "go", "go: something\ngo: else", "go list: go: else; go.mod is unchanged"},
		"pip, unknown":     {"requirements.txt", "fasttrack-approvals==1.2.3\n", "python3", "ERROR: Could not find a version that satisfies the requirement\nERROR: No matching distribution found for fasttrack-approvals==9.9.9", "fasttrack has no version v9.9.9 (ERROR: No matching distribution"},
		"pip, no network":  {"requirements.txt", "fasttrack-approvals==1.2.3\n", "python3", "WARNING: Retrying after connection broken by NewConnectionError: Temporary failure in name resolution\nERROR: No matching distribution found", "fasttrack v9.9.9 can't be downloaded: no connection (WARNING: Retrying"},
		"pip, no retries":  {"requirements.txt", "fasttrack-approvals==1.2.3\n", "python3", "ERROR: Could not find a version that satisfies the requirement fasttrack-approvals==9.9.9 (from versions: none)\nERROR: No matching distribution found for fasttrack-approvals==9.9.9", "fasttrack v9.9.9 can't be downloaded: no connection, or an index without fasttrack-approvals (ERROR: Could not find a version"},
		"pip, not for us":  {"requirements.txt", "fasttrack-approvals==1.2.3\n", "python3", "ERROR: Could not find a version that satisfies the requirement fasttrack-approvals==9.9.9 (from versions: 1.2.0, 1.3.0)\nERROR: No matching distribution found for fasttrack-approvals==9.9.9", "fasttrack has no version v9.9.9 ("},
		"npm, unknown":     {"package.json", `{"dependencies": {"@fasttrack-dev/hooks": "1.2.3"}}`, "npm", "npm error code ETARGET\nnpm error notarget No matching version found", "fasttrack has no version v9.9.9 (npm error code ETARGET); package.json is unchanged"},
		"npm, no network":  {"package.json", `{"dependencies": {"@fasttrack-dev/hooks": "1.2.3"}}`, "npm", "npm error code ENOTFOUND\nnpm error network", "fasttrack v9.9.9 can't be downloaded: no connection (npm error code ENOTFOUND)"},
		"no such program":  {"go.mod", goMod, "", "", "go is not installed; go.mod names the version of fasttrack, and go changes it"},
		"npm is missing":   {"package.json", `{"dependencies": {"@fasttrack-dev/hooks": "1.2.3"}}`, "", "", "npm is not installed; package.json names"},
		"python3 is, too":  {"requirements.txt", "fasttrack-approvals\n", "", "", "python3 is not installed; requirements.txt names"},
		"nothing is told":  {"go.mod", goMod, "go", "", "go list: no output; go.mod is unchanged"},
		"pip, in a folder": {"requirements.txt", "  fasttrack-approvals == 1.2.3  \n", "python3", "ERROR: 404 Not Found", "fasttrack has no version v9.9.9 ("},
	} {
		t.Run(name, func(t *testing.T) {
			dir := write(t, map[string]string{tc.file: tc.content})
			bin := t.TempDir()
			if tc.program != "" {
				script := "#!/bin/sh\nprintf '\\nbroken' >> " + filepath.Join(dir, tc.file) + "\ncat <<'END'\n" + tc.says + "\nEND\nexit 1\n"
				if err := os.WriteFile(filepath.Join(bin, tc.program), []byte(script), 0o700); err != nil { // #nosec G306 -- it is run
					t.Fatal(err)
				}
			}
			t.Setenv("PATH", bin+":/bin:/usr/bin")
			if tc.program == "" {
				t.Setenv("PATH", bin)
			}
			pin, err := upgrade.Find(dir)
			if err != nil {
				t.Fatal(err)
			}
			if _, err = pin.Bump(t.Context(), "v9.9.9", filepath.Join(bin, "fasttrack")); err == nil || !strings.HasPrefix(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want %q", err, tc.want)
			}
			if after, err := os.ReadFile(filepath.Join(dir, tc.file)); err != nil || string(after) != tc.content {
				t.Errorf("%s is %q (%v) now", tc.file, after, err)
			}
		})
	}
}

func TestChanges(t *testing.T) {
	const before = "Parameters: {Architecture: {Default: arm64}, Old: {Default: a}, Same: {}}\nResources:\n  A: {Type: AWS::Serverless::Function, Properties: {CodeUri: a.zip}}\n  B: {Type: AWS::Serverless::Function, Properties: {CodeUri: b.zip}}\n  C: {Type: AWS::SQS::Queue}\n  M: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: m.json}}\n"
	const after = "Parameters: {Architecture: {Default: arm64}, New: {Default: b}, Same: {Default: c}}\nResources:\n  A: {Type: AWS::Serverless::Function, Properties: {CodeUri: a.zip}}\n  B: {Type: AWS::Serverless::Function, Properties: {CodeUri: b.zip, Timeout: 3}}\n  D: {Type: AWS::SNS::Topic}\n  M: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: m.json}}\n"
	read := func(template, a, m string) *upgrade.Built {
		t.Helper()
		b, err := upgrade.Read(write(t, map[string]string{".fasttrack/template.yaml": template, ".fasttrack/a.zip": a, ".fasttrack/b.zip": "b", ".fasttrack/m.json": m}))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	want := []upgrade.Change{
		{Action: "Modify", Name: "A", Type: "AWS::Serverless::Function", What: "code"},
		{Action: "Modify", Name: "B", Type: "AWS::Serverless::Function", What: "properties"},
		{Action: "Remove", Name: "C", Type: "AWS::SQS::Queue"},
		{Action: "Add", Name: "D", Type: "AWS::SNS::Topic"},
		{Action: "Modify", Name: "M", Type: "AWS::Serverless::StateMachine", What: "definition"},
		{Action: "Add", Name: "New", Type: "Parameter", What: `default "b"`},
		{Action: "Remove", Name: "Old", Type: "Parameter", What: "remove it from samconfig.toml"},
		{Action: "Modify", Name: "Same", Type: "Parameter", What: `default "c", was needs a value`},
	}
	if diff := cmp.Diff(want, upgrade.Changes(read(before, "one", "{}"), read(after, "two", "[]"))); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if same := upgrade.Changes(read(before, "one", "{}"), read(before, "one", "{}")); len(same) > 0 {
		t.Errorf("the same build changes %v", same)
	}
	if got := read(before, "", "").Architecture; got != "arm64" {
		t.Errorf("architecture: got %q", got)
	}
}

func TestBetween(t *testing.T) {
	const log = "# Changes\n\nIntro.\n\n## Unreleased\n\n### A\n\n- unreleased\n\n## v1.2.0\n\n### B\n\n- **do this**\n- not that\n\n## v1.1.0 (2026-01-01)\n\n- plain\n\n## v1.0.0\n\n- first\n"
	texts := func(from, to string) (found []string) {
		for _, e := range upgrade.Between(log, from, to) {
			found = append(found, e.Version+" "+e.Section+" "+e.Text)
		}
		return found
	}
	for name, tc := range map[string]struct {
		from, to string
		want     []string
	}{
		"two releases":          {"v1.0.0", "v1.2.0", []string{"v1.2.0 B **do this**", "v1.2.0 B not that", "v1.1.0  plain"}},
		"one":                   {"v1.0.0", "v1.1.0", []string{"v1.1.0  plain"}},
		"back":                  {"v1.2.0", "v1.1.0", []string{"v1.2.0 B **do this**", "v1.2.0 B not that"}},
		"none":                  {"v1.1.0", "v1.1.0", nil},
		"one without a section": {"v1.2.0", "v1.3.0", []string{"v1.3.0 A unreleased"}},
	} {
		if diff := cmp.Diff(tc.want, texts(tc.from, tc.to)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if e := upgrade.Between(log, "v1.1.0", "v1.2.0"); !e[0].ToDo || e[1].ToDo {
		t.Errorf("what is to do: %+v", e)
	}
}
