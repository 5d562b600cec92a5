"""The event that a hook is called for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Dict, List, Optional, Tuple

from .contract import EVENTS, TRANSITIONS
from .declared import Reads
from .errors import OutcomeError
from .outcome import Check
from .store import Store
from .text import as_json, size
from .values import JSON, Fields, Vars

MAX_OUTPUT = 8 << 10  # bytes

# The names that Event.step takes: a strategy's, and those of the hooks.
STEPS = ("escalate", *TRANSITIONS)


@dataclass(frozen=True)
class User:
    """A person, a hook or the engine. type is "user", "hook" or "engine".

    machine is true for an identity that is not a person, such as CI's role. It is set only
    for the requester.
    """

    type: str = ""
    id: str = ""
    email: str = ""
    name: str = ""
    groups: Tuple[str, ...] = ()
    machine: bool = False


@dataclass(frozen=True)
class Flow:
    """The flow of the request. version is that of the flow's block in flows.yaml under which
    the request was filed; empty from an older engine. vars are the flow's vars."""

    name: str
    label: str
    version: str
    vars: Vars


@dataclass(frozen=True)
class Source:
    """Where a request came from. channel is "api", "cli", "slack" or "web". place is where in
    it: the id of a Slack channel, the address of a page or of a job of CI, the name of a host;
    empty if unknown.

    verified reports that both are proven, by Slack. Otherwise they are the caller's own words:
    a hook must not approve by them. All are empty from an older engine.
    """

    channel: str = ""
    place: str = ""
    verified: bool = False


@dataclass(frozen=True)
class Entry:
    """One event of a run's history. reason is actor's; hook_reason is that of the hook
    hook_reason_by."""

    seq: int
    event: str
    at: datetime
    actor: User
    reason: str
    hook_reason: str
    hook_reason_by: str
    error: str


@dataclass(frozen=True)
class Extends:
    """What a request extends: the access of another request, which it takes over once it is
    granted.

    id is the request whose access it extends. number counts the extensions of the access: the
    first is 1. started_at is when the access began, in the first request that was extended.
    ends_at is when it ends without the extension; the duration of the request counts from
    then. total is how long the access lasts without it.
    """

    id: str
    number: int
    started_at: datetime
    ends_at: datetime
    total: timedelta


@dataclass(frozen=True)
class Run:
    """The record of the request.

    reason is the requester's. source is where the request came from. duration is how long access is requested for, zero in a flow
    that grants none. scheduled_start is when access is to start, if the requester chose a
    time; None for once the request is approved. starts_at and ends_at are set once access was granted. withheld names
    the sensitive fields that have a value. history is what happened so far, oldest first, at
    most 50 entries.

    override_of is set if an admin overrides this hook: its outcome is recorded and has no
    effect. It is the seq of the entry with which the hook last ignored such an action, 0 for
    none.

    extends is what the request extends, None if it extends none. extended_by is the request
    in which the access goes on, which has taken it over; empty if none has.

    until_revoked is whether access is requested until it is revoked; duration is then how
    often its holder confirms it.
    """

    id: str
    status: str
    reason: str
    duration: timedelta
    starts_at: Optional[datetime]
    ends_at: Optional[datetime]
    withheld: Tuple[str, ...]
    history: Tuple[Entry, ...]
    override_of: Optional[int]
    source: Source = Source()
    scheduled_start: Optional[datetime] = None
    extends: Optional[Extends] = None
    extended_by: str = ""
    until_revoked: bool = False


@dataclass(frozen=True)
class SameTarget:
    """Counts the requests for the same target."""

    approved: int = 0
    denied: int = 0


@dataclass(frozen=True)
class Recent:
    """Counts the requester's earlier requests of the flow, within the window before this
    one."""

    window: timedelta
    requested: int = 0
    approved: int = 0
    denied: int = 0
    escalated: int = 0
    same_target: SameTarget = SameTarget()


@dataclass(frozen=True)
class Counts:
    """Numbers of requests. escalated are those whose access was granted."""

    requested: int = 0
    approved: int = 0
    denied: int = 0
    escalated: int = 0


@dataclass(frozen=True)
class RecentCounts:
    """What is counted of the requester's earlier requests, in seconds, by window, flow and
    target."""

    windows: Tuple[int, ...]
    uncounted: Tuple[int, ...]
    flows: Tuple[str, ...]
    targets: Tuple[str, ...]
    counts: Dict[Tuple[int, str, str], Counts]


@dataclass
class Event:
    """What a hook is called for: something that happens to a request. Each hook has a copy of
    its own.

    hook is the hook that is called, such as "on_request". name is what happens: "request",
    "approve", "deny", … channel is where the event came from: "api", "cli", "slack", "web",
    "hook" or "engine". reason is the reason of this event; run.reason is the requester's.
    user caused this event, requester filed the request, holder gets the access: the requester,
    unless they requested for somebody else. context is JSON that a machine sent
    with its request.
    """

    hook: str
    name: str
    at: datetime
    channel: str
    reason: str
    user: User
    requester: User
    holder: User
    flow: Flow
    run: Run
    fields: Fields
    context: JSON
    _recent: Optional[Recent]
    _actors: Dict[str, User]
    _steps: Dict[str, Any]
    _trial: bool
    _reads: Reads
    _counts: Optional[RecentCounts] = None
    _store: Optional[Store] = None

    def __post_init__(self) -> None:
        self._checks: List[Check] = []
        self._output: Any = None
        self._has_output = False
        self._failed: Optional[Exception] = None

    @property
    def store(self) -> Store:
        """What the flow's hooks keep between requests, such as counters."""
        if self._store is None:
            self._store = Store(self._reads)
        return self._store

    def by_hook(self) -> bool:
        """Reports whether a hook, not a person, caused this event."""
        return self.channel == "hook"

    def trial(self) -> bool:
        """Reports whether the outcome has no effect. A hook that changes something elsewhere
        must not do so then.

        It is true in `fasttrack simulate`, `fasttrack backtest` and `fasttrack hooks check`.
        In a flow in shadow mode it is true for on_request and the reducers that run in its
        invocation.
        """
        return self._trial

    def actor(self, event: str) -> User:
        """Returns who last caused an event of that name, such as "request"; an empty User if
        nobody did."""
        if event not in self._actors:
            self._reads.known("event", event, EVENTS)
        return self._actors.get(event, User())

    def check(self, name: str, passed: bool, detail: str = "") -> bool:
        """Records evidence and returns passed."""
        self._checks.append(Check(name, passed, detail))
        return passed

    def output(self, value: Any) -> None:
        """Keeps value for later hooks, as JSON of at most 8 KiB; see step.

        An invocation keeps one output: a reducer that runs after an on_request with an
        output fails if it keeps another.
        """
        try:
            kept = as_json(value)
            if size(kept) > MAX_OUTPUT:
                raise OutcomeError(f"{size(kept)} bytes, more than {MAX_OUTPUT}")
        except (OutcomeError, TypeError, ValueError, RecursionError) as err:
            self._failed = OutcomeError(f"output: {err}")
            return
        self._output, self._has_output = kept, True

    def step(self, name: str) -> JSON:
        """Returns what an earlier step of the run left: what a hook, such as "on_request",
        kept by output, or the output of the strategy that granted the access, as
        "escalate"."""
        if name not in self._steps:
            self._reads.known("step", name, STEPS)
        return JSON(self._steps.get(name))

    def recent(self) -> Optional[Recent]:
        """Returns how often the requester has filed requests of this flow. It returns None if
        the flow has no recent: in flows.yaml, which is not the same as never."""
        return self._recent

    def recent_of(self, window: timedelta, flow: str = "", target: str = "") -> Optional[Counts]:
        """Returns how often the requester has filed requests of a flow within a window, for a
        target. Without a flow it is that of this request, without a target any.

        It returns None if there are too many in the window to count all of them, and if the
        flow counts nothing (recent: in flows.yaml); neither means never. A window, flow or
        target that flows.yaml does not have counted fails the hook.
        """
        n, flow = self._counts, flow or self.flow.name
        if n is None:
            return None
        seconds = window.total_seconds()
        known = sorted(n.windows + n.uncounted)
        if seconds not in known:
            within = ", ".join(str(timedelta(seconds=s)) for s in known)
            self._reads.refuse(f'flow "{self.flow.name}" counts no requests within {window}; it counts those within {within}')
        elif flow not in n.flows:
            self._reads.refuse(f'flow "{self.flow.name}" counts no requests of flow "{flow}"; it counts those of {", ".join(n.flows)}')
        elif target and target not in n.targets:
            self._reads.refuse(f'flow "{self.flow.name}" counts no requests for target "{target}"')
        elif seconds in n.windows:
            return n.counts.get((int(seconds), flow, target), Counts())
        return None
