package cli

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/internal/fields"
	"github.com/fasttrack-dev/fasttrack/internal/flow"
	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// readDuration parses --duration.
func readDuration(duration string) (int, error) {
	seconds, err := flow.ParseDuration(duration)
	if err == nil && seconds < 1 {
		err = errors.New("must be at least 1s")
	}
	if err != nil {
		return 0, usageError{fmt.Errorf("--duration: %w", err)}
	}
	return seconds, nil
}

// check checks the flags by the API's own rules, whatever is still missing.
func (f form) check(body api.CreateInput, given []string) error {
	p := &api.Problem{Status: http.StatusBadRequest}
	fail := func(name, detail string) {
		if detail != "" {
			p.Errors = append(p.Errors, api.FieldError{Field: name, Detail: detail})
		}
	}
	evaluated := f.evaluated(body.Fields)
	for _, pair := range given {
		name, _, _ := strings.Cut(pair, "=")
		i := slices.IndexFunc(f.Fields, func(field api.Field) bool { return field.Name == name })
		if i < 0 {
			fail("--field "+name, "the flow has no such field"+didYouMean(name, f.fieldNames()))
			continue
		}
		wrong := f.wrong(f.Fields[i], body.Fields[name])
		if f.hidden(f.Fields[i], evaluated) {
			wrong = "shown only when " + fields.Of(f.Flow).Condition(f.Fields[i])
		}
		if !slices.ContainsFunc(p.Errors, func(e api.FieldError) bool { return e.Field == "--field "+name }) {
			fail("--field "+name, wrong)
		}
	}
	choices := durationsOf(f.Flow)
	switch {
	case body.UntilRevoked && !f.UntilRevoked:
		fail("--until-revoked", "the flow grants no access without an end")
	case body.DurationSeconds == 0 || slices.Contains(f.DurationsSeconds, body.DurationSeconds):
	case len(choices) == 0:
		fail("--duration", "the flow grants no access, so it takes no duration")
	default:
		fail("--duration", "must be one of "+strings.Join(choices, ", "))
	}
	if err := text.CheckLines(body.Reason, run.MaxReason); err != nil {
		fail("--reason", err.Error())
	}
	if len(p.Errors) > 0 {
		return refused{Problem: p}
	}
	return nil
}

func (f form) fieldNames() []string {
	names := make([]string, 0, len(f.Fields))
	for _, field := range f.Fields {
		names = append(names, field.Name)
	}
	return names
}
