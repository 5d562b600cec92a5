package newcomer_test

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// block is a fenced block of commands of a page, with the output that the page shows
// after it.
type block struct {
	line int
	// section is the heading above it.
	section string
	text    string
	// words follow "sh" in the fence: "go", "python" or "node" has only a team of that
	// language run it, "background" keeps it running, "as NAME" runs it as that person.
	words []string
	// shows are the lines of a block of "text" right after it. Each must be printed, in
	// order; … stands for anything.
	shows []string
}

// commands returns the blocks of a page that a reader runs: those that begin with ```sh.
func commands(page string) []block {
	var blocks []block
	var open *block
	var fence string // the info of the fence that is open; "" for none
	after := false   // no text since the last block
	number, section := 0, ""
	for scanner := bufio.NewScanner(strings.NewReader(page)); scanner.Scan(); {
		number++
		line := scanner.Text()
		info, isFence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case isFence && fence == "":
			words := strings.Fields(info)
			fence, open = "other", nil
			switch {
			case len(words) > 0 && words[0] == "sh":
				blocks = append(blocks, block{line: number + 1, section: section, words: words[1:]})
				fence, open = "sh", &blocks[len(blocks)-1]
			case len(words) > 0 && words[0] == "text" && after:
				fence, open = "text", &blocks[len(blocks)-1]
			}
		case isFence:
			after = fence == "sh"
			fence, open = "", nil
		case fence == "sh":
			open.text += line + "\n"
		case fence == "text":
			open.shows = append(open.shows, line)
		case fence == "" && strings.HasPrefix(line, "#"):
			section = strings.TrimSpace(strings.TrimLeft(line, "#"))
			after = false
		case fence == "" && strings.TrimSpace(line) != "":
			after = false
		}
	}
	return blocks
}

// forTeam reports whether a team of a language runs the block.
func (b block) forTeam(language string) bool {
	for _, other := range []string{"go", "python", "node"} {
		if other != language && slices.Contains(b.words, other) && !slices.Contains(b.words, language) {
			return false
		}
	}
	return true
}

// background reports whether the block goes on while the next ones are typed.
func (b block) background() bool { return slices.Contains(b.words, "background") }

// as returns the name in "as NAME", or "".
func (b block) as() string {
	if i := slices.Index(b.words, "as"); i >= 0 && i+1 < len(b.words) {
		return b.words[i+1]
	}
	return ""
}

// missing returns the first line that the output lacks, in order.
func missing(shows []string, output string) string {
	lines := strings.Split(output, "\n")
	for _, want := range shows {
		parts := strings.Split(strings.TrimSpace(want), "…")
		at := slices.IndexFunc(lines, func(line string) bool {
			for _, part := range parts {
				_, rest, found := strings.Cut(line, part)
				if !found {
					return false
				}
				line = rest
			}
			return true
		})
		if at < 0 {
			return want
		}
		lines = lines[at+1:]
	}
	return ""
}

func TestCommands(t *testing.T) {
	got := commands("# Page\n\n```sh\na\nb\n```\n\n```text\nsays … it\n```\n\n```yaml\n# x\n```\n\n## More\n\n```text\nnot after commands\n```\n\n```sh python node as grace background\nc\n```\n")
	want := []block{
		{line: 4, section: "Page", text: "a\nb\n", shows: []string{"says … it"}},
		{line: 23, section: "More", text: "c\n", words: []string{"python", "node", "as", "grace", "background"}},
	}
	for i := range got {
		if len(got[i].words) == 0 {
			got[i].words = nil
		}
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(block{})); diff != "" {
		t.Fatalf("blocks (-want +got):\n%s", diff)
	}
	if last := got[1]; last.forTeam("go") || !last.forTeam("python") || !last.forTeam("node") || last.as() != "grace" || !last.background() {
		t.Errorf("%+v is for python and node, as grace", last)
	}
}

func TestMissing(t *testing.T) {
	const output = "one\ntwo: 017 approved\nthree\n"
	for _, c := range []struct{ shows, want string }{
		{"one", ""}, {"two: … approved\nthree", ""}, {"three\none", "one"}, {"four", "four"}, {"two: … denied", "two: … denied"},
	} {
		if got := missing(strings.Split(c.shows, "\n"), output); got != c.want {
			t.Errorf("%q lacks %q, want %q", c.shows, got, c.want)
		}
	}
}

// read returns the commands of a page of docs.
func read(t *testing.T, name string) []block {
	t.Helper()
	raw, err := os.ReadFile("../../docs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	blocks := commands(string(raw))
	if len(blocks) == 0 {
		t.Fatalf("%s has no commands", name)
	}
	return blocks
}
