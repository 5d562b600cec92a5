package eventbridge

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// schedule is a schedule expression, rate(…) or cron(…)
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html).
type schedule interface {
	// next returns the first time after t; false after the last.
	next(t time.Time) (time.Time, bool)
}

var scheduleForm = regexp.MustCompile(`^(rate|cron)\(([^()]*)\)$`)

func parseSchedule(expression string) (schedule, error) {
	m := scheduleForm.FindStringSubmatch(expression)
	if m == nil {
		return nil, fmt.Errorf("schedule %q must be rate(…) or cron(…)", expression)
	}
	parse := parseCron
	if m[1] == "rate" {
		parse = parseRate
	}
	s, err := parse(m[2])
	if err != nil {
		return nil, fmt.Errorf("schedule %q: %w", expression, err)
	}
	return s, nil
}

// every repeats after a period, from when the rule was made.
type every time.Duration

func (e every) next(t time.Time) (time.Time, bool) { return t.Add(time.Duration(e)), true }

func parseRate(text string) (schedule, error) {
	number, unit, _ := strings.Cut(text, " ")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 {
		return nil, fmt.Errorf("a rate must be a whole number from 1 and a unit")
	}
	periods := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}
	period, ok := periods[strings.TrimSuffix(unit, "s")]
	// The service refuses "1 minutes" and "5 minute" too.
	if !ok || (n == 1) == strings.HasSuffix(unit, "s") {
		return nil, fmt.Errorf("%q is not minute(s), hour(s) or day(s), in the number's form", unit)
	}
	return every(time.Duration(n) * period), nil
}

// cron holds the values of each field, sorted; nil is any. Times are in UTC.
type cron struct {
	minutes, hours, days, months, weekdays, years []int
}

// cronFields are the fields in their order, with what they may hold.
var cronFields = []struct {
	name      string
	low, high int
	names     string // of low, low+1, …, each of three letters
}{
	{"minutes", 0, 59, ""},
	{"hours", 0, 23, ""},
	{"day of month", 1, 31, ""},
	{"month", 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"},
	{"day of week", 1, 7, "SUNMONTUEWEDTHUFRISAT"},
	{"year", 1970, 2199, ""},
}

func parseCron(text string) (schedule, error) {
	fields := strings.Fields(text)
	if len(fields) != len(cronFields) {
		return nil, fmt.Errorf("cron has six fields, not %d", len(fields))
	}
	if (fields[2] == "?") == (fields[4] == "?") {
		return nil, fmt.Errorf("either day of month or day of week must be ?")
	}
	var c cron
	for i, to := range []*[]int{&c.minutes, &c.hours, &c.days, &c.months, &c.weekdays, &c.years} {
		values, err := parseField(i, strings.ToUpper(fields[i]))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", cronFields[i].name, err)
		}
		*to = values
	}
	return c, nil
}

// parseField reads a list of values, ranges and steps. L, W and # are not
// understood here.
func parseField(i int, text string) ([]int, error) {
	f := cronFields[i]
	if text == "*" || (text == "?" && (i == 2 || i == 4)) {
		return nil, nil
	}
	var values []int
	for item := range strings.SplitSeq(text, ",") {
		span, step, stepped := strings.Cut(item, "/")
		low, high := f.low, f.high
		if span != "*" {
			from, to, ranged := strings.Cut(span, "-")
			var ok, ok2 bool
			low, ok = fieldValue(i, from)
			if high, ok2 = low, true; ranged {
				high, ok2 = fieldValue(i, to)
			} else if stepped {
				high = f.high
			}
			if !ok || !ok2 || low > high {
				return nil, fmt.Errorf("%q is not supported on this machine", item)
			}
		}
		by := 1
		if stepped {
			var err error
			if by, err = strconv.Atoi(step); err != nil || by < 1 {
				return nil, fmt.Errorf("%q is not supported on this machine", item)
			}
		}
		for v := low; v <= high; v += by {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	return slices.Compact(values), nil
}

func fieldValue(i int, text string) (int, bool) {
	f := cronFields[i]
	if at := strings.Index(f.names, text); len(text) == 3 && at >= 0 && at%3 == 0 {
		return f.low + at/3, true
	}
	v, err := strconv.Atoi(text)
	return v, err == nil && v >= f.low && v <= f.high
}

// cronHorizon is how far next looks: a date such as 29 February comes within 8
// years.
const cronHorizon = 9

func (c cron) next(t time.Time) (time.Time, bool) {
	t = t.UTC().Truncate(time.Minute).Add(time.Minute)
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	for last := day.AddDate(cronHorizon, 0, 0); day.Before(last); day = day.AddDate(0, 0, 1) {
		if !c.onDay(day) {
			continue
		}
		for minute := 0; minute < 24*60; minute++ {
			at := day.Add(time.Duration(minute) * time.Minute)
			if !at.Before(t) && has(c.hours, minute/60) && has(c.minutes, minute%60) {
				return at, true
			}
		}
	}
	return time.Time{}, false
}

func (c cron) onDay(day time.Time) bool {
	return has(c.years, day.Year()) && has(c.months, int(day.Month())) && has(c.days, day.Day()) && has(c.weekdays, int(day.Weekday())+1)
}

func has(values []int, v int) bool { return values == nil || slices.Contains(values, v) }
