package run

import "github.com/fasttrack-dev/fasttrack/api"

// Recent counts the requester's own runs of the flow within a window before this
// one, as hooks receive it.
type Recent struct {
	WindowSeconds int `json:"window_seconds"`
	Requested     int `json:"requested"`
	Approved      int `json:"approved"`
	Denied        int `json:"denied"`
	// Escalated are those whose access was granted.
	Escalated  int            `json:"escalated"`
	SameTarget RecentOfTarget `json:"same_target"`
}

// RecentOfTarget counts those of them that were for the same target.
type RecentOfTarget struct {
	Approved int `json:"approved"`
	Denied   int `json:"denied"`
}

// Count adds a run; sameTarget reports whether it was for the same target.
func (n *Recent) Count(v api.Request, sameTarget bool) {
	n.Requested++
	if v.Access != nil && !v.Access.StartsAt.IsZero() {
		n.Escalated++
	}
	if v.Decision == nil {
		return
	}
	switch v.Decision.Event {
	case Approve:
		n.Approved++
		if sameTarget {
			n.SameTarget.Approved++
		}
	case Deny:
		n.Denied++
		if sameTarget {
			n.SameTarget.Denied++
		}
	}
}
