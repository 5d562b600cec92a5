"""Approves who is on call in the flow's PagerDuty schedule; the rest go to those who are."""

from fasttrack_hooks import Event, FromRequest, Permissions, approve, continue_, secret
from fasttrack_hooks.pagerduty import Client, schedule


def on_request(event: Event) -> FromRequest:
    duty = event.flow.vars.string("pagerduty_schedule")
    on_call = pagerduty(event).is_on_call(event.user.email, schedule(duty))
    if not event.check("on call in PagerDuty", on_call, f"schedule {duty}"):
        return continue_()
    return approve(f"{event.user.email} is on call.")


def get_permissions(event: Event) -> Permissions:
    users = pagerduty(event).users_on_call(schedule(event.flow.vars.string("pagerduty_schedule")))
    return Permissions(approvers=[user.email for user in users])


def pagerduty(event: Event) -> Client:
    return Client(event.flow.vars.string("pagerduty_url"), secret.named("pagerduty-token"))
