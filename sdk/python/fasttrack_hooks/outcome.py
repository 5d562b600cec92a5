"""What a hook returns: an outcome, made by a verb."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar, Optional, Tuple, Union

from .text import must_be_text


@dataclass(frozen=True)
class Check:
    """One piece of evidence: what was checked, whether it passed, and a detail.

    Requesters, reviewers and auditors see it.
    """

    name: str
    passed: bool
    detail: str = ""

    def __post_init__(self) -> None:
        must_be_text("a check's name", self.name)
        must_be_text("a check's detail", self.detail)
        if not isinstance(self.passed, bool):
            raise TypeError(f"whether the check {self.name!r} passed must be True or False, got {type(self.passed).__name__}; use bool(…)")


@dataclass(frozen=True)
class Approval:
    """Approves. See approve."""

    transition: ClassVar[str] = "approve"
    reason: str
    checks: Tuple[Check, ...] = ()
    duration: Optional[timedelta] = None

    def because(self, *checks: Check) -> Approval:
        """Returns a copy of the approval with evidence added."""
        return replace(self, checks=self.checks + checks)

    def for_(self, duration: timedelta) -> Approval:
        """Returns a copy of the approval for a shorter time than requested, in whole seconds.

        A longer time fails the hook; min(e.run.duration, d) never does. In a flow that
        grants no access, any time fails it.
        """
        if not isinstance(duration, timedelta):
            raise TypeError(f"for_ takes a timedelta, got {type(duration).__name__}")
        return replace(self, duration=duration)

    def __str__(self) -> str:
        return f"approve: {self.reason}"


@dataclass(frozen=True)
class Denial:
    """Denies. See deny."""

    transition: ClassVar[str] = "deny"
    reason: str
    checks: Tuple[Check, ...] = ()

    def because(self, *checks: Check) -> Denial:
        """Returns a copy of the denial with evidence added."""
        return replace(self, checks=self.checks + checks)

    def __str__(self) -> str:
        return f"deny: {self.reason}"


@dataclass(frozen=True)
class Ignoring:
    """Has an action not count. See ignore."""

    transition: ClassVar[str] = "ignore"
    message: str

    def __str__(self) -> str:
        return f"ignore: {self.message}"


@dataclass(frozen=True)
class Continuation:
    """Decides nothing. See continue_."""

    transition: ClassVar[str] = ""

    def __str__(self) -> str:
        return "continue"


@dataclass(frozen=True)
class Expiry:
    """Expires. See expire."""

    transition: ClassVar[str] = "expire"
    reason: str

    def __str__(self) -> str:
        return f"expire: {self.reason}"


@dataclass(frozen=True)
class Escalation:
    """Grants access. See escalate."""

    transition: ClassVar[str] = "escalate"
    reason: str

    def __str__(self) -> str:
        return f"escalate: {self.reason}"


@dataclass(frozen=True)
class Deescalation:
    """Ends access, or grants none. See deescalate."""

    transition: ClassVar[str] = "deescalate"
    reason: str

    def __str__(self) -> str:
        return f"deescalate: {self.reason}"


@dataclass(frozen=True)
class Revocation:
    """Revokes access. See revoke."""

    transition: ClassVar[str] = "revoke"
    reason: str

    def __str__(self) -> str:
        return f"revoke: {self.reason}"


Outcome = Union[Approval, Denial, Ignoring, Continuation, Expiry, Escalation, Deescalation, Revocation]

# The outcomes that each hook may return. A type checker refuses any other, and so does
# the engine.
FromRequest = Union[Approval, Denial, Continuation]
FromAfterRequest = Union[Approval, Denial, Continuation]
FromApprove = Union[Approval, Denial, Ignoring, Continuation]
FromDeny = Union[Denial, Ignoring, Continuation]
FromExpire = Union[Approval, Denial, Expiry, Continuation]
FromEscalate = Union[Escalation, Deescalation, Continuation]
FromAfterEscalate = Union[Revocation, Deescalation, Continuation]
FromActive = Union[Revocation, Continuation]
FromDeescalate = Union[Deescalation, Continuation]
FromRevoke = Union[Revocation, Ignoring, Continuation]


def approve(reason: str) -> Approval:
    """Approves the request. Everyone sees the reason.

    It has at most 2,000 characters; line breaks and tabs are allowed, other control
    characters are not. An empty reason becomes one that names the hook and the flow.
    """
    return Approval(must_be_text("approve: the reason", reason))


def deny(reason: str) -> Denial:
    """Denies the request. Everyone sees the reason."""
    return Denial(must_be_text("deny: the reason", reason))


def ignore(message: str) -> Ignoring:
    """Has the action not count. The person sees the message."""
    return Ignoring(must_be_text("ignore: the message", message))


def continue_() -> Continuation:
    """Decides nothing: the request goes on as it would without the hook."""
    return Continuation()


def expire(reason: str) -> Expiry:
    """Lets the request expire, with a reason."""
    return Expiry(must_be_text("expire: the reason", reason))


def escalate(reason: str) -> Escalation:
    """Grants access, with a reason."""
    return Escalation(must_be_text("escalate: the reason", reason))


def deescalate(reason: str) -> Deescalation:
    """Ends access now or, from on_escalate, grants none."""
    return Deescalation(must_be_text("deescalate: the reason", reason))


def revoke(reason: str) -> Revocation:
    """Revokes access early, with a reason."""
    return Revocation(must_be_text("revoke: the reason", reason))
