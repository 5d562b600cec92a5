package run

import "github.com/fasttrack-dev/fasttrack/api"

// RecentCounts counts the requester's own runs of several flows within several windows
// before this one, as hooks receive it.
type RecentCounts struct {
	// WindowsSeconds are the windows that are counted, the shortest first. Uncounted are
	// those with too many runs to count all of them: they have no counts.
	WindowsSeconds []int `json:"windows"`
	Uncounted      []int `json:"uncounted,omitempty"`
	// Flows and Targets are what is counted: each flow as a whole, and of each the runs
	// for each target.
	Flows   []string `json:"flows"`
	Targets []string `json:"targets,omitempty"`
	// Counts are those that are not zero.
	Counts []RecentCount `json:"counts"`
}

// RecentCount counts the runs of a flow within a window: all, or those for a target.
type RecentCount struct {
	WindowSeconds int    `json:"window_seconds"`
	Flow          string `json:"flow"`
	Target        string `json:"target,omitempty"`
	Requested     int    `json:"requested"`
	Approved      int    `json:"approved"`
	Denied        int    `json:"denied"`
	// Escalated are those whose access was granted.
	Escalated int `json:"escalated"`
}

// Count adds a run.
func (n *RecentCount) Count(v api.Request) {
	n.Requested++
	if v.Access != nil && !v.Access.StartsAt.IsZero() {
		n.Escalated++
	}
	switch {
	case v.Decision == nil:
	case v.Decision.Event == Approve:
		n.Approved++
	case v.Decision.Event == Deny:
		n.Denied++
	}
}
