package pack

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
)

// Where a frame of a stack trace is, in Python and in Node.js.
var (
	pythonFrame = regexp.MustCompile(`File "([^"]+)",? [Ll]ine (\d+)`)
	nodeFrame   = regexp.MustCompile(`(?:file://)?(/[^\s():]+):(\d+)`)
)

// syntaxError is how Lambda's Python reports a syntax error; the place is said before it.
var syntaxError = regexp.MustCompile(`^Syntax error in module '[^']*': (.*) \([^()]*, line \d+\)$`)

// Mistake returns why a function that was staged in a folder does not start, as one line
// that names the file in the team's folder.
func Mistake(f *folder.Folder, fn folder.Function, staged string, failed *lambda.InitError) error {
	message := syntaxError.ReplaceAllString(failed.Message, "SyntaxError: $1")
	if !strings.HasPrefix(failed.Type, "Runtime.") {
		message = failed.Type + ": " + message
	}
	if fn.Language == folder.Go {
		if _, what, is := strings.Cut(message, "Error: "); is {
			message = what
		}
		return fmt.Errorf("%s: the function does not start: %s; what it prints is above", fn.Code, message)
	}
	if at, err := filepath.Abs(staged); err == nil {
		staged = at
	}
	place := fn.Code
	frame, frames := nodeFrame, failed.Node
	if fn.Language == folder.Python {
		frame, frames = pythonFrame, failed.Python
	}
	for _, text := range frames {
		at := frame.FindStringSubmatch(text)
		if at == nil {
			continue
		}
		if name, own := source(f, fn, staged, at[1]); own {
			place = name + ":" + at[2]
			if fn.Language == folder.Node {
				break // the innermost is first
			}
		}
	}
	message = strings.NewReplacer("file://"+staged, fn.Code, staged, fn.Code).Replace(message)
	return errors.New(place + ": " + strings.Join(strings.Fields(message), " "))
}

// source returns the path of a staged file as it is in the team's folder, and whether it
// is there.
func source(f *folder.Folder, fn folder.Function, staged, file string) (name string, own bool) {
	rel, err := filepath.Rel(staged, file)
	if err != nil || !filepath.IsLocal(rel) || strings.Contains(file, nodeModules) {
		return "", false
	}
	name = path.Join(fn.Code, filepath.ToSlash(rel))
	info, err := os.Stat(f.Path(name))
	return name, err == nil && info.Mode().IsRegular()
}
