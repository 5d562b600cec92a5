"""Denies members of one Okta group and approves those of another; who is in both is denied.
While Okta doesn't know, people decide."""

from fasttrack_hooks import Event, FromApprove, FromRequest, approve, continue_, deny, ignore, secret
from fasttrack_hooks.okta import Client


def on_request(event: Event) -> FromRequest:
    never, always = event.flow.vars.string("never"), event.flow.vars.string("always")
    if is_member(event, never):
        return deny(f"{event.user.email} is in the group {never}.")
    if is_member(event, always):
        return approve(f"{event.user.email} is in the group {always}.")
    return continue_()


def on_approve(event: Event) -> FromApprove:
    if event.by_hook() or not is_member(event, event.flow.vars.string("never")):
        return continue_()
    return ignore("You are not authorized to approve this request.")


def is_member(event: Event, group: str) -> bool:
    okta = Client(event.flow.vars.string("okta_url"), secret.named("okta-token"))
    return event.check(f"in the Okta group {group}", okta.in_group(event.user.email, group))
