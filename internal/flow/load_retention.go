package flow

import (
	"regexp"
	"strconv"
	"sync"

	"go.yaml.in/yaml/v4"
)

// The bounds of a retention, in days. Actions of people are kept for 30 days from
// when they are made, so a request that may be deleted has none left.
const (
	minRetentionDays = 30
	maxRetentionDays = 3660
)

var days = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:([0-9]{1,4})d|P([0-9]{1,4})D)$`)
})

// retention reads how long requests are kept that are over: 400d or P400D.
func (r *reader) retention(n *yaml.Node, path string, f *Flow) {
	text := ""
	before := len(r.errs.List)
	r.text(&text, 20)(n, path)
	if len(r.errs.List) > before {
		return
	}
	found := days().FindStringSubmatch(text)
	if found == nil {
		r.fail(n, path, "must be a number of days, such as 400d; got %q", clip(text))
		return
	}
	number, err := strconv.Atoi(found[1] + found[2])
	if err != nil || number < minRetentionDays || number > maxRetentionDays {
		r.fail(n, path, "must be %dd to %dd, got %q", minRetentionDays, maxRetentionDays, clip(text))
		return
	}
	f.RetentionSeconds = number * 24 * 3600
}
