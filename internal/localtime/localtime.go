// Package localtime reads times that people write, in a time zone. A time that the zone's
// clocks skip or show twice is an error that names the two times it may mean.
//
// It holds the time zone database, so that a machine needs none.
package localtime

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // for machines without a database
)

// layouts are how a local time may be written.
var layouts = []string{"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02T15:04:05"}

// Zone returns the time zone of a name, such as Europe/Berlin or UTC.
func Zone(name string) (*time.Location, error) {
	if strings.TrimSpace(name) != name || name == "" || strings.EqualFold(name, "local") {
		return nil, fmt.Errorf("unknown time zone %q; say one such as Europe/Berlin or UTC", name)
	}
	in, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("unknown time zone %q; say one such as Europe/Berlin or UTC", name)
	}
	return in, nil
}

// Parse reads a time: with an offset (RFC 3339), or as the clocks of a zone show it.
func Parse(s string, in *time.Location) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, s); err == nil {
		return at, nil
	}
	for _, layout := range layouts {
		wall, err := time.Parse(layout, s)
		if err == nil && wall.Format(layout) == s {
			return at(wall, in)
		}
	}
	return time.Time{}, errors.New("must be a time such as 2026-12-24 09:00, or with its offset, 2026-12-24T09:00:00+01:00")
}

// at returns when the clocks of a zone show what those of UTC show at wall.
func at(wall time.Time, in *time.Location) (time.Time, error) {
	near := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, in)
	from, to := near.ZoneBounds()
	zones := []time.Time{near}
	if !from.IsZero() {
		zones = append(zones, from.Add(-1))
	}
	if !to.IsZero() {
		zones = append(zones, to)
	}
	var shown, skipped []time.Time
	for _, other := range zones {
		_, offset := other.Zone()
		t := wall.Add(-time.Duration(offset) * time.Second).In(in)
		list := &skipped
		if _, is := t.Zone(); is == offset {
			list = &shown
		}
		if !slices.ContainsFunc(*list, t.Equal) {
			*list = append(*list, t)
		}
	}
	switch {
	case len(shown) == 1:
		return shown[0], nil
	case len(shown) > 1:
		return time.Time{}, fmt.Errorf("%s is twice in %s, since the clocks go back: say %s", wall.Format("2006-01-02 15:04"), in, either(shown))
	}
	return time.Time{}, fmt.Errorf("%s does not exist in %s, since the clocks go forward: say %s", wall.Format("2006-01-02 15:04"), in, either(nearest(skipped, near)))
}

// nearest returns the two times next to another, of those that a wall clock skips.
func nearest(all []time.Time, to time.Time) []time.Time {
	slices.SortFunc(all, func(a, b time.Time) int {
		x, y := a.Sub(to).Abs(), b.Sub(to).Abs()
		if x != y {
			return int(x - y)
		}
		return a.Compare(b)
	})
	return all[:min(2, len(all))]
}

func either(all []time.Time) string {
	slices.SortFunc(all, time.Time.Compare)
	said := make([]string, len(all))
	for i, t := range all {
		said[i] = t.Format(time.RFC3339)
	}
	return strings.Join(said, " or ")
}
