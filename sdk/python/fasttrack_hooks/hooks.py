"""The hooks of a flow."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Callable, Dict, List, Mapping, Optional

from .event import Event
from .get_flows import Viewer
from .outcome import (
    FromActive,
    FromAfterEscalate,
    FromAfterRequest,
    FromApprove,
    FromDeescalate,
    FromDeny,
    FromEscalate,
    FromExpire,
    FromRequest,
    FromRevoke,
)
from .people import Notification, Permissions
from .prefetch import Option, Search


@dataclass(frozen=True)
class Hooks:
    """The hooks of one flow. A hook that is None is never called and costs nothing.

    on_request runs first, before the request goes to people. get_permissions names the
    approvers, after an on_request that decided nothing. get_notifications names who is
    notified, in order: None keeps the flow's list, an empty list notifies nobody.
    after_request runs once the request has gone to people.

    on_approve runs before an approve counts, a person's or a hook's (see Event.by_hook),
    on_deny before a deny takes effect, and on_expire at the timeout of the review.

    on_escalate runs before access is granted, after_escalate once it was, on_deescalate
    before it ends on time, and on_revoke before a person's revoke takes effect.
    while_active runs every recheck of flows.yaml while access is active; its failure
    changes nothing.

    prefetch has a function for each field that has prefetch in flows.yaml. It returns the
    options of the field, of which people see the first 100. It is called again when the
    request is filed, to check the chosen value: see Search. It may take 5 s.

    get_flows reports whether a person sees the flow, which has get_flows in flows.yaml. To whom
    it does not show the flow, the flow is unknown: also while it fails. It may take 5 s.
    """

    on_request: Optional[Callable[[Event], FromRequest]] = None
    get_permissions: Optional[Callable[[Event], Permissions]] = None
    get_notifications: Optional[Callable[[Event], Optional[List[Notification]]]] = None
    after_request: Optional[Callable[[Event], FromAfterRequest]] = None
    on_approve: Optional[Callable[[Event], FromApprove]] = None
    after_approve: Optional[Callable[[Event], None]] = None
    on_deny: Optional[Callable[[Event], FromDeny]] = None
    after_deny: Optional[Callable[[Event], None]] = None
    on_expire: Optional[Callable[[Event], FromExpire]] = None
    after_expire: Optional[Callable[[Event], None]] = None
    after_cancel: Optional[Callable[[Event], None]] = None
    on_escalate: Optional[Callable[[Event], FromEscalate]] = None
    after_escalate: Optional[Callable[[Event], FromAfterEscalate]] = None
    while_active: Optional[Callable[[Event], FromActive]] = None
    on_deescalate: Optional[Callable[[Event], FromDeescalate]] = None
    after_deescalate: Optional[Callable[[Event], None]] = None
    on_revoke: Optional[Callable[[Event], FromRevoke]] = None
    after_revoke: Optional[Callable[[Event], None]] = None
    after_fail: Optional[Callable[[Event], None]] = None
    prefetch: Mapping[str, Callable[[Search], List[Option]]] = field(default_factory=dict)
    get_flows: Optional[Callable[[Viewer], bool]] = None

    def __post_init__(self) -> None:
        for name, hook in self.subscribed().items():
            if not callable(hook):
                raise TypeError(f"{name} must be a function, got {type(hook).__name__}")
        for name, search in self.prefetch.items():
            if not callable(search):
                raise TypeError(f"prefetch of {name} must be a function, got {type(search).__name__}")

        if self.get_flows is not None and not callable(self.get_flows):
            raise TypeError(f"get_flows must be a function, got {type(self.get_flows).__name__}")

    def subscribed(self) -> Dict[str, Callable[[Event], Any]]:
        """Returns the hooks that aren't None, in the order of a run's life."""
        all_hooks = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("prefetch", "get_flows")}
        return {name: hook for name, hook in all_hooks.items() if hook is not None}


# Flows are the hooks of each flow, by its name. Those of "*" are for flows that have none of
# their own. Without "*", an event of another flow fails. A flow without hooks says
# hooks: none in flows.yaml.
Flows = Mapping[str, Hooks]
