package flowcheck

import (
	"fmt"
	"slices"

	"github.com/fasttrack-dev/fasttrack/internal/flow"
)

// openToAll returns why people of a flow approve everything for everyone, "" if they
// don't: because everybody may decide, or because requesters may approve their own.
func openToAll(f *flow.Flow) string {
	deciders := slices.Concat(f.Review.Approvers, f.Admins)
	for _, need := range f.Review.Approvals {
		if need.From != "" {
			deciders = append(deciders, need.From)
		}
	}
	needed := 0
	for _, need := range f.Review.Approvals {
		needed += need.Count
	}
	own := f.Review.SelfApproval && needed <= 1 && !slices.ContainsFunc(f.Requesters, func(p string) bool {
		return !slices.Contains(deciders, p) && !slices.Contains(deciders, "everyone")
	})
	switch {
	case own:
		return fmt.Sprintf("flow %q has self_approval: each of its requesters can approve their own requests alone", f.Name)
	case slices.Contains(f.Admins, "everyone"):
		return fmt.Sprintf("flow %q has the admins everyone: any two people can approve each other's requests", f.Name)
	case slices.Contains(deciders, "everyone"):
		return fmt.Sprintf("flow %q has the approvers everyone: any two people can approve each other's requests", f.Name)
	}
	return ""
}
