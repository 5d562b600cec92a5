// Package operations holds docs/operations.md against the template.
package operations

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

type template struct {
	Parameters map[string]struct {
		Default string `yaml:"Default"`
	} `yaml:"Parameters"`
	Resources map[string]struct {
		Type       string `yaml:"Type"`
		Properties struct {
			AlarmActions     yaml.Node `yaml:"AlarmActions"`
			AlarmDescription string    `yaml:"AlarmDescription"`
		} `yaml:"Properties"`
	} `yaml:"Resources"`
}

func readTemplate(t *testing.T) template {
	t.Helper()
	var s template
	raw, err := os.ReadFile("../../template.yaml")
	if err == nil {
		err = yaml.Unmarshal(raw, &s)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// section is what the page says under a heading, up to the next.
func section(t *testing.T, heading string) string {
	t.Helper()
	raw, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(raw), "\n## "+heading+"\n")
	if !found {
		t.Fatalf("docs/operations.md has no section %q", heading)
	}
	text, _, _ := strings.Cut(rest, "\n## ")
	return text
}

// rows are the first cells of the section's tables, without their heads.
func rows(text string) map[string][]string {
	found := map[string][]string{}
	for _, line := range regexp.MustCompile(`(?m)^\| ([^|\n]+) \|(.*)\|$`).FindAllStringSubmatch(text, -1) {
		for _, name := range strings.Split(strings.ReplaceAll(line[1], "`", ""), ", ") {
			found[name] = strings.Split(strings.TrimSpace(line[2]), " | ")
		}
	}
	return found
}

// Each alarm has its line, which says what it means and what to do, and goes to
// the topic; each line is an alarm's.
func TestEachAlarmIsExplained(t *testing.T) {
	lines := rows(section(t, "Alarms"))
	delete(lines, "alarm")
	for id, r := range readTemplate(t).Resources {
		if r.Type != "AWS::CloudWatch::Alarm" {
			continue
		}
		name := strings.TrimSuffix(id, "Alarm")
		cells, there := lines[name]
		delete(lines, name)
		if !there || len(cells) != 2 || slices.ContainsFunc(cells, func(c string) bool { return len(c) < 10 }) {
			t.Errorf("docs/operations.md doesn't say what alarm %s means and what to do", name)
		}
		if a := r.Properties.AlarmActions; a.Tag != "!If" || len(a.Content) != 3 || a.Content[0].Value != "HasAlarmTopic" {
			t.Errorf("alarm %s doesn't go to the topic", name)
		}
		if r.Properties.AlarmDescription == "" {
			t.Errorf("alarm %s says nothing to who gets it", name)
		}
	}
	for name := range lines {
		t.Errorf("docs/operations.md explains alarm %s, which is not in the template", name)
	}
}

// Each parameter has its line, with its default.
func TestEachParameterIsExplained(t *testing.T) {
	lines := rows(section(t, "Deploy"))
	delete(lines, "parameter")
	for name, p := range readTemplate(t).Parameters {
		cells, there := lines[name]
		delete(lines, name)
		if !there {
			t.Errorf("docs/operations.md doesn't say what parameter %s is for", name)
			continue
		}
		if p.Default != "" && !strings.Contains(cells[0], p.Default) && !strings.Contains(p.Default, "true") {
			t.Errorf("docs/operations.md says %q of the default of %s, which is %s", cells[0], name, p.Default)
		}
	}
	for name := range lines {
		t.Errorf("docs/operations.md explains parameter %s, which is not in the template", name)
	}
}
