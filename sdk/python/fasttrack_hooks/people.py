"""Who may decide, and who is notified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

from .contract import MAX_APPROVALS, MAX_NOTIFICATIONS, MAX_NOTIFIED, MAX_PRINCIPAL, MAX_PRINCIPALS, MAX_REVIEW_SECONDS
from .errors import OutcomeError
from .text import check_line


class Keep:
    """The type of KEEP."""

    def __repr__(self) -> str:
        return "KEEP"


# KEEP stands for the flow's own list in Permissions. It is not None, so that a failed
# lookup that returned None never keeps the flow's wider list.
KEEP = Keep()

# Principals are e-mails, "group:NAME", "everyone" and "admins", at most 1,000 in a list. A
# string is none, so that one address isn't read as a list of letters.
Principals = Union[List[str], Tuple[str, ...], Keep, None]


@dataclass(frozen=True)
class Requirement:
    """Demands approvals of count different people of the principal from_, or of any approver
    if from_ is empty."""

    count: int
    from_: str = ""


@dataclass(frozen=True)
class Permissions:
    """Overrides members of the flow's review.

    approvers may decide, besides the flow's admins, who always may. KEEP keeps the
    flow's approvers. None is the empty list and leaves the admins only.

    viewers may see the request, besides the flow's viewers and the approvers. KEEP and
    None add nobody.

    self_approval, unless None, overrides whether requesters may approve their own
    requests. approvals are the people who must approve, as a number or as requirements;
    none keeps the flow's. timeout_seconds is how long the review waits, from when the
    request was filed; 0 keeps the flow's.
    """

    approvers: Principals
    viewers: Principals = None
    self_approval: Optional[bool] = None
    approvals: Union[int, Sequence[Requirement]] = ()
    timeout_seconds: int = 0

    def wire(self) -> Dict[str, Any]:
        """Returns the permissions as they are sent. It checks them as the engine does, so
        that a mistake shows in the test of a hook and not in the history of a request."""
        sent: Dict[str, Any] = {}
        for name, principals in (("approvers", self.approvers), ("viewers", self.viewers)):
            if not isinstance(principals, Keep):
                sent[name] = _principals(name, principals)
        if self.self_approval is not None:
            if not isinstance(self.self_approval, bool):
                raise OutcomeError("self_approval must be True, False or None")
            sent["self_approval"] = self.self_approval
        if self.approvals != ():
            needs = [Requirement(self.approvals)] if isinstance(self.approvals, int) else list(self.approvals)
            if needs:
                sent["approvals"] = _requirements(needs)
        _check_seconds("timeout_seconds", self.timeout_seconds)
        if self.timeout_seconds:
            sent["timeout_seconds"] = self.timeout_seconds
        return sent


@dataclass(frozen=True)
class Notification:
    """Names who is notified, and how long to wait for a decision before the next
    notification.

    Entries of to are those of the notify list of flows.yaml. People: an e-mail address,
    "group:sre", "admins", "everyone", an ARN or "issuer|subject". Channels: "sns",
    "webhook", "slack:#ops", "slack:C0123ABCD", "slack:@grace@example.com",
    "slack:@requester", "email:ops@example.com", "teams:ops". One that the deployment can't
    deliver to is skipped."""

    to: Union[List[str], Tuple[str, ...]]
    wait_seconds: int = 0

    def wire(self) -> Dict[str, Any]:
        """Returns the notification as it is sent, checked as the engine does."""
        to = _list("a notification: to", self.to)
        if not to:
            raise OutcomeError("a notification: to names nobody")
        if len(to) > MAX_NOTIFIED:
            raise OutcomeError(f"a notification: to names {len(to)}, more than {MAX_NOTIFIED}")
        for one in to:
            if one == "":
                raise OutcomeError("a notification: to has an empty name")
            check_line("a notification: to", one, MAX_PRINCIPAL)
        _check_seconds("wait_seconds", self.wait_seconds)
        return {"to": to, "wait_seconds": self.wait_seconds}


def wire_notifications(notifications: object) -> List[Dict[str, Any]]:
    """Returns a list of notifications as it is sent, checked as the engine does."""
    if not isinstance(notifications, (list, tuple)) or not all(type(n) is Notification for n in notifications):
        raise OutcomeError(f"it returned {type(notifications).__name__}; it must be a list of Notification, or None to keep the flow's")
    if len(notifications) > MAX_NOTIFICATIONS:
        raise OutcomeError(f"{len(notifications)} notifications, more than {MAX_NOTIFICATIONS}")
    return [n.wire() for n in notifications]


def _list(what: str, value: object) -> List[Any]:
    if isinstance(value, (list, tuple)):
        return list(value)
    raise OutcomeError(f"{what} must be a list, got {type(value).__name__}")


def _principals(what: str, principals: object) -> List[str]:
    if principals is None:
        return []
    sent = _list(what, principals)
    if any(isinstance(p, Keep) for p in sent):
        raise OutcomeError(f"{what}: KEEP can't be combined with other principals")
    _check_principals(what, sent)
    return sent


def _requirements(needs: List[Requirement]) -> List[Dict[str, Any]]:
    sent: List[Dict[str, Any]] = []
    for need in needs:
        if type(need) is not Requirement:
            raise OutcomeError(f"approvals must be a number or a list of Requirement, got {type(need).__name__} in it")
        if not _whole(need.count) or not 1 <= need.count <= MAX_APPROVALS:
            raise OutcomeError(f"a count in approvals must be 1 to {MAX_APPROVALS}, got {need.count}")
        if need.from_ == "":
            sent.append({"count": need.count})
            continue
        _check_principals("approvals", [need.from_])
        sent.append({"from": need.from_, "count": need.count})
    total = sum(need.count for need in needs)
    if total > MAX_APPROVALS:
        raise OutcomeError(f"{total} people in approvals, more than {MAX_APPROVALS}")
    return sent


def _check_principals(what: str, principals: List[str]) -> None:
    """Checks the form of e-mails and other identities, "group:NAME", "everyone", "admins"."""
    if len(principals) > MAX_PRINCIPALS:
        raise OutcomeError(f"{what}: {len(principals)} of them, more than {MAX_PRINCIPALS}")
    for p in principals:
        check_line(what, p, MAX_PRINCIPAL)
        if p == "group:" or p not in ("everyone", "admins") and not any(c in p for c in "@:|"):
            raise OutcomeError(f'{what}: "{p}" is neither an e-mail nor "group:NAME", "everyone" or "admins"')


def _whole(n: object) -> bool:
    return isinstance(n, int) and not isinstance(n, bool)


def _check_seconds(what: str, n: int) -> None:
    if not _whole(n) or not 0 <= n <= MAX_REVIEW_SECONDS:
        raise OutcomeError(f"{what} must be 0 to {MAX_REVIEW_SECONDS}, got {n}")
