"""Reads the JSON document that a hook function is invoked with. Unknown members are ignored."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any, Dict, List, Mapping, Optional, Tuple, Type, TypeVar

from .declared import Names, Reads
from .errors import InvocationError
from .event import Entry, Event, Flow, Recent, Run, SameTarget, User
from .values import JSON, Fields, Vars

# CONTRACT_VERSION is the version of the hook contract that this package supports.
CONTRACT_VERSION = "1"

# How long each hook may take if the event doesn't say, and the longest time limit of a
# Lambda function, in seconds.
DEFAULT_LIMIT = 10
LONGEST = 900

T = TypeVar("T")


class Invocation:
    """The document, read anew for each hook, so that each has a deep copy of its own."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        if not isinstance(document, dict):
            raise InvocationError(f"invalid hook event: it must be an object, got {type(document).__name__}")
        top = _Members(document, "")
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

    def requester(self) -> User:
        """Returns who filed the request."""
        return self.run.object("requester").user("user")

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
            at=event.time("at") or _NEVER,
            channel=event.get("channel", str, ""),
            reason=event.get("reason", str, ""),
            user=event.object("actor").user(""),
            requester=self.requester(),
            flow=self.flow(reads),
            run=Run(
                id=self.run_id,
                status=run.get("status", str, ""),
                reason=run.get("reason", str, ""),
                duration=timedelta(seconds=run.get("duration_seconds", int, 0)),
                starts_at=access.time("starts_at"),
                ends_at=access.time("ends_at"),
                withheld=tuple(run.texts("sensitive") or ()),
                history=tuple(_entry(e) for e in run.objects("history")),
                override_of=None if run.values.get("override_of") is None else run.get("override_of", int, 0),
            ),
            fields=self.fields(reads),
            context=JSON(run.values.get("context")),
            _recent=_recent(run),
            _actors={name: run.object("actors").object(name).user("") for name in run.object("actors").values},
            _steps=steps,
            _trial=self.trial,
            _reads=reads,
        )


# The time of an event that names none.
_NEVER = datetime(1, 1, 1, tzinfo=timezone.utc)


def _known(version: str) -> bool:
    """Reports whether this package supports a version of the contract: "1", or "1.N" of a
    newer engine, whose additions it ignores."""
    return re.fullmatch(r"1(\.[0-9]+)?", version) is not None


def _entry(e: _Members) -> Entry:
    return Entry(
        seq=e.get("seq", int, 0),
        event=e.get("event", str, ""),
        at=e.time("at") or _NEVER,
        actor=e.object("actor").user(""),
        reason=e.get("reason", str, ""),
        hook_reason=e.get("hook_reason", str, ""),
        hook_reason_by=e.get("hook_reason_by", str, ""),
        error=e.get("error", str, ""),
    )


def _recent(run: _Members) -> Optional[Recent]:
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


class _Members:
    """The members of an object. One that is absent or null reads as the zero value, one of
    another type is refused."""

    def __init__(self, values: Dict[str, Any], path: str) -> None:
        self.values = values
        self._path = path

    def _name(self, member: str) -> str:
        return f"{self._path}.{member}" if self._path else member

    def get(self, member: str, kind: Type[T], zero: T) -> T:
        value = self.values.get(member)
        if value is None:
            return zero
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise InvocationError(f"invalid hook event: {self._name(member)} must be {_WORDS[kind]}, got {type(value).__name__}")
        return value

    def object(self, member: str) -> _Members:
        return _Members(self.get(member, dict, {}), self._name(member))

    def objects(self, member: str) -> Tuple[_Members, ...]:
        listed = self.get(member, list, [])
        for one in listed:
            if not isinstance(one, dict):
                raise InvocationError(f"invalid hook event: {self._name(member)} must be a list of objects")
        return tuple(_Members(one, self._name(member)) for one in listed)

    def texts(self, member: str) -> Optional[List[str]]:
        """Returns a list of strings; None if it is absent."""
        if self.values.get(member) is None:
            return None
        listed = self.get(member, list, [])
        if not all(isinstance(one, str) for one in listed):
            raise InvocationError(f"invalid hook event: {self._name(member)} must be a list of strings")
        return list(listed)

    def time(self, member: str) -> Optional[datetime]:
        text = self.get(member, str, "")
        if not text:
            return None
        time = _TIME.fullmatch(text)
        if time is None:
            raise InvocationError(f"invalid hook event: {self._name(member)} must be a time, got {text!r}")
        to_the_second, fraction, offset = time.groups()
        micros = ((fraction or "") + "000000")[:6]
        try:
            return datetime.fromisoformat(f"{to_the_second}.{micros}{'+00:00' if offset == 'Z' else offset}")
        except ValueError as err:
            raise InvocationError(f"invalid hook event: {self._name(member)} must be a time, got {text!r}") from err

    def user(self, kind: str) -> User:
        return User(
            type=self.get("type", str, "") or kind,
            id=self.get("id", str, ""),
            email=self.get("email", str, ""),
            name=self.get("name", str, ""),
            groups=tuple(self.texts("groups") or ()),
            machine=self.get("machine", bool, False),
        )


_WORDS: Dict[type, str] = {str: "a string", int: "a whole number", bool: "true or false", dict: "an object", list: "a list"}

# RFC 3339, with a fraction of any length.
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)")
