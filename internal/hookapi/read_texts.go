package hookapi

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

func (a *Response) readErrors(value json.RawMessage) error {
	var errs []run.HookError
	if err := a.read(value, &errs); err != nil {
		return err
	}
	for _, e := range errs {
		if !run.KnownHook(e.Hook) {
			return fmt.Errorf("%q is not a hook", e.Hook)
		}
		why := strings.TrimSpace(e.Error)
		if text.Blank(why) {
			why = "failed without saying why"
		}
		a.Fail(run.HookName(e.Hook), "failed: %s", why)
	}
	return nil
}

func (a *Response) readChecks(value json.RawMessage) ([]run.Check, error) {
	var checks []run.Check
	if err := a.read(value, &checks); err != nil {
		return nil, err
	}
	if len(checks) > maxChecks {
		return nil, fmt.Errorf("%d of them, more than %d", len(checks), maxChecks)
	}
	for i := range checks {
		c := &checks[i]
		if c.Name == "" {
			return nil, fmt.Errorf("[%d]: it has no name", i)
		}
		c.Name, c.Detail = text.Reveal(c.Name), text.Reveal(c.Detail)
		if err := text.CheckLine(c.Name, maxCheckText); err != nil {
			return nil, fmt.Errorf("[%d]: name: %w", i, err)
		}
		if err := text.CheckLines(c.Detail, maxCheckText); err != nil {
			return nil, fmt.Errorf("[%d]: detail: %w", i, err)
		}
	}
	return checks, nil
}

// readWords reads what a hook says to people. A hook often quotes what it looked
// up, so an invisible character is shown as a replacement character and does not
// fail the hook. A text of nothing else is none.
func readWords(value json.RawMessage, into *string) error {
	if err := strictjson.Decode(value, into); err != nil {
		return err
	}
	if text.Blank(*into) {
		*into = ""
	}
	*into = text.Reveal(*into)
	return text.CheckLines(*into, run.MaxReason)
}

func readLine(value json.RawMessage, into *string, limit int) error {
	if err := strictjson.Decode(value, into); err != nil {
		return err
	}
	return text.CheckLine(*into, limit)
}
