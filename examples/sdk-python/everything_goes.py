"""Approves every request."""

from fasttrack_hooks import Approval, Event, approve


def on_request(event: Event) -> Approval:
    return approve("Everything goes!")
