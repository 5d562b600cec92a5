package folder_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// open opens a folder whose template has the given text.
func open(t *testing.T, template string) (*folder.Folder, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, folder.TemplateFile), []byte(template), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder.Open(dir)
}

func TestOpen(t *testing.T) {
	f, err := open(t, `
Globals: {Function: {Runtime: python3.13}}
Resources:
  HooksFunction:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: hooks/, Handler: handler.handler}
  Queue: {Type: AWS::SQS::Queue}
  Vault:
    Type: AWS::Serverless::Function
    Metadata: {FasttrackStrategy: true}
    Properties: {FunctionName: !Sub "${AWS::StackName}-vault", CodeUri: ./strategies/vault, Runtime: provided.al2023, Handler: bootstrap}
  Built:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: built.zip, Runtime: java21, Handler: x}
`)
	if err != nil {
		t.Fatal(err)
	}
	want := []folder.Function{
		{LogicalID: "HooksFunction", Line: 4, Runtime: "python3.13", Handler: "handler.handler", Code: "hooks", Language: folder.Python},
		{LogicalID: "Vault", Line: 8, Name: "${AWS::StackName}-vault", Runtime: "provided.al2023", Handler: "bootstrap", Code: "strategies/vault", Language: folder.Go, Strategy: true},
	}
	if diff := cmp.Diff(want, f.Functions); diff != "" {
		t.Errorf("functions (-want +got):\n%s", diff)
	}
	if !folder.Is(f.Dir) {
		t.Error("it is no team's folder")
	}
}

func TestOpen_Refuses(t *testing.T) {
	for template, want := range map[string]string{
		"- a list":             "template.yaml:1: must be a mapping",
		"":                     "template.yaml:1: must be a mapping",
		"# nothing yet\n":      "template.yaml:1: must be a mapping",
		"Parameters: {}":       "template.yaml:1: Resources is missing",
		"Resources: {a: b: c}": "template.yaml:1:",
		"Resources:\n  A: [\n": "template.yaml:3:1: must be YAML: ",
		"Resources:\n  A: {Type: 'AWS::Serverless::Function', Properties: {CodeUri: ../x, Runtime: python3.13}}": "template.yaml:2: Resources.A: CodeUri must be a folder",
		"Resources:\n  A: {Type: 'AWS::Serverless::Function', Properties: {CodeUri: x, Runtime: java21}}":        `template.yaml:2: Resources.A: runtime "java21" is not built here`,
	} {
		if _, err := open(t, template); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", template, err, want)
		}
	}
	if _, err := folder.Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "fasttrack init") {
		t.Errorf("an empty folder: %v", err)
	}
}

// The reference application has an engine in its template, and is no team's folder.
func TestIs(t *testing.T) {
	if folder.Is("../../..") {
		t.Error("the repository is a team's folder")
	}
	broken := t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, folder.TemplateFile), []byte("Resources: ["), 0o600); err != nil {
		t.Fatal(err)
	}
	if !folder.Is(broken) {
		t.Error("a folder whose template is broken is no team's, so its mistake is not reported")
	}
	if folder.Is(t.TempDir()) {
		t.Error("an empty folder is a team's")
	}
}
