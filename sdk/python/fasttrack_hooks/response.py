"""The JSON document that a hook function returns."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any, Dict, List, Optional, Sequence, Tuple

from .contract import MAX_CHECK_TEXT, MAX_CHECKS, MAX_FLOWS, MAX_REASON, TRANSITIONS
from .errors import OutcomeError
from .event import Event
from .invocation import CONTRACT_VERSION
from .outcome import (
    Approval,
    Check,
    Continuation,
    Deescalation,
    Denial,
    Escalation,
    Expiry,
    Ignoring,
    Revocation,
)
from .people import Permissions, wire_notifications
from .store import MAX_PUTS, Store
from .text import as_json, check_line, check_lines, size

MAX_FLOW_NAMES = 16 << 10  # bytes

# A response without permissions has at most 64 KiB; MAX_RESPONSE leaves the rest to the
# errors of three hooks. CARRIED is the largest payload between states of Step Functions: the
# event, the response, and what is around both.
MAX_RESPONSE = 48 << 10
CARRIED = 256 << 10
AROUND = 2 << 10

# FIRST are the response members of version 1.0 of the contract, the only ones that an engine
# knows if it does not say what it accepts.
FIRST = (
    "transition", "reason", "message", "duration_seconds", "checks", "permissions", "notifications", "output", "subscriptions", "errors",
)  # fmt: skip

# The members that decide, limit or report a failure. They can't be dropped without changing
# the outcome.
_DECIDE = ("transition", "duration_seconds", "permissions", "notifications", "output", "puts", "errors")

# The order of the members in a response.
_ORDER = ("version", "transition", "reason", "message", "duration_seconds", "checks", "permissions", "notifications", "output", "puts", "subscriptions", "flows", "errors")

# The verb of each outcome.
_VERBS: Dict[type, str] = {
    Approval: "approve", Denial: "deny", Ignoring: "ignore", Continuation: "continue_", Expiry: "expire",
    Escalation: "escalate", Deescalation: "deescalate", Revocation: "revoke",
}  # fmt: skip

# The outcomes of each hook that may return one; the others return nothing.
_ALLOWED: Dict[str, Tuple[type, ...]] = {
    hook: (*(kind for kind in _VERBS if kind.transition in transitions), Continuation)  # type: ignore[attr-defined]
    for hook, transitions in TRANSITIONS.items()
    if transitions
}


class Response:
    """A response that grows by the outcomes of the hooks of one invocation."""

    def __init__(self, subscriptions: Sequence[str], flows: Optional[Sequence[str]]) -> None:
        self.members: Dict[str, Any] = {"version": CONTRACT_VERSION, "subscriptions": list(subscriptions)}
        if flows:
            self.members["flows"] = list(flows)

    def copy(self) -> Response:
        """Returns a copy that shares nothing with this one."""
        return copy.deepcopy(self)

    @property
    def transition(self) -> str:
        """Returns the transition, "" for none."""
        transition: str = self.members.get("transition", "")
        return transition

    def add(self, hook: str, e: Event, outcome: object) -> None:
        """Adds one hook's outcome. After an error the response is useless."""
        if e._failed is not None:
            raise e._failed
        if e._reads.mistake is not None:
            raise e._reads.mistake
        if e._has_output:
            if "output" in self.members:
                raise OutcomeError("output: an earlier hook of this invocation kept one; an invocation keeps one at most")
            self.members["output"] = e._output
        self._add_puts(hook, e.store)
        self.add_checks(e._checks)
        if hook == "get_permissions":
            if type(outcome) is not Permissions:
                raise OutcomeError(f"it returned {_shown(outcome)}; it must return Permissions")
            self.members["permissions"] = outcome.wire()
        elif hook == "get_notifications":
            if outcome is not None:  # which keeps the flow's list; an empty one notifies nobody
                self.members["notifications"] = wire_notifications(outcome)
        elif hook in _ALLOWED:
            self._add_outcome(_ALLOWED[hook], outcome)
        elif outcome is not None:
            raise OutcomeError(f"it returned {_shown(outcome)}; {hook} returns nothing")

    def _add_puts(self, hook: str, store: Store) -> None:
        if store.failed is not None:
            raise store.failed
        puts = store.puts()
        if not puts:
            return
        if hook in ("get_permissions", "get_notifications"):
            raise OutcomeError("store: a hook that names people decides nothing, so it may not put values")
        if len(puts) > MAX_PUTS:
            raise OutcomeError(f"store: {len(puts)} puts, more than {MAX_PUTS}")
        self.members["puts"] = [put.wire() for put in puts]

    def _add_outcome(self, allowed: Tuple[type, ...], outcome: object) -> None:
        if outcome is None:
            raise OutcomeError("it returned no outcome; return continue_() to go on")
        # A class derived from an outcome is none: it could forge one.
        if type(outcome) not in allowed:
            verbs = ", ".join(f"{_VERBS[kind]}()" for kind in allowed)
            raise OutcomeError(f"it returned {_shown(outcome)}, which is no outcome of this hook; its outcomes: {verbs}")
        if isinstance(outcome, Approval) and outcome.duration is not None:
            seconds = outcome.duration // timedelta(seconds=1)
            if seconds < 1 or timedelta(seconds=seconds) != outcome.duration:
                raise OutcomeError(f"for_({outcome.duration}): must be whole seconds, at least one")
            self.members["duration_seconds"] = seconds
        if isinstance(outcome, Ignoring):
            check_lines("its message", outcome.message, MAX_REASON)
            self._set("message", outcome.message)
        elif isinstance(outcome, (Approval, Denial, Expiry, Escalation, Deescalation, Revocation)):
            check_lines("its reason", outcome.reason, MAX_REASON)
            self._set("reason", outcome.reason)
        if isinstance(outcome, (Approval, Denial)):
            self.add_checks(outcome.checks)
        if isinstance(outcome, (Approval, Denial, Ignoring, Expiry, Escalation, Deescalation, Revocation)):
            self.members["transition"] = outcome.transition

    def _set(self, member: str, text: str) -> None:
        if text:
            self.members[member] = text

    def add_checks(self, checks: Sequence[Check]) -> None:
        """Adds evidence."""
        if not checks:
            return
        listed: List[Dict[str, Any]] = self.members.setdefault("checks", [])
        for c in checks:
            if type(c) is not Check:
                raise OutcomeError(f"a check: it is {_shown(c)}, and must be a Check")
            if c.name == "":
                raise OutcomeError("a check: it has no name")
            check_line("a check's name", c.name, MAX_CHECK_TEXT)
            check_lines("a check's detail", c.detail, MAX_CHECK_TEXT)
            one: Dict[str, Any] = {"name": c.name, "passed": c.passed}
            if c.detail:
                one["detail"] = c.detail
            listed.append(one)
        if len(listed) > MAX_CHECKS:
            raise OutcomeError(f"{len(listed)} checks in one invocation, more than {MAX_CHECKS}")

    def add_error(self, hook: str, text: str) -> None:
        """Adds the failure of a hook."""
        self.members.setdefault("errors", []).append({"hook": hook, "error": text})

    def check_size(self, event_size: int) -> None:
        """Checks that the response has room. Permissions may name many people, so with them
        it is what the event leaves of the payload."""
        room = max(MAX_RESPONSE, CARRIED - AROUND - event_size) if "permissions" in self.members else MAX_RESPONSE
        if size(self.members) > room:
            raise OutcomeError(f"the response would have {size(self.members)} bytes, more than {room}")

    def reply(self, accepts: Optional[Sequence[str]]) -> Dict[str, Any]:
        """Returns the document, without the members that the engine does not accept."""
        accepted = FIRST if accepts is None else accepts
        sent: Dict[str, Any] = {}
        for name in _ORDER:
            if name not in self.members:
                continue
            if name == "version" or name in accepted:
                sent[name] = self.members[name]
            elif name in _DECIDE:
                raise OutcomeError(f"this engine does not accept {name}, without which the response would mean something else")
        document: Dict[str, Any] = as_json(sent)
        return document


def _shown(value: object) -> str:
    """Returns the words for a value that a hook returned by mistake."""
    if type(value) in _VERBS:
        return f"{_VERBS[type(value)]}()"
    if type(value).__name__ == "coroutine":
        return "a coroutine: a hook is a plain function, not an async one"
    return type(value).__name__


def listed_flows(names: Sequence[str]) -> Optional[List[str]]:
    """Returns the flows that a response names; None, so that it names none, where they would
    take up too much of its room. An event of an unknown flow fails either way."""
    listed = sorted(names)
    if len(listed) > MAX_FLOWS or size(listed) > MAX_FLOW_NAMES:
        return None
    return listed
