package flow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// The limits of what is counted: a run keeps its counts, and hooks get them.
const (
	maxRecentSeconds = 366 * 24 * 3600
	maxRecentWindows = 5
	maxRecentCounts  = 100
)

// RecentOf is what recent: counts, beside the longest window of the flow itself.
type RecentOf struct {
	// WindowsSeconds are the windows, the shortest first.
	WindowsSeconds []int `json:",omitempty"`
	// Flows are counted as a whole, and by each of Targets. The first is the flow itself.
	Flows   []string `json:",omitempty"`
	Targets []string `json:",omitempty"`
}

// recent reads a window, or windows with flows and targets.
func (r *reader) recent(n *yaml.Node, path string, f *Flow) {
	if n.Kind != yaml.MappingNode {
		r.duration(&f.RecentSeconds, 1, maxRecentSeconds)(n, path)
		return
	}
	of := &RecentOf{}
	none := func(string) error { return nil }
	seen := r.members(n, path, map[string]func(*yaml.Node, string){
		"windows": func(n *yaml.Node, at string) {
			r.items(n, at, func(item *yaml.Node, at string) {
				seconds := 0
				r.duration(&seconds, 1, maxRecentSeconds)(item, at)
				if seconds > 0 && slices.Contains(of.WindowsSeconds, seconds) {
					r.fail(item, at, "appears twice")
				}
				of.WindowsSeconds = append(of.WindowsSeconds, seconds)
			})
			if len(n.Content) > maxRecentWindows {
				r.fail(n, at, "must be at most %d, got %d", maxRecentWindows, len(n.Content))
			}
		},
		"flows":   r.strings(&of.Flows, none),
		"targets": r.strings(&of.Targets, none),
	})
	if len(of.WindowsSeconds) == 0 {
		at := seen["windows"]
		if at == nil {
			at = n
		}
		if resolve(at).Kind != yaml.ScalarNode { // which is refused already
			r.fail(at, join(path, "windows"), "must name at least one")
		}
		return
	}
	slices.Sort(of.WindowsSeconds)
	f.RecentSeconds = of.WindowsSeconds[len(of.WindowsSeconds)-1]
	f.RecentOf = of
	r.places[path] = n
}

// recentAsAWhole refuses flows and targets that the file does not have, and too many
// counts. The flow itself is always counted.
func (r *reader) recentAsAWhole(file *File, f *Flow, path string) {
	of := f.RecentOf
	at := r.places[path+".recent"]
	if of == nil || at == nil {
		return
	}
	of.Flows = append([]string{f.Name}, slices.DeleteFunc(of.Flows, func(name string) bool { return name == f.Name })...)
	targets := map[string]bool{}
	for i, name := range of.Flows {
		other, there := file.Find(name)
		if !there {
			r.fail(at, path+".recent.flows", "unknown flow %q", clip(name))
			continue
		}
		if slices.Contains(of.Flows[:i], name) {
			r.fail(at, path+".recent.flows", "%q appears twice", clip(name))
		}
		for _, t := range other.Targets {
			targets[t.ID] = true
		}
	}
	for i, id := range of.Targets {
		if !targets[id] {
			r.fail(at, path+".recent.targets", "none of the flows has the target %q", clip(id))
		}
		if slices.Contains(of.Targets[:i], id) {
			r.fail(at, path+".recent.targets", "%q appears twice", clip(id))
		}
	}
	if n := len(of.WindowsSeconds) * len(of.Flows) * (1 + len(of.Targets)); n > maxRecentCounts {
		r.fail(at, path+".recent", "makes %d counts (windows × flows × (1 + targets)), more than %d", n, maxRecentCounts)
	}
}

// Counted is what hooks learn of the requester's earlier runs.
type Counted struct {
	Recent *run.Recent
	Counts *run.RecentCounts
}

// Count counts for hooks what the requester of fields asked before now. earlier are
// their newest runs within the longest window, of any flow, the newest first; more says
// that there are others. A window is counted only if earlier has all of it: a hook must
// not mistake a part for the whole.
func (f *Flow) Count(fields map[string]json.RawMessage, earlier []run.Summary, more bool, now time.Time) (out Counted) {
	if !more {
		out.Recent = f.Recent(fields, earlier)
	}
	if f.RecentOf == nil {
		return out
	}
	n := &run.RecentCounts{WindowsSeconds: []int{}, Flows: f.RecentOf.Flows, Targets: f.RecentOf.Targets, Counts: []run.RecentCount{}}
	for _, seconds := range f.RecentOf.WindowsSeconds {
		since := now.Add(-time.Duration(seconds) * time.Second)
		if more && (len(earlier) == 0 || !earlier[len(earlier)-1].View.CreatedAt.Before(since)) {
			n.Uncounted = append(n.Uncounted, seconds)
			continue
		}
		n.WindowsSeconds = append(n.WindowsSeconds, seconds)
		within := slices.DeleteFunc(slices.Clone(earlier), func(r run.Summary) bool { return r.View.CreatedAt.Before(since) })
		for _, name := range n.Flows {
			for _, target := range append([]string{""}, n.Targets...) {
				if c := countOf(within, name, target); c.Requested > 0 {
					c.WindowSeconds = seconds
					n.Counts = append(n.Counts, c)
				}
			}
		}
	}
	out.Counts = n
	return out
}

// countOf counts the runs of a flow, for a target unless that is "".
func countOf(runs []run.Summary, name, target string) run.RecentCount {
	c := run.RecentCount{Flow: name, Target: target}
	for _, r := range runs {
		if r.View.Flow == name && (target == "" || isFor(r.View.Fields, target)) {
			c.Count(r.View)
		}
	}
	return c
}

// isFor reports whether a field is the target; of values, targets alone are objects.
func isFor(fields map[string]json.RawMessage, target string) bool {
	id := []byte(fmt.Sprintf("%q", target))
	for _, raw := range fields {
		if len(raw) > 0 && raw[0] == '{' && bytes.Equal(targetID(raw), id) {
			return true
		}
	}
	return false
}
