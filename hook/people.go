package hook

import (
	"errors"
	"fmt"
	"strings"
)

// The limits on approvers and notifications.
const (
	maxPrincipals    = 1000
	maxNotified      = 100
	maxPrincipal     = 320 // characters
	maxApprovals     = 20
	maxNotifications = 50
	maxReviewSeconds = 30 * 24 * 3600
)

// wire returns the permissions as they are sent. It checks them as the engine does, so
// that a mistake shows in the test of a hook and not in the history of a request.
func (p Permissions) wire() (*permissions, error) {
	w := &permissions{SelfApproval: p.SelfApproval, Approvals: p.Approvals, TimeoutSeconds: p.TimeoutSeconds}
	var err error
	if w.Approvers, err = list("Approvers", p.Approvers); err != nil {
		return nil, err
	}
	if w.Viewers, err = list("Viewers", p.Viewers); err != nil {
		return nil, err
	}
	total := 0
	for _, need := range p.Approvals {
		if need.Count < 1 || need.Count > maxApprovals {
			return nil, fmt.Errorf("a Count in Approvals must be 1 to %d, got %d", maxApprovals, need.Count)
		}
		total += need.Count
		if need.From != "" {
			if err := checkPrincipals("Approvals", []string{need.From}); err != nil {
				return nil, err
			}
		}
	}
	if total > maxApprovals {
		return nil, fmt.Errorf("%d people in Approvals, more than %d", total, maxApprovals)
	}
	return w, checkSeconds("TimeoutSeconds", p.TimeoutSeconds)
}

// list returns a list of principals as it is sent: nil for [Keep], which leaves it
// out, and an empty one for nil.
func list(what string, principals []string) (*[]string, error) {
	if len(principals) == 1 && principals[0] == Keep[0] {
		return nil, nil
	}
	for _, p := range principals {
		if p == Keep[0] {
			return nil, fmt.Errorf("%s: hook.Keep can't be combined with other principals", what)
		}
	}
	if err := checkPrincipals(what, principals); err != nil {
		return nil, err
	}
	sent := append([]string{}, principals...)
	return &sent, nil
}

// wireNotifications returns a copy of a list as it is sent, checked as the engine does.
func wireNotifications(list []Notification) (*[]Notification, error) {
	if len(list) > maxNotifications {
		return nil, fmt.Errorf("%d notifications, more than %d", len(list), maxNotifications)
	}
	for _, n := range list {
		if len(n.To) == 0 {
			return nil, errors.New("a notification: To names nobody")
		}
		if len(n.To) > maxNotified {
			return nil, fmt.Errorf("a notification: To names %d, more than %d", len(n.To), maxNotified)
		}
		for _, to := range n.To {
			if to == "" {
				return nil, errors.New("a notification: To has an empty name")
			}
			if err := checkLine("a notification: To", to, maxPrincipal); err != nil {
				return nil, err
			}
		}
		if err := checkSeconds("WaitSeconds", n.WaitSeconds); err != nil {
			return nil, err
		}
	}
	wire := append([]Notification{}, list...)
	return &wire, nil
}

// checkPrincipals checks the form of e-mails and other identities, "group:NAME",
// "everyone", "admins".
func checkPrincipals(what string, principals []string) error {
	if len(principals) > maxPrincipals {
		return fmt.Errorf("%s: %d of them, more than %d", what, len(principals), maxPrincipals)
	}
	for _, p := range principals {
		if err := checkLine(what, p, maxPrincipal); err != nil {
			return err
		}
		if p == "group:" || p != "everyone" && p != "admins" && !strings.ContainsAny(p, "@:|") {
			return fmt.Errorf("%s: %q is neither an e-mail nor \"group:NAME\", \"everyone\" or \"admins\"", what, p)
		}
	}
	return nil
}

func checkSeconds(what string, n int) error {
	if n < 0 || n > maxReviewSeconds {
		return fmt.Errorf("%s must be 0 to %d, got %d", what, maxReviewSeconds, n)
	}
	return nil
}
