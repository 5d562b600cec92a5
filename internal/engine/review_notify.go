package engine

import "github.com/fasttrack-dev/fasttrack/internal/destination"

// nextRecipients takes the next entry of the notify list that something delivers to.
// missed names those that nothing delivers to, and why. If that is everybody, the
// approvers are notified.
func (d *decider) nextRecipients() (to, missed []string) {
	first := d.Review.Notified == 0
	for len(to) == 0 && d.Review.Notified < len(d.Review.Notify) {
		for _, name := range d.Review.Notify[d.Review.Notified].To {
			where, err := destination.Parse(name)
			switch parameter := d.step.Lacks[where.Kind]; {
			case err != nil:
				missed = append(missed, name+" (no such channel)")
			case parameter != "":
				missed = append(missed, name+" (no "+parameter+" is set)")
			default:
				to = append(to, name)
			}
		}
		d.Review.Notified++
	}
	if first && len(to) == 0 && len(missed) > 0 {
		to = d.Notifiable()
	}
	return to, missed
}
