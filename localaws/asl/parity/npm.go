package parity

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// node runs a script of engines, which finds its packages in the folder npm,
// with JSON lines as its input, and passes each line of its output to read.
func node(ctx context.Context, npm, script string, lines []any, read func(line []byte) error) error {
	packages, err := filepath.Abs(filepath.Join(npm, "node_modules"))
	if err != nil {
		return err
	}
	var in bytes.Buffer
	for _, line := range lines {
		raw, err := json.Marshal(line)
		if err != nil {
			return err
		}
		in.Write(append(raw, '\n'))
	}
	cmd := exec.CommandContext(ctx, "node", script)
	cmd.Stdin, cmd.Env = &in, append(os.Environ(), "NODE_PATH="+packages)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(script), err, stderr.Bytes())
	}
	for line := range bytes.Lines(out) {
		if err := read(line); err != nil {
			return fmt.Errorf("%s: %w: %s", filepath.Base(script), err, line)
		}
	}
	return nil
}

// NPM runs cases on aws-local-stepfunctions, which is in the folder npm, by the
// script engines/states.js.
func NPM(ctx context.Context, npm, script string, cases []Case) (map[string]Outcome, error) {
	lines := make([]any, len(cases))
	for i, c := range cases {
		arn := func(function string) string { return "arn:aws:lambda:us-east-1:123456789012:function:" + function }
		lines[i] = map[string]any{
			"name": c.Name, "tasks": newScript(c, arn).left,
			"definition": json.RawMessage(c.With(c.on("aws-local-stepfunctions"), arn)), "input": json.RawMessage(c.With(c.Input, arn)),
		}
	}
	outcomes := map[string]Outcome{}
	err := node(ctx, npm, script, lines, func(line []byte) error {
		var o struct {
			Name string
			Outcome
		}
		if err := json.Unmarshal(line, &o); err != nil {
			return err
		}
		outcomes[o.Name] = o.Outcome
		return nil
	})
	return outcomes, err
}

// Definition is a definition for asl-validator.
type Definition struct {
	Name       string          `json:"name"`
	Definition json.RawMessage `json:"definition"`
}

// Validate runs asl-validator, in the folder npm, with the script engines/validate.js.
// It returns the reason why each definition is refused, "" if it is accepted.
func Validate(ctx context.Context, npm, script string, definitions []Definition) (map[string]string, error) {
	lines := make([]any, len(definitions))
	for i, d := range definitions {
		lines[i] = d
	}
	refused := map[string]string{}
	err := node(ctx, npm, script, lines, func(line []byte) error {
		var d struct{ Name, Refused string }
		if err := json.Unmarshal(line, &d); err != nil {
			return err
		}
		refused[d.Name] = d.Refused
		return nil
	})
	return refused, err
}

// Accepted is the definition with an ARN for each function.
func (c Case) Accepted() json.RawMessage {
	return json.RawMessage(c.With(c.Definition, func(function string) string {
		return "arn:aws:lambda:us-east-1:123456789012:function:" + function
	}))
}
