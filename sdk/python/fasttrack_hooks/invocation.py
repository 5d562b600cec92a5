"""Reads the JSON document that a hook function is invoked with. Unknown members are ignored."""

from __future__ import annotations

import copy
import re
from datetime import datetime, timedelta, timezone
from typing import Any, List, Mapping, Optional, Tuple

from .declared import Names, Reads
from .errors import InvocationError
from .event import Counts, Entry, Event, Extends, Flow, Recent, RecentCounts, Run, SameTarget, Source, User
from .get_flows import Viewer
from .members import Members
from .store import Store
from .values import JSON, Fields, Vars

# CONTRACT_VERSION is the version of the hook contract that this package supports.
CONTRACT_VERSION = "1"

# How long each hook may take if the event doesn't say, and the longest time limit of a
# Lambda function, in seconds.
DEFAULT_LIMIT = 10
LONGEST = 900


class Invocation:
    """The document, read anew for each hook, so that each has a deep copy of its own."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        top = Members(document, "", lambda text: InvocationError(f"invalid hook event: {text}"))
        self._top = top
        version = top.get("version", str, "")
        if not _known(version):
            raise InvocationError(f'unsupported contract version "{version}"; supported: "{CONTRACT_VERSION}"')
        self.hook = top.get("hook", str, "")
        if not self.hook:
            raise InvocationError("invalid hook event: it names no hook")
        self.limit = min(top.get("timeout_seconds", int, 0), LONGEST)
        if self.limit < 1:
            self.limit = DEFAULT_LIMIT
        # The response members that the engine understands; None from one of version 1.0.
        self.accepts: Optional[List[str]] = top.texts("accepts")
        self.trial = top.get("trial", bool, False)
        self.field = top.get("field", str, "")
        self.query = top.get("query", str, "")
        self.value = top.get("value", str, "")
        self.run = top.object("run")
        self.run_id = self.run.get("id", str, "")
        self.flow_name = self.run.object("flow").get("name", str, "")
        declared = top.object("flow")
        self._version = declared.get("version", str, "")
        self._fields = declared.texts("fields")
        self._vars = declared.texts("vars_declared")
        self.event(self.hook, Reads())  # which refuses what it can't read

    def flow(self, reads: Reads) -> Flow:
        """Returns the flow of the event; reads checks the names that are read of it."""
        reads.flow = self.flow_name
        flow = self.run.object("flow")
        variables = Vars(flow.object("vars").values, Names("var", self._vars, reads))
        return Flow(self.flow_name, flow.get("label", str, ""), self._version, variables)

    def fields(self, reads: Reads) -> Fields:
        """Returns the fields of the event; reads checks the names that are read of them."""
        return Fields(self.run.object("fields").values, Names("field", self._fields, reads))

    def _store(self, reads: Reads) -> Store:
        """Returns what hooks keep."""
        reads.flow = self.flow_name
        declared, values = None, None
        names = self._top.object("flow")
        if names.values.get("store") is not None:
            declared = {scope: names.object("store").texts(scope) or () for scope in ("person", "flow")}
        if self.run.values.get("store") is not None:
            values = {scope: copy.deepcopy(dict(self.run.object("store").object(scope).values)) for scope in ("person", "flow")}
        return Store(reads, values, declared)

    def viewers(self) -> List[Tuple[str, Reads, Viewer]]:
        """Returns the flows of the hook get_flows, each with what reads the names of its vars."""
        all_flows = []
        for flow in self._top.objects("flows"):
            name, values = flow.get("name", str, ""), flow.object("vars").values
            reads = Reads(name)
            variables = Vars(values, Names("var", sorted(values), reads))
            all_flows.append((name, reads, Viewer(self.requester(), Flow(name, flow.get("label", str, ""), "", variables))))
        return all_flows

    def requester(self) -> User:
        """Returns who filed the request."""
        return _user(self.run.object("requester"), "user")

    def holder(self) -> User:
        """Returns who gets the access."""
        if self.run.values.get("for") is None:
            return self.requester()
        return _user(self.run.object("for"), "user")

    def event(self, hook: str, reads: Reads) -> Event:
        """Returns the event of one of the invocation's hooks."""
        event, run = self._top.object("event"), self.run
        access = run.object("access")
        steps = dict(run.object("steps").values)
        if run.values.get("strategy_output") is not None:
            steps["escalate"] = run.values["strategy_output"]
        return Event(
            hook=hook,
            name=event.get("name", str, ""),
            at=_time(event, "at") or _NEVER,
            channel=event.get("channel", str, ""),
            reason=event.get("reason", str, ""),
            user=_user(event.object("actor")),
            requester=self.requester(),
            holder=self.holder(),
            flow=self.flow(reads),
            run=Run(
                id=self.run_id,
                status=run.get("status", str, ""),
                reason=run.get("reason", str, ""),
                duration=timedelta(seconds=run.get("duration_seconds", int, 0)),
                starts_at=_time(access, "starts_at"),
                ends_at=_time(access, "ends_at"),
                withheld=tuple(run.texts("sensitive") or ()),
                history=tuple(_entry(e) for e in run.objects("history")),
                override_of=None if run.values.get("override_of") is None else run.get("override_of", int, 0),
                source=_source(run.object("source")),
                scheduled_start=_time(run, "starts_at"),
                extends=_extends(run),
                extended_by=run.get("extended_by", str, ""),
                until_revoked=run.get("until_revoked", bool, False),
            ),
            fields=self.fields(reads),
            context=JSON(run.values.get("context")),
            _recent=_recent(run),
            _actors={name: _user(run.object("actors").object(name)) for name in run.object("actors").values},
            _steps=steps,
            _trial=self.trial,
            _reads=reads,
            _counts=_counts(run),
            _store=self._store(reads),
        )


# The time of an event that names none.
_NEVER = datetime(1, 1, 1, tzinfo=timezone.utc)


def _known(version: str) -> bool:
    """Reports whether this package supports a version of the contract: "1", or "1.N" of a
    newer engine, whose additions it ignores."""
    return re.fullmatch(r"1(\.[0-9]+)?", version) is not None


def _extends(run: Members) -> Optional[Extends]:
    if run.values.get("extends") is None:
        return None
    x = run.object("extends")
    return Extends(
        id=x.get("id", str, ""),
        number=x.get("number", int, 0),
        started_at=_time(x, "started_at") or _NEVER,
        ends_at=_time(x, "ends_at") or _NEVER,
        total=timedelta(seconds=x.get("total_seconds", int, 0)),
    )


def _entry(e: Members) -> Entry:
    return Entry(
        seq=e.get("seq", int, 0),
        event=e.get("event", str, ""),
        at=_time(e, "at") or _NEVER,
        actor=_user(e.object("actor")),
        reason=e.get("reason", str, ""),
        hook_reason=e.get("hook_reason", str, ""),
        hook_reason_by=e.get("hook_reason_by", str, ""),
        error=e.get("error", str, ""),
    )


def _counts(run: Members) -> Optional[RecentCounts]:
    if run.values.get("recent_counts") is None:
        return None
    n = run.object("recent_counts")
    return RecentCounts(
        windows=n.ints("windows"),
        uncounted=n.ints("uncounted"),
        flows=tuple(n.texts("flows") or ()),
        targets=tuple(n.texts("targets") or ()),
        counts={
            (c.get("window_seconds", int, 0), c.get("flow", str, ""), c.get("target", str, "")): Counts(
                *(c.get(name, int, 0) for name in ("requested", "approved", "denied", "escalated"))
            )
            for c in n.objects("counts")
        },
    )


def _source(of: Members) -> Source:
    return Source(channel=of.get("channel", str, ""), place=of.get("place", str, ""), verified=of.get("verified", bool, False))


def _recent(run: Members) -> Optional[Recent]:
    if run.values.get("recent") is None:
        return None
    recent = run.object("recent")
    same = recent.object("same_target")
    return Recent(
        window=timedelta(seconds=recent.get("window_seconds", int, 0)),
        requested=recent.get("requested", int, 0),
        approved=recent.get("approved", int, 0),
        denied=recent.get("denied", int, 0),
        escalated=recent.get("escalated", int, 0),
        same_target=SameTarget(same.get("approved", int, 0), same.get("denied", int, 0)),
    )


def _user(of: Members, kind: str = "") -> User:
    return User(
        type=of.get("type", str, "") or kind,
        id=of.get("id", str, ""),
        email=of.get("email", str, ""),
        name=of.get("name", str, ""),
        groups=tuple(of.texts("groups") or ()),
        machine=of.get("machine", bool, False),
    )


def _time(of: Members, member: str) -> Optional[datetime]:
    text = of.get(member, str, "")
    if not text:
        return None
    wrong = of.wrong(f"{of.name(member)} must be a time, got {text!r}")
    time = _TIME.fullmatch(text)
    if time is None:
        raise wrong
    to_the_second, fraction, offset = time.groups()
    micros = ((fraction or "") + "000000")[:6]
    try:
        return datetime.fromisoformat(f"{to_the_second}.{micros}{'+00:00' if offset == 'Z' else offset}")
    except ValueError:
        raise wrong from None


# RFC 3339, with a fraction of any length.
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)")
