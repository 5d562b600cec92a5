package deliver

import "github.com/fasttrack-dev/fasttrack/internal/run"

// Unconfirmed reports whether a reminder to confirm access still holds: nobody has since, and
// the access has not ended.
func Unconfirmed(r *run.Run, reminder run.Entry) bool {
	return r.Endless() && r.Status == run.Active && !r.TakingBack() && r.Access != nil && r.Access.EndsAt.Equal(reminder.EndsAt)
}

// holder returns the messages to whose access it is, who alone may confirm it.
func (c *call) holder() []message {
	if address := c.beneficiaryAddress(); c.now.For != nil {
		if address == "" {
			return nil
		}
		return c.toPerson(Confirm, address, address, "it is for you")
	}
	if address := c.requesterAddress(); address != "" {
		return c.toPerson(Confirm, address, address, "it is your request")
	}
	return nil
}
