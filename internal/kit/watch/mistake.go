package watch

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/localaws/lambda"
	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

// explain returns an error as the team's mistake, with the file and line in its folder.
func (s *Served) explain(err error) error {
	if failed, is := errors.AsType[*lambda.InitError](err); is {
		return s.explainStart(failed)
	}
	if wrong, is := errors.AsType[*template.Error](err); is {
		return s.explainTemplate(wrong)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("a function does not start within %s", startWithin)
	}
	return err
}

// explainTemplate names the line in the team's template in place of the one in the merged
// template.
func (s *Served) explainTemplate(wrong *template.Error) error {
	id, is := strings.CutPrefix(wrong.Where, "resource ")
	resources := folder.Member(s.folder.Root, "Resources")
	for i := 0; is && i+1 < len(resources.Content); i += 2 {
		if resources.Content[i].Value == id {
			return fmt.Errorf("%s:%d: Resources.%s: %s", folder.TemplateFile, resources.Content[i].Line, id, wrong.Message)
		}
	}
	return wrong
}

// Where a frame of a stack trace is, in Python and in Node.js.
var (
	pythonFrame = regexp.MustCompile(`File "([^"]+)",? [Ll]ine (\d+)`)
	nodeFrame   = regexp.MustCompile(`(?:file://)?(/[^\s():]+):(\d+)`)
)

// pythonSyntax is how Lambda's Python reports a syntax error; the place is said before it.
var pythonSyntax = regexp.MustCompile(`^Syntax error in module '[^']*': (.*) \([^()]*, line \d+\)$`)

// explainStart says why a function does not start, and in which line of the team's.
func (s *Served) explainStart(failed *lambda.InitError) error {
	fn := s.named(failed.Function)
	if fn == nil {
		return failed // a function of the engine
	}
	message := pythonSyntax.ReplaceAllString(failed.Message, "SyntaxError: $1")
	if !strings.HasPrefix(failed.Type, "Runtime.") {
		message = failed.Type + ": " + message
	}
	if fn.Language == folder.Go {
		_, what, _ := strings.Cut(message, "Error: ")
		return fmt.Errorf("%s: the function does not start: %s; what it prints is above", fn.Code, what)
	}
	place := ""
	frame, frames := nodeFrame, failed.Node
	if fn.Language == folder.Python {
		frame, frames = pythonFrame, failed.Python
	}
	for _, text := range frames {
		at := frame.FindStringSubmatch(text)
		if at == nil {
			continue
		}
		name, own := s.source(fn, at[1])
		if !own {
			continue
		}
		place = fmt.Sprintf("%s:%s: ", name, at[2])
		if fn.Language == folder.Node {
			break // the innermost is first
		}
	}
	message = strings.Join(strings.Fields(s.inFolder(fn, message)), " ")
	if place == "" {
		place = fn.Code + ": "
	}
	return errors.New(place + message)
}

// named returns the team's function of a name at Lambda.
func (s *Served) named(name string) *function {
	for _, fn := range s.functions {
		if s.names[fn.LogicalID] == name {
			return fn
		}
	}
	return nil
}

// source returns the path of a file of a function as it is in the team's folder, and
// whether it is the team's own.
func (s *Served) source(fn *function, path string) (name string, own bool) {
	rel, err := filepath.Rel(s.root, path)
	if err != nil || !filepath.IsLocal(rel) {
		return "", false
	}
	parts := strings.SplitN(filepath.ToSlash(rel), "/", 3) // the version, the function, the file
	if len(parts) < 3 || parts[1] != fn.LogicalID || strings.Contains(parts[2], "node_modules/") || !isFile(s.folder.Path(fn.Code+"/"+parts[2])) {
		return "", false
	}
	return strings.TrimPrefix(fn.Code+"/"+parts[2], "./"), true
}

// inFolder replaces the paths of a version by those in the team's folder.
func (s *Served) inFolder(fn *function, text string) string {
	version := regexp.MustCompile(`(?:file://)?` + regexp.QuoteMeta(filepath.ToSlash(s.root)) + `/\d+/` + regexp.QuoteMeta(fn.LogicalID))
	return version.ReplaceAllLiteralString(text, fn.Code)
}
