package internal_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rooms are the packages of the engine, from the ground up.
var rooms = []string{"strictjson", "run", "hookapi", "engine", "engine/stepfn"}

// vocabulary is what only some of the rooms may speak of, in code and comments:
// words in lower case, and those rooms.
var vocabulary = []struct {
	of    string
	words []string
	rooms []string
}{
	{"Step Functions", []string{"states.", "step functions", "stepfunctions", "task token", "tasktoken", "sendtask", "25,000", "25_000", "256 kib", "resultpath"}, []string{"engine/stepfn"}},
	{"Lambda", []string{"lambda", "sandbox.", "errormessage", "errortype"}, []string{"engine/stepfn"}},
	{"DynamoDB", []string{"dynamodb", "400 kb", "409,600", "write unit"}, nil},
}

// misplaced returns the words in a text that its room may not use.
func misplaced(room, text string) []string {
	text = strings.ToLower(text)
	var out []string
	for _, v := range vocabulary {
		for _, word := range v.words {
			if strings.Contains(text, word) && !slices.Contains(v.rooms, room) {
				out = append(out, fmt.Sprintf("%q, a word of %s", word, v.of))
			}
		}
	}
	return out
}

// A room that speaks of a service depends on it as surely as one that imports it.
func TestRoomsKeepTheirVocabulary(t *testing.T) {
	for _, room := range rooms {
		files, err := filepath.Glob(filepath.Join(room, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files (%v)", room, len(files), err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue // a test may play the state machine
			}
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for line := range strings.Lines(string(raw)) {
				n++
				for _, why := range misplaced(room, line) {
					t.Errorf("%s:%d: %s", file, n, why)
				}
			}
		}
	}
}

func TestMisplacedWordsAreFound(t *testing.T) {
	for _, tc := range []struct {
		room, line string
		found      int
	}{
		{"engine", `case "States.Timeout":`, 1},
		{"engine/stepfn", `case "States.Timeout":`, 0},
		{"run", "// an item of DynamoDB may have 400 KB", 2},
		{"engine/stepfn", "// an item of DynamoDB", 1},
		{"hookapi", `"Lambda.TooManyRequestsException"`, 1},
		{"engine", "// the state machine waits until it is woken", 0},
	} {
		if got := misplaced(tc.room, tc.line); len(got) != tc.found {
			t.Errorf("%s in %s: got %v, want %d words", tc.line, tc.room, got, tc.found)
		}
	}
}
