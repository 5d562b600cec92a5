package watch_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

const kept = "The version before is still served."

// each runs a test with each language. Go compiles for seconds: only in make kit.
func each(t *testing.T, test func(t *testing.T, l language)) {
	for _, l := range languages {
		t.Run(l.name, func(t *testing.T) {
			if l.name == "go" && os.Getenv("FASTTRACK_KIT") == "" {
				t.Skip("FASTTRACK_KIT is not set")
			}
			test(t, l)
		})
	}
}

// What is saved is served; a mistake is shown, and the version before stays.
func TestFollow(t *testing.T) {
	each(t, func(t *testing.T, l language) {
		tm := newTeam(t, l)
		if err := tm.start(); err != nil {
			t.Fatal(err)
		}
		decides := func(flow, want string) {
			t.Helper()
			if got := tm.decision(flow); got != want {
				t.Errorf("%s: got %q, want %q; printed:\n%s", flow, got, want, tm.out.since(0))
			}
		}
		decides("my-own-flow", "version 1")
		tm.prints("hooks: the new version is served", func() { tm.write(l.hooks, l.code("version 2", "my-own-flow")) })
		decides("my-own-flow", "version 2")
		good := l.code("version 2", "my-own-flow")
		for name, m := range l.broken {
			t.Log(name)
			tm.prints(m.want, func() { tm.write(l.hooks, m.line+"\n"+good) })
			decides("my-own-flow", "version 2")
			tm.prints("hooks: is as it is served.", func() { tm.write(l.hooks, good) })
		}
		// A flow and its hooks are served together, whichever is saved first.
		tm.prints(`hooks/ has no hooks for flow "second"`, func() { tm.write(folder.FlowsFile, flowsFile+secondFlow) })
		if got := tm.decision("second"); !strings.Contains(got, "unknown flow") {
			t.Errorf("a flow without hooks is served: %q", got)
		}
		tm.prints("flows.yaml and hooks: the new version is served", func() { tm.write(l.hooks, l.code("version 3", "my-own-flow", "second")) })
		decides("second", "version 3")
		tm.prints(kept, func() { tm.write(l.hooks, l.code("version 4", "my-own-flow")) })
		decides("second", "version 3")
		tm.prints("the new version is served", func() { tm.write(folder.FlowsFile, flowsFile) })
		decides("my-own-flow", "version 4")

		tm.prints("flows.yaml:3:5: flows[0].labell: unknown key", func() { tm.write(folder.FlowsFile, strings.Replace(flowsFile, "label", "labell", 1)) })
		decides("my-own-flow", "version 4")
		tm.prints("flows.yaml: is as it is served.", func() { tm.write(folder.FlowsFile, flowsFile) })

		invoke := func(want string) {
			t.Helper()
			r, err := tm.stack.Lambda.Invoke(t.Context(), "fasttrack-vault", []byte(`{}`))
			if err != nil || string(r.Payload) != want {
				t.Errorf("the strategy returns %s, %v, want %s", r.Payload, err, want)
			}
		}
		invoke(`"vault 1"`)
		tm.prints("vault: the new version is served", func() { tm.write(l.strategy, strings.Replace(l.strategyCode, "TEXT", "vault 2", 1)) })
		invoke(`"vault 2"`)
		tm.prints(l.strategy+":1", func() { tm.write(l.strategy, ")))\n") })
		invoke(`"vault 2"`)
		for _, line := range strings.Split(tm.out.since(0), "\n") {
			if strings.Contains(line, folder.Made) && !strings.Contains(line, " | ") {
				t.Errorf("a path of a copy is shown: %s", line)
			}
		}
	})
}

// A change of the template says that it needs a restart, a mistake in it where it is.
func TestFollow_Template(t *testing.T) {
	tm := newTeam(t, languages[0])
	if err := tm.start(); err != nil {
		t.Fatal(err)
	}
	text := languages[0].template
	tm.prints("template.yaml: changed. Restart", func() { tm.write(folder.TemplateFile, text+"  Queue: {Type: AWS::SQS::Queue}\n") })
	tm.prints("template.yaml: is as it is served.", func() { tm.write(folder.TemplateFile, text) })
	tm.prints("template.yaml:9", func() { tm.write(folder.TemplateFile, text+"  Table: {Type: AWS::DynamoDB::Table}\n") })
}

// The vars are those of the stage that is served, the first one unless a parameter names
// another. It must stay in the file.
func TestFollow_Stage(t *testing.T) {
	l := languages[0]
	tm := newTeam(t, l)
	staged := "stages: [dev, prod]\n" + flowsFile + `    vars: {text: in dev}
    stages: {prod: {vars: {text: in prod}}}
`
	tm.write(folder.FlowsFile, staged)
	tm.write(l.hooks, strings.Replace(l.code("", "my-own-flow"), `approve("")`, `approve(event.flow.vars.string("text"))`, 1))
	if err := tm.start(); err != nil {
		t.Fatal(err)
	}
	decides := func(want string) {
		t.Helper()
		if got := tm.decision("my-own-flow"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	decides("in dev")
	tm.prints("flows.yaml: the new version is served", func() { tm.write(folder.FlowsFile, strings.Replace(staged, "in dev", "changed", 1)) })
	decides("changed")
	tm.prints("flows.yaml: the stage that is served is gone: unknown stage \"dev\"", func() { tm.write(folder.FlowsFile, strings.Replace(staged, "[dev,", "[test,", 1)) })
	decides("changed")
	tm.end()
	tm.write(folder.FlowsFile, staged)
	tm.parameters = map[string]string{"Stage": "prod"}
	if err := tm.start(); err != nil {
		t.Fatal(err)
	}
	decides("in prod")
	tm.end()
	tm.parameters = map[string]string{"Stage": "test"}
	if err := tm.start(); err == nil || err.Error() != `--parameter Stage: unknown stage "test"; flows.yaml declares dev and prod` {
		t.Errorf("an unknown stage: %v", err)
	}
}

// A folder with a mistake is not served; the error is its line.
func TestStart_Refuses(t *testing.T) {
	l := languages[0]
	for name, c := range map[string]struct{ file, content, want string }{
		"flows":           {folder.FlowsFile, "flows: 1\n", "flows.yaml:1:8: flows: must be a list"},
		"hooks":           {l.hooks, "import nowhere\n", "hooks/handler.py:1: Unable to import module 'handler': No module named 'nowhere'"},
		"a flow":          {folder.FlowsFile, flowsFile + secondFlow, `flows.yaml:6:5: flows[1].hooks: hooks/ has no hooks for flow "second"`},
		"a strategy":      {l.strategy, "x = y\n", "vault/vault.py:1: NameError: name 'y' is not defined"},
		"a right":         {folder.TemplateFile, l.template + "  Table: {Type: AWS::DynamoDB::Table}\n", "template.yaml:9"},
		"an intrinsic":    {folder.TemplateFile, l.template + "  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !ImportValue x}}\n", "template.yaml:9: Resources.Queue: intrinsic function ImportValue is not supported"},
		"a needed stream": {folder.TemplateFile, strings.Replace(l.template, "Handler: handler.handler", "Handler: handler.handler, Environment: {Variables: {S: !Ref Stream}}", 1) + "  Stream: {Type: AWS::Kinesis::Stream}\n", "template.yaml:2: Resources.HooksFunction: Stream is needed here"},
	} {
		t.Run(name, func(t *testing.T) {
			tm := newTeam(t, l)
			tm.write(c.file, c.content)
			if err := tm.start(); err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if left, _ := filepath.Glob(filepath.Join(tm.dir, folder.Made, "served", "*")); len(left) > 0 {
				t.Errorf("left %v", left)
			}
		})
	}
}
