package flow

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/fields"
)

// UntilRevoked is the item of durations that lets access last until it is revoked, and the
// member of a request that asks for that.
const UntilRevoked = "until_revoked"

// The bounds of how often the holder of such access confirms it.
const (
	minConfirmEvery     = 7 * 24 * 3600
	maxConfirmEvery     = 180 * 24 * 3600
	defaultConfirmEvery = 90 * 24 * 3600
)

// untilRevoked reads an item of durations. It reports whether it says that access may last
// until it is revoked, or follows one that does.
func (r *reader) untilRevoked(item *yaml.Node, at string, f *Flow) bool {
	is := item.Kind == yaml.ScalarNode && item.Value == UntilRevoked
	switch {
	case is && f.UntilRevoked:
		r.fail(item, at, "appears twice")
	case is:
		f.UntilRevoked = true
	case f.UntilRevoked:
		r.fail(item, at, "must come before until_revoked: the first duration is the default, and access without an end is chosen")
	default:
		return false
	}
	return true
}

// confirmEvery reads how often access without an end is confirmed.
func (r *reader) confirmEvery(n *yaml.Node, path string, f *Flow) {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!str" {
		r.fail(n, path, "must be a number of days such as 90d, got %s", describe(n))
		return
	}
	seconds, err := ParseDuration(n.Value)
	if found := days().FindStringSubmatch(n.Value); found != nil {
		var number int
		if number, err = strconv.Atoi(found[1] + found[2]); err == nil {
			seconds = min(number, 1000) * 24 * 3600
		}
	}
	switch {
	case err != nil:
		r.fail(n, path, "must be a number of days such as 90d, got %q", clip(n.Value))
	case seconds < minConfirmEvery || seconds > maxConfirmEvery:
		r.fail(n, path, "must be 7d to 180d, got %q", clip(n.Value))
	default:
		f.ConfirmEverySeconds = seconds
	}
}

// untilRevokedAsAWhole checks what access without an end means for the rest of the flow.
func (r *reader) untilRevokedAsAWhole(path string, f *Flow, seen map[string]*yaml.Node) {
	if !f.UntilRevoked {
		if at := seen["confirm_every"]; at != nil {
			r.fail(at, join(path, "confirm_every"), "only access that lasts until it is revoked is confirmed: durations has no until_revoked")
		}
		return
	}
	if f.ConfirmEverySeconds == 0 {
		f.ConfirmEverySeconds = defaultConfirmEvery
	}
	if len(f.DurationsSeconds) > 0 || r.errorsIn(join(path, "durations")) {
		return
	}
	if at := seen["extend"]; at != nil {
		r.fail(at, join(path, "extend"), "until_revoked is the only duration: access without an end can't be extended")
	}
	for _, g := range r.glasses {
		r.fail(g.node, g.path, "until_revoked is the only duration, and access in an emergency has an end: durations needs another")
	}
}

// checkUntilRevoked returns how long access is requested for. endless reports that it lasts
// until it is revoked; seconds is then how often it is confirmed. wrong is what is wrong
// with a field.
func (f *Flow) checkUntilRevoked(asked *int, untilRevoked bool) (seconds int, endless bool, wrong FieldError) {
	fail := func(field, format string, args ...any) (int, bool, FieldError) {
		return 0, false, FieldError{Field: field, Detail: fmt.Sprintf(format, args...)}
	}
	only := f.Strategy != nil && f.UntilRevoked && len(f.DurationsSeconds) == 0
	switch {
	case untilRevoked && f.Strategy == nil:
		return fail(UntilRevoked, "the flow grants no access, so nothing lasts")
	case untilRevoked && !f.UntilRevoked:
		return fail(UntilRevoked, "the flow grants no access without an end (flows.yaml: durations)")
	case untilRevoked && asked != nil:
		return fail("duration_seconds", "must be absent with until_revoked")
	case only && asked != nil:
		return fail("duration_seconds", "must be absent: the flow grants access until it is revoked")
	case untilRevoked, only:
		return f.ConfirmEverySeconds, true, FieldError{}
	}
	detail := ""
	if seconds, detail = f.checkDuration(asked); detail != "" {
		return fail("duration_seconds", "%s", detail)
	}
	return seconds, false, FieldError{}
}

// durationNames are the durations as flows.yaml has them.
func (f *Flow) durationNames(spell func(int) string, endless string) []string {
	var all []string
	for _, seconds := range f.DurationsSeconds {
		all = append(all, spell(seconds))
	}
	if f.UntilRevoked {
		all = append(all, endless)
	}
	return all
}

// DurationNames are the durations as flows.yaml has them.
func (f *Flow) DurationNames() []string { return f.durationNames(fields.FormatDuration, UntilRevoked) }

// notHere says that a duration of access stands where none without an end can.
func notHere(value string) string {
	if !strings.EqualFold(value, UntilRevoked) {
		return ""
	}
	return "must be a time: until_revoked is allowed only in durations of a flow"
}
