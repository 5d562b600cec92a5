package build_test

import (
	"archive/zip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/kit/build"
	"github.com/fasttrack-dev/fasttrack/internal/kit/engine"
)

const flows = "flows:\n  - name: own\n    label: Own\n    admins: [root@example.com]\n    review: {approvers: [grace@example.com]}\n"

// languages are folders of teams, by the language of their hooks.
var languages = map[string]map[string]string{
	"go": {
		"flows.yaml": flows, "go.mod": "module example.com/approvals\n\ngo 1.24\n", "hooks/main.go": "package main\n\nfunc main() { println(`hooks`) }\n",
		"template.yaml": template("provided.al2023", "bootstrap"),
	},
	"python": {
		"flows.yaml": flows, "hooks/handler.py": "from fasttrack_hooks import Hooks, approve, serve\n\nhandler = serve({\"own\": Hooks(on_request=lambda e: approve(\"mine\"))})\n",
		"hooks/test_handler.py": "", "template.yaml": template("python3.9", "handler.handler"),
	},
	"node": {
		"flows.yaml": flows, "hooks/index.mjs": "import { approve, serve } from \"@fasttrack-dev/hooks\";\n\nexport const handler = serve({ own: { onRequest: () => approve(\"mine\") } });\n",
		"template.yaml": template("nodejs22.x", "index.handler"),
	},
}

// tests are files that are in the folder of the hooks, and not in their package.
var tests = map[string]string{"go": "hooks/more_test.go", "python": "hooks/test_more.py", "node": "hooks/more.test.mjs"}

func template(runtime, handler string) string {
	return "Resources:\n  HooksFunction:\n    Type: AWS::Serverless::Function\n    Properties:\n      FunctionName: !Sub \"${AWS::StackName}-hooks\"\n" +
		"      CodeUri: hooks/\n      Runtime: " + runtime + "\n      Handler: " + handler + "\n      Architectures: [!Ref Architecture]\n      AutoPublishAlias: live\n"
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// folder writes a team's folder, and what stands for the engine's binaries.
func folder(t *testing.T, files map[string]string) build.Options {
	t.Helper()
	o := build.Options{Dir: t.TempDir(), Arch: "arm64", Engine: t.TempDir()}
	write(t, o.Dir, files)
	for _, f := range engine.Functions {
		write(t, o.Engine, map[string]string{f.Name: strings.Repeat("the program of "+f.Name, 100)})
	}
	return o
}

func built(t *testing.T, o build.Options) *build.Result {
	t.Helper()
	r, err := build.Build(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// content returns all files that are deployed, by name.
func content(t *testing.T, o build.Options, r *build.Result) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, name := range r.Files {
		raw, err := os.ReadFile(filepath.Join(o.Dir, ".fasttrack", name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(raw)
	}
	return files
}

// A build of the same folder is the same bytes, wherever it is. A change of flows.yaml
// changes the functions that read it and no other, so no hooks_version: Lambda publishes
// no version of a function whose package is the same.
func TestBuild_Same(t *testing.T) {
	for lang, files := range languages {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			one, two := folder(t, files), folder(t, files)
			first := built(t, one)
			if want := []string{"HooksFunction.zip", "apply.zip", "approve.zip", "console.zip", "digest.zip", "endsessions.zip", "grant.zip", "lifecycle.asl.json", "notify.zip",
				"reconcile.zip", "record.zip", "request.zip", "slack.zip", "statemachine.asl.json", "template.yaml"}; !slices.Equal(first.Files, want) || !slices.Equal(first.Changed, want) {
				t.Errorf("the first build made %q, changed %q, want %q", first.Files, first.Changed, want)
			}
			before := content(t, one, first)
			for _, again := range []build.Options{one, two} {
				for name, text := range content(t, again, built(t, again)) {
					if text != before[name] {
						t.Errorf("%s is not the same bytes", name)
					}
				}
			}
			if r := built(t, one); len(r.Changed) > 0 {
				t.Errorf("nothing changed, but %q", r.Changed)
			}
			write(t, one.Dir, map[string]string{"flows.yaml": flows + "# a word\n", tests[lang]: "package main"})
			if r := built(t, one); !slices.Equal(r.Changed, []string{"apply.zip", "approve.zip", "notify.zip", "record.zip", "request.zip"}) {
				t.Errorf("flows.yaml and a test changed: %q", r.Changed)
			}
			write(t, one.Engine, map[string]string{"grant": "another program"})
			if r := built(t, one); !slices.Equal(r.Changed, []string{"grant.zip"}) {
				t.Errorf("functions/grant changed: %q", r.Changed)
			}
		})
	}
}

// The package of each function of the engine is its program, and flows.yaml if it reads
// that.
func TestBuild_Packages(t *testing.T) {
	o := folder(t, languages["python"])
	built(t, o)
	built(t, o) // with what is packed already
	for _, f := range engine.Functions {
		r, err := zip.OpenReader(filepath.Join(o.Dir, ".fasttrack", f.Name+".zip"))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		got := map[string]string{}
		for _, file := range r.File {
			in, err := file.Open()
			if err != nil {
				t.Fatal(err)
			}
			raw, err := io.ReadAll(in)
			if err != nil {
				t.Fatal(err)
			}
			got[file.Name+" "+file.Mode().String()] = string(raw)
		}
		want := 1
		if f.ReadsFlows {
			want = 2
		}
		program, flowsFile := got["bootstrap -rwxr-xr-x"], got["flows.yaml -rw-r--r--"]
		if len(got) != want || program != strings.Repeat("the program of "+f.Name, 100) || f.ReadsFlows && flowsFile != flows {
			t.Errorf("%s.zip has %d files, its program %d bytes, flows.yaml %q", f.Name, len(got), len(program), flowsFile)
		}
	}
	ignored, err := os.ReadFile(filepath.Join(o.Dir, ".fasttrack", ".gitignore"))
	if err != nil || string(ignored) != "*\n" {
		t.Errorf(".gitignore is %q (%v)", ignored, err)
	}
}

// A mistake in the code leaves no template, so that nobody deploys packages of two builds.
// A mistake in flows.yaml or template.yaml changes nothing.
func TestBuild_Refuses(t *testing.T) {
	for name, c := range map[string]struct {
		lang    string
		files   map[string]string
		want    string
		remains bool
	}{
		"flows":    {"python", map[string]string{"flows.yaml": "flows:\n  - name: own\n"}, "flows.yaml:2:5: ", true},
		"template": {"python", map[string]string{"template.yaml": template("python3.9", "handler.handler") + "  Table: {Type: AWS::SNS::Topic}\n"}, "template.yaml:11: ", true},
		"another case of a name": {"python", map[string]string{"template.yaml": template("python3.9", "handler.handler") +
			"  Endsessions: {Type: AWS::Serverless::Function, Properties: {CodeUri: hooks, Runtime: python3.9, Handler: handler.handler}}\n"},
			"template.yaml:11: Resources.Endsessions: give it another name, such as EndsessionsFunction: endsessions.zip is the engine's", true},
		"Go":          {"go", map[string]string{"hooks/main.go": "package main\n\nfunc main() { x }\n"}, "hooks/main.go:3:15: undefined: x", false},
		"the handler": {"node", map[string]string{"template.yaml": template("nodejs22.x", "other.handler")}, "template.yaml:2: Resources.HooksFunction: Handler other.handler names no file: hooks/other.mjs is missing", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := folder(t, languages[c.lang])
			before := content(t, o, built(t, o))
			write(t, o.Dir, c.files)
			_, err := build.Build(t.Context(), o)
			if err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line that begins with %q", err, c.want)
			}
			_, err = os.Stat(filepath.Join(o.Dir, ".fasttrack", build.TemplateFile))
			if remains := err == nil; remains != c.remains {
				t.Errorf("the template remains: %v, want %v", remains, c.remains)
			}
			write(t, o.Dir, languages[c.lang])
			r := built(t, o)
			if !c.remains && len(r.Changed) > 0 && !slices.Equal(r.Changed, []string{"template.yaml"}) {
				t.Errorf("mended, it changed %q", r.Changed)
			}
			for name, text := range content(t, o, r) {
				if text != before[name] {
					t.Errorf("mended, %s is not what it was", name)
				}
			}
		})
	}
}

// What belongs to a function that is gone goes, too.
func TestBuild_RemovesOld(t *testing.T) {
	o := folder(t, languages["python"])
	more := "  VaultFunction: {Type: AWS::Serverless::Function, Properties: {CodeUri: hooks, Runtime: python3.9, Handler: handler.handler}}\n"
	write(t, o.Dir, map[string]string{"template.yaml": languages["python"]["template.yaml"] + more})
	if r := built(t, o); !slices.Contains(r.Files, "VaultFunction.zip") {
		t.Fatalf("it made %q", r.Files)
	}
	write(t, o.Dir, languages["python"])
	built(t, o)
	for _, name := range []string{"VaultFunction.zip", "package/VaultFunction"} {
		if _, err := os.Stat(filepath.Join(o.Dir, ".fasttrack", name)); !os.IsNotExist(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The engine's template as plain CloudFormation is made where it is wanted, and one of an
// earlier build does not stay.
func TestBuild_Plain(t *testing.T) {
	t.Parallel()
	o := folder(t, languages["python"])
	plain := filepath.Join(o.Dir, ".fasttrack", build.PlainFile)
	for _, wanted := range []bool{true, true, false} {
		o.Plain = wanted
		r := built(t, o)
		raw, err := os.ReadFile(plain)
		if (err == nil) != wanted || slices.Contains(r.Files, build.PlainFile) != wanted {
			t.Errorf("wanted %v: files are %s (%v)", wanted, r.Files, err)
		}
		if wanted && (!strings.Contains(string(raw), "HooksFunctionArn:") || strings.Contains(string(raw), "AWS::Serverless")) {
			t.Errorf("the plain template is %.300s", raw)
		}
	}
}
