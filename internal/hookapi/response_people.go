package hookapi

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/fasttrack-dev/fasttrack/internal/run"
	"github.com/fasttrack-dev/fasttrack/internal/strictjson"
	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// readPermissions reads the member permissions. A member that is left out keeps the
// flow's; null is invalid, and an empty list is empty.
func (a *Response) readPermissions(value json.RawMessage) (*run.Permissions, error) {
	var in struct {
		Approvers      *[]string       `json:"approvers"`
		Viewers        *[]string       `json:"viewers"`
		SelfApproval   *bool           `json:"self_approval"`
		Approvals      json.RawMessage `json:"approvals"`
		TimeoutSeconds *int            `json:"timeout_seconds"`
	}
	if err := refuseNull(value, "approvers", "viewers", "self_approval", "approvals", "timeout_seconds"); err != nil {
		return nil, err
	}
	if err := a.read(value, &in); err != nil {
		return nil, err
	}
	p := &run.Permissions{SelfApproval: in.SelfApproval}
	var err error
	if in.Approvers != nil {
		p.Approvers, p.ApproversSet = *in.Approvers, true
		if err = checkPrincipals(*in.Approvers); err != nil {
			return nil, fmt.Errorf("approvers: %w", err)
		}
	}
	if in.Viewers != nil {
		p.Viewers, p.ViewersSet = *in.Viewers, true
		if err = checkPrincipals(*in.Viewers); err != nil {
			return nil, fmt.Errorf("viewers: %w", err)
		}
	}
	if len(in.Approvals) > 0 {
		if p.Approvals, err = a.readApprovals(in.Approvals); err != nil {
			return nil, fmt.Errorf("approvals: %w", err)
		}
	}
	if in.TimeoutSeconds != nil {
		p.TimeoutSeconds = *in.TimeoutSeconds
		if p.TimeoutSeconds < 1 || p.TimeoutSeconds > MaxReviewSeconds {
			return nil, fmt.Errorf("timeout_seconds: must be 1 to %d, got %d", MaxReviewSeconds, p.TimeoutSeconds)
		}
	}
	return p, p.Compact()
}

// readApprovals takes a count, or a list of {from, count}.
func (a *Response) readApprovals(value json.RawMessage) ([]run.Requirement, error) {
	var needs []run.Requirement
	if value[0] == '[' {
		if err := a.read(value, &needs); err != nil {
			return nil, err
		}
	} else {
		var count int
		if err := strictjson.Decode(value, &count); err != nil {
			return nil, err
		}
		needs = []run.Requirement{{Count: count}}
	}
	total := 0
	for i, need := range needs {
		if need.Count < 1 {
			return nil, fmt.Errorf("[%d]: count: must be at least 1, got %d", i, need.Count)
		}
		if need.From != "" {
			if err := checkPrincipals([]string{need.From}); err != nil {
				return nil, err
			}
		}
		total += need.Count
	}
	if total < 1 || total > maxApprovals {
		return nil, fmt.Errorf("must be 1 to %d people, got %d", maxApprovals, total)
	}
	return needs, nil
}

func (a *Response) readNotifications(value json.RawMessage) ([]run.Notify, error) {
	list := []run.Notify{}
	if err := a.read(value, &list); err != nil {
		return nil, err
	}
	if len(list) > maxNotify {
		return nil, fmt.Errorf("%d entries, more than %d", len(list), maxNotify)
	}
	for i, n := range list {
		if len(n.To) == 0 {
			return nil, fmt.Errorf("[%d]: to names nobody", i)
		}
		if len(n.To) > run.MaxNotified {
			return nil, fmt.Errorf("[%d]: to names %d, more than %d", i, len(n.To), run.MaxNotified)
		}
		for _, to := range n.To {
			if err := text.CheckLine(to, 320); err != nil || to == "" {
				return nil, fmt.Errorf("[%d]: to: must be a name of 1 to 320 characters", i)
			}
		}
		if n.WaitSeconds < 0 || n.WaitSeconds > MaxReviewSeconds {
			return nil, fmt.Errorf("[%d]: wait_seconds: must be 0 to %d, got %d", i, MaxReviewSeconds, n.WaitSeconds)
		}
	}
	return list, nil
}

// checkPrincipals checks the form of principals: e-mails or other identities,
// "group:NAME", "everyone", "admins".
func checkPrincipals(principals []string) error {
	if len(principals) > maxPrincipals {
		return fmt.Errorf("%d of them, more than %d", len(principals), maxPrincipals)
	}
	for _, p := range principals {
		if err := text.CheckLine(p, 320); err != nil {
			return err
		}
		if p == "" || p == "group:" {
			return fmt.Errorf("%q names nobody", p)
		}
		known := p == "everyone" || p == "admins" || strings.ContainsAny(p, "@:|")
		if !known {
			return fmt.Errorf("%q is neither an e-mail nor \"group:NAME\", \"everyone\" or \"admins\"", p)
		}
	}
	return nil
}
