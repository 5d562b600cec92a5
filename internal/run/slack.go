package run

// SlackUse returns what people may do with the run in Slack: the narrower of what its
// flow said when it was filed and what the flow says today.
func (r *Run) SlackUse(t *Today) SlackUse {
	width := r.Flow.Slack.width()
	if t != nil {
		if today, there := t.Flows[r.Flow.Name]; there {
			width = max(width, today.Slack.width())
		}
	}
	return SlackUses[width]
}

// MayVia returns nil if the flow lets p do e to the run on a channel, else a [Refusal].
// Whether p may do it at all is for [Run.MayAct].
func (r *Run) MayVia(c Channel, e EventName, p Person, t *Today) error {
	if c != ViaSlack {
		return nil
	}
	use := r.SlackUse(t)
	switch {
	case use.Decides(), use.Requests() && (e == Cancel || e == Revoke || e == Confirm) && r.OwnedBy(p):
		return nil
	case use.Requests():
		return Refusal("This flow does not let people decide in Slack. Open the request on the web, or use the command line.")
	}
	return Refusal("This flow does not let people act in Slack. Open the request on the web, or use the command line.")
}
