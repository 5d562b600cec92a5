package ses

import "time"

// The addresses that bounce and complain, as at AWS
// (https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html).
const (
	bounces   = "bounce@simulator.amazonses.com"
	complains = "complaint@simulator.amazonses.com"
)

type recipient struct {
	EmailAddress   string `json:"emailAddress"`
	Action         string `json:"action,omitempty"`
	Status         string `json:"status,omitempty"`
	DiagnosticCode string `json:"diagnosticCode,omitempty"`
}

// report sends the events of a mail to an address of the simulator, if the mail has a
// configuration set, which at AWS decides about events.
func (s *Service) report(m Mail) {
	if m.ConfigurationSet == "" || s.feedback == nil {
		return
	}
	tags := map[string][]string{"ses:configuration-set": {m.ConfigurationSet}}
	for name, value := range m.Tags {
		tags[name] = []string{value}
	}
	about := map[string]any{"timestamp": m.At.Format(time.RFC3339), "source": m.From, "messageId": m.ID, "destination": m.To, "tags": tags}
	for _, to := range m.To {
		switch to {
		case bounces:
			s.feedback("Email Bounced", map[string]any{"eventType": "Bounce", "mail": about, "bounce": map[string]any{
				"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": []recipient{{to, "failed", "5.1.1", "smtp; 550 5.1.1 user unknown"}},
			}})
		case complains:
			s.feedback("Email Complaint Received", map[string]any{"eventType": "Complaint", "mail": about, "complaint": map[string]any{
				"complaintFeedbackType": "abuse", "complainedRecipients": []recipient{{EmailAddress: to}},
			}})
		}
	}
}
