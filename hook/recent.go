package hook

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Counts are numbers of requests.
type Counts struct {
	Requested, Approved, Denied int
	// Escalated are those whose access was granted.
	Escalated int
}

// recentCounts are the counts of the requester's earlier requests by window, flow and
// target; those that are zero are left out.
type recentCounts struct {
	Windows   []int    `json:"windows"`
	Uncounted []int    `json:"uncounted"`
	Flows     []string `json:"flows"`
	Targets   []string `json:"targets"`
	Counts    []struct {
		WindowSeconds int    `json:"window_seconds"`
		Flow          string `json:"flow"`
		Target        string `json:"target"`
		Requested     int    `json:"requested"`
		Approved      int    `json:"approved"`
		Denied        int    `json:"denied"`
		Escalated     int    `json:"escalated"`
	} `json:"counts"`
}

// RecentOf counts the requester's earlier requests of a flow within a window, for a
// target. An empty flow is that of this request, an empty target any. It returns false if
// there are too many in the window to count all of them, and if the flow counts nothing
// (recent: in flows.yaml); neither means never. A window, flow or target that flows.yaml
// does not have counted fails the hook.
func (e *Event) RecentOf(window time.Duration, flow, target string) (Counts, bool) {
	n := e.counts
	if n == nil {
		return Counts{}, false
	}
	if flow == "" {
		flow = e.Flow.Name
	}
	all := slices.Concat(n.Windows, n.Uncounted)
	slices.Sort(all)
	at := int(window / time.Second)
	switch {
	case window%time.Second != 0 || !slices.Contains(all, at):
		var known []string
		for _, s := range all {
			known = append(known, seconds(s).String())
		}
		e.reads.mistake(fmt.Errorf("flow %q counts no requests within %s; it counts those within %s", e.Flow.Name, window, strings.Join(known, ", ")))
		return Counts{}, false
	case !slices.Contains(n.Flows, flow):
		e.reads.mistake(fmt.Errorf("flow %q counts no requests of flow %q; it counts those of %s", e.Flow.Name, flow, strings.Join(n.Flows, ", ")))
		return Counts{}, false
	case target != "" && !slices.Contains(n.Targets, target):
		e.reads.mistake(fmt.Errorf("flow %q counts no requests for target %q", e.Flow.Name, target))
		return Counts{}, false
	case !slices.Contains(n.Windows, at):
		return Counts{}, false
	}
	for _, c := range n.Counts {
		if c.WindowSeconds == at && c.Flow == flow && c.Target == target {
			return Counts{Requested: c.Requested, Approved: c.Approved, Denied: c.Denied, Escalated: c.Escalated}, true
		}
	}
	return Counts{}, true
}
