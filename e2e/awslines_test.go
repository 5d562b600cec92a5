package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/internal/pypi"
	"github.com/fasttrack-dev/fasttrack/internal/strategy/mototest"
	"github.com/fasttrack-dev/fasttrack/localaws"
)

// notRun marks a command that no test runs, with the reason, on the line before.
const notRun = "# not run by a test: "

// awsUnit is a block, or a span of code in a sentence, with commands of the AWS
// command line.
type awsUnit struct{ place, text string }

var (
	awsCommand  = regexp.MustCompile(`(?m)(?:^|[|;(]|\bdo|[A-Z_]+=\S+)\s*aws ((?:--endpoint-url \S+ )?[a-z][a-z0-9-]+ [a-z][a-z-]+)`)
	codeSpan    = regexp.MustCompile("`([^`\n]+)`")
	endpointArg = regexp.MustCompile(`--endpoint-url \S+ `)
)

// operations are the commands of a unit, such as "dynamodb scan, dynamodb put-item".
func (u awsUnit) operations() string {
	var all []string
	for _, m := range awsCommand.FindAllStringSubmatch(u.text, -1) {
		all = append(all, endpointArg.ReplaceAllString(m[1], ""))
	}
	return strings.Join(all, ", ")
}

// unitsOf reads a page. What is indented, as in a list, is as it is without that.
func unitsOf(page, text string) (units []awsUnit) {
	var block []string
	fenced := false
	for i, line := range strings.Split(text, "\n") {
		bare := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(bare, "```"):
			if u := (awsUnit{fmt.Sprintf("%s:%d", page, i+1-len(block)), strings.Join(block, "\n") + "\n"}); fenced && u.operations() != "" {
				units = append(units, u)
			}
			fenced, block = !fenced, nil
		case fenced:
			block = append(block, bare)
		default:
			for _, m := range codeSpan.FindAllStringSubmatch(line, -1) {
				if u := (awsUnit{fmt.Sprintf("%s:%d", page, i+1), m[1] + "\n"}); u.operations() != "" {
					units = append(units, u)
				}
			}
		}
	}
	return units
}

// awsUnits are those of all pages for people.
func awsUnits(t *testing.T) (units []awsUnit) {
	t.Helper()
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	examples, err := filepath.Glob("../examples/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(append(pages, examples...), "../README.md") {
		raw, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		units = append(units, unitsOf(strings.TrimPrefix(page, "../"), string(raw))...)
	}
	return units
}

// awsWorld is where the commands run: names stand for those in the docs.
type awsWorld struct {
	env   []string
	names []string
}

// run has bash run a unit, without what is not the AWS command line's.
func (w awsWorld) run(t *testing.T, dir, script string, names ...string) string {
	t.Helper()
	lines := slices.DeleteFunc(strings.Split(script, "\n"), func(line string) bool {
		word, _, _ := strings.Cut(line, " ")
		return word == "fasttrack" || word == "make" || word == "sam" || word == "$"
	})
	script = named(strings.Join(lines, "\n"), append(slices.Clone(names), w.names...))
	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", script)
	cmd.Env, cmd.Dir = w.env, dir
	var out, messages bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &messages
	if err := cmd.Run(); err != nil {
		t.Errorf("%v: %s\n%s%s", err, script, out.Bytes(), messages.Bytes())
	}
	return out.String()
}

// named replaces whole words, in pairs; the first that is there counts.
func named(script string, names []string) string {
	var forms []string
	stands := map[string]string{}
	for i := 0; i < len(names); i += 2 {
		if _, there := stands[names[i]]; !there {
			forms, stands[names[i]] = append(forms, regexp.QuoteMeta(names[i])), names[i+1]
		}
	}
	return regexp.MustCompile(`\b(`+strings.Join(forms, "|")+`)\b`).ReplaceAllStringFunc(script, func(word string) string { return stands[word] })
}

// deployedAWSLines runs on a deployed stack the units that a test runs there, as they are
// written.
func deployedAWSLines(t *testing.T, endpoint string) {
	t.Helper()
	venv, err := pypi.AWS()
	if err != nil {
		t.Fatal(err)
	}
	socket, bin := serveAWS(t, venv)
	w, ran := newAWSWorld(t, socket, bin, endpoint), 0
	for _, u := range awsUnits(t) {
		play := awsPlays[u.operations()]
		if play.deployed != t.Name() {
			continue
		}
		ran++
		if got := w.run(t, t.TempDir(), u.text); !strings.Contains(got, play.prints) {
			t.Errorf("%s prints\n%s\nwant %q", u.place, got, play.prints)
		}
	}
	if ran == 0 {
		t.Error("the docs have none of its commands")
	}
}

// newAWSWorld returns where commands call the services of an endpoint.
func newAWSWorld(t *testing.T, socket, bin, endpoint string, names ...string) awsWorld {
	return awsWorld{
		env: []string{
			"PATH=" + bin + ":" + os.Getenv("PATH"), awsSocket + "=" + socket, "HOME=" + t.TempDir(), "AWS_ENDPOINT_URL=" + endpoint,
			"AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1", "AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local", "AWS_PAGER=", "AWS_MAX_ATTEMPTS=1",
		},
		names: append([]string{"http://127.0.0.1:8080/_aws", endpoint}, names...),
	}
}

// TestAWSLines runs every command of the AWS command line that the docs have, as it
// is written, on this machine's AWS or, where that does not have the service, on
// moto's.
func TestAWSLines(t *testing.T) {
	if emulated() {
		t.Skip("the emulator has fewer services; tests of deployed stacks run what it alone has")
	}
	units := awsUnits(t)
	if len(units) < 20 {
		t.Fatalf("the docs have %d places with commands", len(units))
	}
	used := map[string]bool{}
	units = slices.DeleteFunc(units, func(u awsUnit) bool {
		name := u.operations()
		play, known := awsPlays[name]
		marked := strings.Contains(u.text, notRun)
		if !known && !marked {
			t.Errorf("%s: no test runs %q: add it to awsPlays, or write %q and why above it", u.place, name, notRun)
		}
		used[name] = true
		return !known || marked || play.deployed != ""
	})
	for name := range awsPlays {
		if !used[name] {
			t.Errorf("the docs no longer have %q", name)
		}
	}
	venv, err := pypi.AWS()
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skipf("NOT TESTED WITH THE AWS COMMAND LINE: %v", err)
	}
	_, stack := serve(t, "HooksFunction", "../flows.yaml", localaws.Options{Parameters: map[string]string{"AuditDigest": "true"}})
	socket, bin := serveAWS(t, venv)
	here := newAWSWorld(t, socket, bin, stack.AWSURL(), "TABLE", stack.Template.Tables[0].Name)
	moto := newAWSWorld(t, socket, bin, mototest.Endpoint(t), "TABLE", "runs")
	for _, u := range units {
		name := u.operations()
		play := awsPlays[name]
		t.Run(name, func(t *testing.T) {
			w := here
			if play.moto {
				w = moto
			}
			dir := t.TempDir()
			if play.before != "" {
				w.run(t, dir, play.before, play.names...)
			}
			got := w.run(t, dir, u.text, play.names...)
			if !strings.Contains(got, play.prints) {
				t.Errorf("%s prints\n%s\nwant %q", u.place, got, play.prints)
			}
			if play.after != "" {
				if got := w.run(t, dir, play.after, play.names...); !strings.Contains(got, play.shows) || play.shows == "" && strings.TrimSpace(got) != "" {
					t.Errorf("%s: afterwards %s shows\n%s\nwant %q", u.place, play.after, got, play.shows)
				}
			}
		})
	}
}
