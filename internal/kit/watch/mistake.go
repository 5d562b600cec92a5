package watch

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
	"github.com/fasttrack-dev/fasttrack/internal/kit/pack"
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

// explainStart says why a function does not start, and in which line of the team's.
func (s *Served) explainStart(failed *lambda.InitError) error {
	fn := s.named(failed.Function)
	if fn == nil {
		return failed // a function of the engine
	}
	return pack.Mistake(s.folder, fn.Function, fn.tried, failed)
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
