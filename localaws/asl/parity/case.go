// Package parity compares the interpreter of state machines with AWS Step Functions and
// other interpreters: it runs cases of a definition, an input and AWS's outcome.
package parity

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Case is one definition with an input, and what it has to come to.
type Case struct {
	// Name is the file's, a slash, and the case's own.
	Name string `json:"name"`
	// Definition may name functions as ${F}; Machine is a file to take it from.
	Definition json.RawMessage `json:"definition"`
	Machine    string          `json:"machine"`
	// Named replaces placeholders of the file by others of a case.
	Named map[string]string `json:"named"`
	// Type is STANDARD if empty.
	Type string `json:"type"`
	// Child is the definition of a Standard machine that the definition names as
	// ${Child}.
	Child json.RawMessage `json:"child"`
	Input json.RawMessage `json:"input"`
	// Tasks are what each function answers, call by call; the last answer is
	// that to all further calls.
	Tasks map[string][]Answer `json:"tasks"`
	// Hurry replaces parts of the definition where time is real; Lacking
	// replaces what an engine lacks, by its name, so that the rest is compared.
	Hurry   map[string]string            `json:"hurry"`
	Lacking map[string]map[string]string `json:"lacking"`

	// Refused is where in the definition the interpreter finds the mistake for
	// which the service refuses it; then nothing runs.
	Refused string `json:"refused"`
	// Status is SUCCEEDED if empty.
	Status string  `json:"status"`
	Output any     `json:"output"`
	Error  *string `json:"error"`
	Cause  *string `json:"cause"`
	// States are the states in order.
	States string `json:"states"`
	// Follows is, for each event of the history, the one before it in its line;
	// nil where that is not compared.
	Follows []int64 `json:"follows"`
	// Takes is for how many seconds it runs, if compared.
	Takes *float64 `json:"takes"`
	// Why is where it is written that this is right.
	Why string `json:"why"`
}

// Load reads the cases of all files of a folder; the files are lists of cases.
func Load(folder string) ([]Case, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		return nil, err
	}
	var all []Case
	seen := map[string]bool{}
	for _, file := range files {
		var cases []Case
		if err := Read(file, &cases); err != nil {
			return nil, err
		}
		topic := strings.TrimSuffix(filepath.Base(file), ".yaml")
		for _, c := range cases {
			c.Name = topic + "/" + c.Name
			if err := c.complete(folder); err != nil {
				return nil, fmt.Errorf("%s: %w", c.Name, err)
			}
			if seen[c.Name] {
				return nil, fmt.Errorf("duplicate case %s", c.Name)
			}
			seen[c.Name] = true
			all = append(all, c)
		}
	}
	return all, nil
}

// Read reads a YAML file by JSON names; an unknown member is an error.
func Read(file string, into any) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var tree any
	if err := yaml.Unmarshal(raw, &tree); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if raw, err = json.Marshal(tree); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

func (c *Case) complete(folder string) error {
	if c.Machine != "" {
		raw, err := os.ReadFile(filepath.Join(folder, c.Machine))
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := json.Compact(&b, raw); err != nil {
			return err
		}
		c.Definition = b.Bytes()
		for name, is := range c.Named {
			c.Definition = bytes.ReplaceAll(c.Definition, []byte("${"+name+"}"), []byte("${"+is+"}"))
		}
	}
	if c.Status == "" {
		c.Status = "SUCCEEDED"
	}
	if c.Type == "" {
		c.Type = standard
	}
	if c.Input == nil {
		c.Input = json.RawMessage("{}")
	}
	switch {
	case c.Definition == nil:
		return fmt.Errorf("definition is missing")
	case c.Refused != "":
	case c.States == "":
		return fmt.Errorf("states is missing")
	case c.Status == "FAILED" && c.Error == nil:
		return fmt.Errorf("status FAILED needs an error")
	}
	return nil
}

// Story is the list of states that a case is to come to, in the form of
// [Outcome.States]. In the text, "A" is entered and left, "A!" is entered alone,
// and what stands between "P[" and "]" is between P's being entered and left;
// with "]!" it isn't left.
func (c Case) Story() []string {
	var out, open []string
	for _, word := range strings.Fields(c.States) {
		name := strings.TrimRight(word, "!")
		switch {
		case strings.HasSuffix(word, "["):
			name = strings.TrimSuffix(word, "[")
			open = append(open, name)
			out = append(out, "+"+name)
			continue
		case name == "]":
			name = open[len(open)-1]
			open = open[:len(open)-1]
		default:
			out = append(out, "+"+name)
		}
		if !strings.HasSuffix(word, "!") {
			out = append(out, "-"+name)
		}
	}
	return out
}

// With returns a text of the case with an ARN for each ${F} and for ${Child}, in the
// partition aws.
func (c Case) With(text []byte, arn func(function string) string) string {
	s := strings.ReplaceAll(string(text), "${Partition}", "aws")
	if c.Child != nil {
		name := arn("Child")
		name = name[strings.LastIndex(name, ":")+1:]
		s = strings.ReplaceAll(s, "${Child}", "arn:aws:states:us-east-1:123456789012:stateMachine:"+name)
	}
	for function := range c.Tasks {
		s = strings.ReplaceAll(s, "${"+function+"}", arn(function))
	}
	return s
}

// on is the definition for an engine where time is real.
func (c Case) on(engine string) []byte {
	s := string(c.Definition)
	for _, replaced := range []map[string]string{c.Hurry, c.Lacking[engine]} {
		for from, to := range replaced {
			s = strings.ReplaceAll(s, from, to)
		}
	}
	return []byte(s)
}
