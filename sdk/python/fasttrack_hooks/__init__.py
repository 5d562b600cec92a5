"""The Python SDK for writing hooks.

A hook is a plain function that can approve or deny a request before it goes to people, guard
who may approve it, and act on what happened. It returns an outcome, made by a verb: approve,
deny, ignore, continue_. A type checker refuses an outcome that the hook may not return, and
so does serve. A hook that raises or runs out of time approves nothing: the request goes to
people, who see why.

A hook may be called more than once. If it changes something elsewhere, make that repeatable
by event.run.id and event.name.
"""

from .errors import HookError, InvocationError, OutcomeError, UndeclaredName
from .event import Counts, Entry, Event, Extends, Flow, Recent, Run, SameTarget, Source, User
from .get_flows import Viewer
from .hooks import Flows, Hooks
from .invocation import CONTRACT_VERSION
from .outcome import (
    Approval,
    Check,
    Continuation,
    Deescalation,
    Denial,
    Escalation,
    Expiry,
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
    Ignoring,
    Revocation,
    approve,
    continue_,
    deescalate,
    deny,
    escalate,
    expire,
    ignore,
    revoke,
)
from .people import KEEP, Keep, Notification, Permissions, Requirement
from .prefetch import Option, Search
from .serve import serve
from .store import Put, Store, Values
from .values import JSON, Fields, Target, Vars
from .within import remaining

__all__ = [
    "Approval", "CONTRACT_VERSION", "Check", "Continuation", "Counts", "Deescalation", "Denial", "Entry", "Escalation", "Event", "Expiry", "Extends", "Fields", "Flow", "Flows",
    "FromActive", "FromAfterEscalate", "FromAfterRequest", "FromApprove", "FromDeescalate", "FromDeny", "FromEscalate", "FromExpire", "FromRequest", "FromRevoke",
    "HookError", "Hooks", "Ignoring", "InvocationError", "JSON", "KEEP", "Keep", "Notification", "Option", "OutcomeError", "Permissions", "Put", "Recent",
    "Requirement", "Revocation", "Run", "SameTarget", "Search", "Source", "Store", "Target", "UndeclaredName", "User", "Values", "Vars", "Viewer",
    "approve", "continue_", "deescalate", "deny", "escalate", "expire", "ignore", "remaining", "revoke", "serve",
]  # fmt: skip
