package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// promptWhen prompts for an emergency, where the caller may break the glass, and else for
// the start, where the flow lets a request say one. Neither is required. What flags say is
// not prompted for.
func (f form) promptWhen(p *prompter, body *api.CreateInput, zone string) error {
	if f.BreakGlass != nil && !body.BreakGlass && body.StartsAt.IsZero() {
		if err := p.until("Break glass: access at once, reviewed afterwards (yes; empty for no)", func(typed string) error {
			switch strings.ToLower(typed) {
			case "", "n", "no":
				return nil
			case "y", "yes":
				body.BreakGlass = true
				return nil
			}
			return notAccepted("Type yes or no.")
		}); err != nil {
			return err
		}
	}
	if f.Rules.StartsWithinSeconds == 0 || body.BreakGlass || !body.StartsAt.IsZero() {
		return nil
	}
	within := time.Duration(f.Rules.StartsWithinSeconds) * time.Second
	return p.until("Start, such as 2026-12-24 09:00 (empty for once it is approved)", func(typed string) error {
		start, err := readStart(typed, zone)
		if err != nil {
			return notAccepted(strings.TrimPrefix(err.Error(), "--starts-at: "))
		}
		if !start.IsZero() && time.Until(start) > within {
			return notAccepted(fmt.Sprintf("At most %s ahead.", within))
		}
		body.StartsAt = start
		return nil
	})
}

// askAll prompts for all that is required and missing, and for when access is to start.
func (f form) askAll(p *prompter, body *api.CreateInput, zone string, search func(field, query string) (api.OptionList, error)) error {
	if err := f.promptWhen(p, body, zone); err != nil {
		return err
	}
	if b := f.BreakGlass; body.BreakGlass && b != nil && b.MaxDurationSeconds > 0 {
		f.DurationsSeconds = slices.DeleteFunc(slices.Clone(f.DurationsSeconds), func(d int) bool { return d > b.MaxDurationSeconds })
	}
	if err := f.ask(p, body, search); err != nil {
		return err
	}
	var err error
	if body.BreakGlass && text.Blank(body.Reason) {
		body.Reason, err = p.reason()
	}
	return err
}
