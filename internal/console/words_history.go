package console

import (
	"fmt"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
)

// doer returns the name of who caused an event.
func doer(a api.Actor) string {
	switch a.Type {
	case api.ActorHook:
		return "Code"
	case api.ActorEngine:
		return "fasttrack"
	}
	return actor(a)
}

// whileActive is the hook that looks again at active access.
const whileActive = "while_active"

// shownEvent is how an event of the timeline is shown.
type shownEvent struct{ Tone, Icon string }

var events = map[api.EventName]shownEvent{
	api.EventRequest: {"", "plus"}, api.EventForward: {"wait", "send"}, api.EventApprove: {"good", "check"}, api.EventDeny: {"bad", "cross"},
	api.EventReview: {"good", "check"}, api.EventRemind: {"wait", "send"}, api.EventConfirm: {"good", "check"}, api.EventWithdraw: {"warn", "minus"}, api.EventCancel: {"", "minus"}, api.EventExpire: {"", "hour"}, api.EventEscalate: {"live", "bolt"}, api.EventDeescalate: {"", "lock"},
	api.EventRevoke: {"warn", "lock"}, api.EventFail: {"bad", "alert"}, api.EventIgnore: {"", "minus"}, api.EventErase: {"", "minus"},
}

func eventOf(e api.EventName) shownEvent {
	if shown, known := events[e]; known {
		return shown
	}
	return shownEvent{"", "minus"}
}

// says says what an entry is, without what its author wrote. first reports that no
// earlier entry notified people.
func says(e api.Entry, first bool) string {
	by := doer(e.Actor)
	switch e.Event {
	case api.EventRequest:
		if e.BreakGlass {
			return by + " broke the glass: an emergency"
		}
		return by + " made the request"
	case api.EventForward:
		text := "Nobody had decided"
		if first && e.HooksVersion != "" {
			text = "Code left it to people"
		} else if first {
			text = "It went to people"
		}
		if len(e.To) > 0 {
			text += ". Notified: " + strings.Join(principals(e.To), ", ")
		}
		return text
	case api.EventReview:
		return by + " reviewed the emergency: " + string(e.Verdict)
	case api.EventConfirm:
		return by + " confirmed that access is still needed. It ends at " + full(e.EndsAt) + " unless it is confirmed again"
	case api.EventRemind:
		if e.Status == api.StatusActive {
			return "Access needs to be confirmed. Notified: " + strings.Join(principals(e.To), ", ")
		}
		return "The emergency waits for a review. Notified: " + strings.Join(principals(e.To), ", ")
	case api.EventApprove:
		if e.BreakGlass {
			return "Granted at once, without a decision. Notified: " + strings.Join(principals(e.To), ", ")
		}
		text := by + " approved"
		if e.DurationSeconds > 0 {
			text += ", for " + duration(time.Duration(e.DurationSeconds)*time.Second) + " only"
		}
		return text + overrode(e)
	case api.EventDeny:
		return by + " denied" + overrode(e)
	case api.EventWithdraw:
		return by + " withdrew the approval"
	case api.EventCancel:
		return by + " canceled the request"
	case api.EventExpire:
		return "Nobody decided in time"
	case api.EventEscalate:
		if e.DurationSeconds > 0 {
			return "Access was granted, for " + duration(time.Duration(e.DurationSeconds)*time.Second)
		}
		return "Access was granted"
	case api.EventDeescalate:
		if e.ExtendedBy != "" {
			return "Access goes on in the request that extends it"
		}
		return "Access ended"
	case api.EventRevoke:
		if e.Actor.Type == api.ActorHook && e.Actor.ID == whileActive {
			return "A second look by code ended access early"
		}
		return by + " ended access early" + overrode(e)
	case api.EventFail:
		return "Access could not be granted"
	case api.EventErase:
		return "An operator erased personal data"
	case api.EventIgnore:
		return ignored(e, by)
	}
	return by + ": " + string(e.Event)
}

// quote returns the reason of an entry. The engine's own say what happened once more.
func quote(e api.Entry) string {
	if e.Actor.Type == api.ActorEngine && (e.Event == api.EventForward || e.Event == api.EventEscalate || e.Event == api.EventExpire || e.BreakGlass) {
		return ""
	}
	return e.Reason
}

// overrode says whose verdict an admin set aside; empty if none.
func overrode(e api.Entry) string {
	o := e.Override
	if o == nil {
		return ""
	}
	verdict := map[string]string{"ignore": ", which refused it", "deny": ", which denied it", "fail": ", which failed"}[o.Verdict]
	return " as an admin, and set aside " + o.Hook + verdict
}

// ignored says what had no effect.
func ignored(e api.Entry, by string) string {
	attempt := map[api.EventName]string{api.EventApprove: "approval", api.EventDeny: "denial", api.EventCancel: "cancellation", api.EventRevoke: "revocation", api.EventWithdraw: "withdrawal", api.EventReview: "review", api.EventConfirm: "confirmation"}[e.ActEvent]
	switch {
	case e.ActBy != nil && attempt != "":
		return fmt.Sprintf("The %s by %s had no effect", attempt, actor(*e.ActBy))
	case e.Error != "" && e.Status == api.StatusActive && (e.Actor.Type == api.ActorEngine || e.Actor.ID == whileActive):
		return "A second look at the access failed. It goes on"
	case e.Error != "" && e.Actor.Type == api.ActorHook && e.Status != api.StatusRequested:
		return "Code failed, which changed nothing"
	case e.Actor.Type == api.ActorEngine:
		return "A limit held the approval by code"
	case e.Actor.Type == api.ActorHook:
		return "Code set aside what code had decided"
	}
	return by + "'s action had no effect"
}

// waysIn are the channels for people.
var waysIn = map[api.Channel]string{
	api.ChannelAPI: "the API", api.ChannelCLI: "the command line", api.ChannelSlack: "Slack", api.ChannelWeb: "the console",
	api.ChannelHook: "code", api.ChannelEngine: "fasttrack",
}

func wayIn(c api.Channel) string {
	if way, known := waysIn[c]; known {
		return way
	}
	return string(c)
}

// after says how long after the request something was.
func after(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("+%d ms", max(0, d.Milliseconds()))
	case d < time.Minute:
		return fmt.Sprintf("+%.1f s", d.Seconds())
	}
	return "+" + duration(d.Truncate(time.Second))
}

// done says what an action has done. It says nothing that the request does not bear out,
// because anybody can send an address that ends with ?done=approve.
func done(what string, r *api.Request, me string) string {
	did := func(event api.EventName) bool {
		for _, e := range r.History {
			if e.Event == event && e.Actor.Type == api.ActorUser && e.Actor.ID == me {
				return true
			}
		}
		return false
	}
	switch {
	case what == "ask" && r.Requester.ID == me:
		return "Your request is in."
	case what == "approve" && did(api.EventApprove) && r.Status == api.StatusPending:
		return "Your approval counts. More are needed."
	case what == "approve" && did(api.EventApprove):
		return "Your approval counts."
	case what == "deny" && did(api.EventDeny):
		return "The request is denied."
	case what == "withdraw" && did(api.EventWithdraw):
		return "Your approval is withdrawn. It no longer counts."
	case what == "confirm" && did(api.EventConfirm):
		return "Confirmed. The access was granted anew, and goes on."
	case what == "review" && did(api.EventReview):
		return "Your review is recorded. The request is over."
	case what == "cancel" && did(api.EventCancel):
		return "The request is canceled."
	case what == "revoke" && did(api.EventRevoke):
		return "You ended the access."
	case what == "stored":
		return "It is stored, and takes effect shortly."
	}
	return ""
}
