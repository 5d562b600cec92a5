package newcomer_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pages are those whose commands TestNewcomer types.
var pages = []string{"start.md", "kit.md", "upgrade.md"}

// notTyped are the commands that a page names in its text and that TestNewcomer does not
// type, each with the reason.
var notTyped = map[string]string{
	"fasttrack deploy -- --config-env prod": "needs a second stack; the arguments after -- go to the SAM CLI as they are",
	"fasttrack init approvals --ci github":  "begins a second repository: internal/cli/testdata/init.txtar types it",
	"fasttrack flows show --stage prod":     "needs a flows.yaml with stages: internal/cli/testdata/flows_show.txtar types it",
	"fasttrack upgrade v1.3.0":              "the newest version, to which the page's own command goes; `fasttrack upgrade v1.2.0` is typed",
	"fasttrack has no version v9.9.9":       "a message: internal/kit/upgrade tests it",
	"go build":                              "fasttrack local runs it",
	"go get":                                "fasttrack upgrade runs it",
	"go test ./...":                         "fasttrack test runs it",
	"go test -run '^$' -bench Reload -benchtime 10x ./internal/kit/watch": "measures this repository: `make kit` runs it",
	"make release-check":                "tests this repository",
	"make check":                        "needs addresses that are nobody's example: both commands that it runs are typed",
	"npm run":                           "an npm script by any name: `npm install` and `npm test` are typed",
	"pip install aws-sam-cli":           "the tests have the SAM CLI already",
	"sam build":                         "not needed, as the page says",
	"sam deploy":                        "fasttrack deploy runs it",
	"sam deploy --no-execute-changeset": "fasttrack upgrade --change-set runs it, with what fasttrack deploy runs",
	"sam validate":                      "`make lint` runs it; the page says what it doesn't find",
}

var (
	// program begins a command line that somebody types.
	program = regexp.MustCompile(`^(\$ )?(fasttrack|go|make|npm|npx|pip|pip3|python3|sam|aws|cd) [a-z./-]`)
	inline  = regexp.MustCompile("`([^`]+)`")
	fence   = regexp.MustCompile("(?ms)^```([^\n]*)\n(.*?)^```")
)

// Each command of the pages is typed: it is in a block of "sh", or stands in the text and
// is the beginning of a line of one. Else the list says why not.
func TestPages_EachCommand(t *testing.T) {
	var typed []string
	texts := map[string]string{}
	for _, page := range pages {
		for _, b := range read(t, page) {
			for line := range strings.Lines(b.text) {
				line = strings.TrimSpace(line)
				typed = append(typed, line, strings.TrimPrefix(line, "go tool "), strings.TrimPrefix(line, "npx "))
			}
		}
		raw, err := os.ReadFile("../../docs/" + page)
		if err != nil {
			t.Fatal(err)
		}
		texts[page] = string(raw)
	}
	isTyped := func(command string) bool {
		return slices.ContainsFunc(typed, func(line string) bool { return line == command || strings.HasPrefix(line, command+" ") })
	}
	named := map[string]bool{}
	for page, text := range texts {
		for _, block := range fence.FindAllStringSubmatch(text, -1) {
			kind, _, _ := strings.Cut(block[1], " ")
			if kind == "" {
				t.Errorf("docs/%s: this block must say what it is: sh for commands, text for what they print:\n%s", page, block[2])
			}
			for line := range strings.Lines(block[2]) {
				if kind != "sh" && program.MatchString(line) {
					t.Errorf("docs/%s: no test types %q: it is in a block of %q, and must be in one of sh", page, strings.TrimSpace(line), kind)
				}
			}
		}
		for _, found := range inline.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
			command := found[1]
			if !program.MatchString(command) {
				continue
			}
			if named[command] = true; !isTyped(command) && notTyped[command] == "" {
				t.Errorf("docs/%s: no block of sh has %q: add one, or say in notTyped why no test types it", page, command)
			}
		}
	}
	for command := range notTyped {
		if !named[command] {
			t.Errorf("notTyped has %q, which no page names", command)
		}
		if isTyped(command) {
			t.Errorf("notTyped has %q, which is typed", command)
		}
	}
}
