package parity

import (
	"encoding/json"
	"sort"
	"strings"
)

// lines numbers the lines of states of a definition: its own is 0, and each
// branch and each Map's processor has the next number.
type lines struct {
	of map[string]int
	// sorted are the lines of which no order is promised: the iterations of a
	// Map run side by side.
	sorted map[int]bool
	count  int
}

type machine struct {
	States map[string]struct {
		Branches                []machine
		ItemProcessor, Iterator *machine
		MaxConcurrency          int
	}
}

func (l *lines) add(m machine, loose bool) {
	number := l.count
	l.count++
	l.sorted[number] = loose
	names := make([]string, 0, len(m.States))
	for name := range m.States {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		l.of[name] = number
		s := m.States[name]
		for _, branch := range s.Branches {
			l.add(branch, loose)
		}
		for _, processor := range []*machine{s.ItemProcessor, s.Iterator} {
			if processor != nil {
				l.add(*processor, loose || s.MaxConcurrency != 1)
			}
		}
	}
}

// InOrder reports whether all states of the case come one after the other.
func (c Case) InOrder() bool {
	s := string(c.Definition)
	return !strings.Contains(s, `"Parallel"`) && (!strings.Contains(s, `"Map"`) || strings.Contains(s, `"MaxConcurrency":1`))
}

// ordered returns the state events with those that have no order among them, of
// branches and iterations side by side, put into one. What is between two
// events of the machine's own line stays there.
func ordered(definition []byte, events []string) []string {
	var m machine
	l := &lines{of: map[string]int{}, sorted: map[int]bool{}}
	if json.Unmarshal(definition, &m) != nil {
		return events
	}
	l.add(m, false)
	out := append([]string{}, events...)
	line := func(i int) int { return l.of[out[i][1:]] }
	for from := 0; from < len(out); from++ {
		to := from
		for to < len(out) && line(to) != 0 {
			to++
		}
		part := out[from:to]
		sort.SliceStable(part, func(i, j int) bool {
			a, b := line(from+i), line(from+j)
			return a < b || a == b && l.sorted[a] && part[i] < part[j]
		})
		from = max(from, to-1)
	}
	return out
}
