"""Which flows a person sees, before a request exists."""

from __future__ import annotations

from dataclasses import dataclass

from .event import Flow, User


@dataclass(frozen=True)
class Viewer:
    """What Hooks.get_flows is called with: a person, who may request the flow by flows.yaml."""

    requester: User
    flow: Flow
