package deliver

import (
	"context"
	"slices"
	"strconv"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/destination"
	"github.com/fasttrack-dev/fasttrack/internal/run"
)

// The names of the ways that destinations name.
const (
	Slack = "slack"
	Email = "email"
	Teams = "teams"
)

// byDirectory is the By of a delivery to an entry that means nobody.
const byDirectory = "directory"

func fold(address string) string { return email.Fold(address) }

// resolve returns the messages of a kind to whom a destination means: those that ask, or
// that say that somebody broke the glass.
func (c *call) resolve(d destination.Destination, kind Kind) []message {
	to := d.String()
	switch d.Kind {
	case destination.SlackChannel:
		return []message{c.message(kind, Slack, Addressee{To: to, Channel: d.Name}, "")}
	case destination.Teams:
		return []message{c.message(kind, Teams, Addressee{To: to, Channel: d.Name}, "")}
	case destination.Mail:
		return []message{c.message(kind, Email, Addressee{To: to, Person: fold(d.Name)}, "")}
	case destination.SlackPerson:
		if d.Name != destination.Requester {
			return []message{c.message(kind, Slack, Addressee{To: to, Person: fold(d.Name)}, "")}
		}
		if c.requesterAddress() == "" {
			return nil
		}
		return []message{c.message(Outcome, Slack, Addressee{To: to, Person: c.requesterAddress()}, "")}
	case destination.Group:
		members := c.members(d, kind, "you are in "+d.Name)
		channel, way := c.directory.Channels[d.Name], c.way(Slack)
		if channel == "" || way == nil {
			return members
		}
		m := c.message(kind, Slack, Addressee{To: to, Channel: channel}, "")
		m.instead = members
		return []message{m}
	case destination.Admins:
		return c.members(d, kind, "you are an admin of "+c.now.Flow.Name)
	}
	return c.members(d, kind, "")
}

// members returns the messages to the people whom a principal means today, without the
// requester.
func (c *call) members(d destination.Destination, kind Kind, why string) (all []message) {
	people := c.now.Recipients(d.String(), c.directory.Today)
	for _, person := range people {
		all = append(all, c.toPerson(kind, d.String(), person, why)...)
	}
	if len(people) == 0 {
		all = append(all, message{
			Delivery: api.Delivery{To: d.String(), By: byDirectory, Seq: c.seq, About: c.about}, notice: Notice{Kind: kind},
			send: func(context.Context) error {
				return Skip{"flows.yaml names nobody for it besides the requester"}
			},
		})
	}
	return all
}

// toPerson returns the messages to one person, one by each way.
func (c *call) toPerson(kind Kind, to, person, why string) (all []message) {
	for _, way := range c.Ways {
		if way.Name() != Teams {
			all = append(all, c.message(kind, way.Name(), Addressee{To: to, Person: person}, why))
		}
	}
	return all
}

// message returns the message of the event by a way. A way that the deployment lacks
// reaches nobody.
func (c *call) message(kind Kind, by string, a Addressee, why string) message {
	m := message{
		Delivery: api.Delivery{To: a.To, Person: a.Person, By: by, Seq: c.seq, About: c.about},
		way:      c.way(by), addressee: a, notice: c.base,
	}
	m.notice.Kind, m.notice.Event, m.notice.Why = kind, c.event, why
	if m.way == nil {
		m.send = func(context.Context) error { return Skip{"this deployment has no " + by} }
	}
	return m
}

func (c *call) way(name string) Way {
	i := slices.IndexFunc(c.Ways, func(w Way) bool { return w.Name() == name })
	if i < 0 {
		return nil
	}
	return c.Ways[i]
}

// requester returns the messages about the event to the requester, and to whom the
// request is for.
func (c *call) requester(kind Kind) (all []message) {
	requester := c.requesterAddress()
	if requester != "" {
		all = c.toPerson(kind, requester, requester, "it is your request")
	}
	if address := c.beneficiaryAddress(); address != "" && address != requester {
		all = append(all, c.toPerson(kind, address, address, "it is for you")...)
	}
	return all
}

// failing returns the messages to the flow's admins about access that fails to be
// granted or to end.
func (c *call) failing() (all []message) {
	for _, person := range c.now.Recipients(string(destination.Admins), c.directory.Today) {
		all = append(all, c.toPerson(Failing, string(destination.Admins), person, "you are an admin of "+c.now.Flow.Name)...)
	}
	return all
}

// decided notifies the approvers and the channels that got an Ask, or that may get one just
// now, of the decision or of the end of access, but for who caused it. What a [Follower] sent is rewritten instead.
func (c *call) decided(ctx context.Context, e api.Event) {
	before, err := c.Store.AllDeliveries(ctx, c.now.ID)
	if err != nil {
		c.errs = append(c.errs, err)
		return
	}
	var all []message
	for _, d := range before {
		asked, there := c.entry(d.Seq)
		_, follows := c.way(d.By).(Follower)
		switch {
		case d.State == api.DeliveryFailed, d.State == api.DeliverySkipped, !there, asked.Event != run.Forward, c.way(d.By) == nil, follows:
		case d.Person == "":
			if channel := c.channel(d.To); channel != "" {
				all = append(all, c.aboutDecision(e, d, Addressee{To: d.To, Channel: channel}))
			}
		case d.Person == c.requesterAddress(), d.Person == c.beneficiaryAddress() && d.Person != "", d.Person == fold(e.Entry.Actor.Email), d.Person == fold(e.Entry.Actor.ID):
		default:
			all = append(all, c.aboutDecision(e, d, Addressee{To: d.To, Person: d.Person}))
		}
	}
	c.deliver(ctx, all)
}

// aboutDecision returns the message about a decision, or an end, to who got an Ask.
func (c *call) aboutDecision(e api.Event, before api.Delivery, to Addressee) message {
	m := c.message(Decided, before.By, to, "")
	m.Seq, m.notice.Event = e.Entry.Seq, e
	return m
}

// EventOf returns the event of a history entry, as it was published.
func EventOf(r *run.Run, e run.Entry) api.Event {
	view := r.Summary().View
	return api.Event{ID: r.ID + "-" + strconv.Itoa(e.Seq), Type: api.EventTypeRun + string(e.Event), Time: e.At, Request: view, Entry: e}
}
