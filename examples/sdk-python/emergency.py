"""Approves emergencies at once; the rest go to people."""

from fasttrack_hooks import Event, FromRequest, approve, continue_


def on_request(event: Event) -> FromRequest:
    if event.fields.string("urgency") != "Emergency":
        return continue_()
    target = event.fields.target("target")
    return approve(f"{event.user.email} was fast tracked {target.label} AWS access.")
