"""Builds events for tests of hooks.

A hook is a function: a test calls it with an event and compares the outcome by ==, without
AWS or a network.

    def test_emergency(self):
        got = fast_track_emergencies(event(fields={"urgency": "Emergency", "target": target("prod-ro", "Production")}))
        self.assertEqual(got, approve("ada@example.com was fast tracked Production AWS access."))

A whole function is tested by its response: handler(invocation("on_approve", by_user="grace@example.com")).
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Sequence, Tuple, TypedDict, Union

from .declared import Reads
from .event import Counts, Event, Extends, Recent, Source
from .invocation import CONTRACT_VERSION, Invocation
from .prefetch import Search

if TYPE_CHECKING:  # a type checker has it, wherever this runs
    from typing_extensions import Unpack

# Person is a person by e-mail, or as person() returns one.
Person = Union[str, Dict[str, Any]]


class Options(TypedDict, total=False):
    """What an event may have. By default ada@example.com files a request of the flow
    "sample"."""

    by_user: Person  # who causes the event
    by_hook: str  # the hook that causes the event, such as "on_request"
    channel: str
    reason: str  # of the event
    at: datetime
    requester: Person  # who filed the request; who causes the event stays
    holder: Person  # whom the requester requests for
    extends: Extends  # what the request extends
    extended_by: str  # the request that has taken the access over
    machine: str  # the requester as a machine, such as CI's role by its ARN
    why: str  # the requester's reason
    source: Source  # where the request came from
    duration: timedelta  # how long access is requested for
    until_revoked: bool  # access until it is revoked; duration is how often it is confirmed
    scheduled_start: datetime  # when access is to start, as the requester chose it
    status: str  # of the run, such as "pending"
    flow: str
    label: str  # of the flow
    vars: Mapping[str, Any]
    fields: Mapping[str, Any]
    withheld: Sequence[str]  # sensitive fields that have a value
    context: Any  # that the requester sent; absent without it
    recent: Recent  # without it the flow has no recent: in flows.yaml
    # What is counted within a window, of a flow ("" is this one) and for a target ("" is any).
    recent_of: Mapping[Tuple[timedelta, str, str], Counts]
    actors: Mapping[str, Person]  # who caused earlier events, by event
    history: Sequence[Mapping[str, Any]]
    steps: Mapping[str, Any]  # the outputs of earlier hooks, by hook
    strategy_output: Any  # a hook reads it by e.step("escalate")
    override_of: int
    trial: bool
    # The names that the flow declares, as flows.yaml does. A hook that reads any other
    # raises UndeclaredName.
    declare_fields: Sequence[str]
    declare_vars: Sequence[str]
    # What hooks keep of the person who gets the access, and of the flow. Either, also empty,
    # adds a store to the event. What the hook has put is in e.store.puts().
    person_values: Mapping[str, Any]
    flow_values: Mapping[str, Any]


def person(email: str, *groups: str) -> Dict[str, Any]:
    """Returns a person who is in groups."""
    found: Dict[str, Any] = {"type": "user", "id": email, "email": email}
    if groups:
        found["groups"] = list(groups)
    return found


def target(id: str, label: str = "", **settings: Any) -> Dict[str, Any]:
    """Returns the value of a field that is a target."""
    chosen: Dict[str, Any] = {"id": id, "label": label}
    if settings:
        chosen["settings"] = settings
    return chosen


def event(hook: str = "on_request", **options: Unpack[Options]) -> Event:
    """Builds the event of a hook."""
    return Invocation(invocation(hook, **options)).event(hook, Reads())


def _event_of(hook: str) -> str:
    """Returns the event that a hook is about."""
    if hook == "while_active":
        return "escalate"
    return "request" if hook.startswith("get_") else hook.partition("_")[2]


def invocation(hook: str = "on_request", **options: Unpack[Options]) -> Dict[str, Any]:
    """Builds the JSON document that a hook function is invoked with."""
    unknown = sorted(set(options) - set(Options.__annotations__))
    if unknown:
        raise TypeError(f"unknown option {unknown[0]}; known: {', '.join(Options.__annotations__)}")
    requester = _person(options.get("requester", "ada@example.com"))
    if "machine" in options:
        requester = {"id": options["machine"], "machine": True}
    about: Dict[str, Any] = {
        "name": _event_of(hook),
        "at": _time(options.get("at", datetime(2026, 11, 23, 10, tzinfo=timezone.utc))),
        "channel": options.get("channel", "api"),
        "actor": _person(options.get("by_user", "ada@example.com")),
        "reason": options.get("reason", ""),
    }
    if "by_hook" in options:
        about["channel"], about["actor"] = "hook", {"type": "hook", "id": options["by_hook"]}
    document: Dict[str, Any] = {"version": CONTRACT_VERSION, "hook": hook, "event": about, "run": _run(options, requester)}
    if options.get("trial"):
        document["trial"] = True
    if "declare_fields" in options or "declare_vars" in options:
        document["flow"] = {
            "name": options.get("flow", "sample"),
            "fields": list(options.get("declare_fields", [])),
            "vars_declared": list(options.get("declare_vars", [])),
        }
    return document


def _run(options: Options, requester: Dict[str, Any]) -> Dict[str, Any]:
    flow: Dict[str, Any] = {"name": options.get("flow", "sample"), "vars": dict(options.get("vars", {}))}
    if "label" in options:
        flow["label"] = options["label"]
    actors = {"request": {"type": "user", **{k: v for k, v in requester.items() if k in ("id", "email")}}}
    actors.update({name: _person(who) for name, who in options.get("actors", {}).items()})
    run: Dict[str, Any] = {
        "id": "01JDBX0000000000000000TEST",
        "status": options.get("status", "requested"),
        "flow": flow,
        "requester": requester,
        "reason": options.get("why", ""),
        "fields": dict(options.get("fields", {})),
        "history": [dict(entry) for entry in options.get("history", [])],
        "steps": dict(options.get("steps", {})),
        "actors": actors,
        "source": asdict(options.get("source", Source("api"))),
    }
    if not run["source"]["place"]:
        del run["source"]["place"]
    if "holder" in options:
        run["for"] = _person(options["holder"])
    if "extends" in options:
        x = options["extends"]
        run["extends"] = {
            "id": x.id,
            "number": x.number,
            "started_at": _time(x.started_at),
            "ends_at": _time(x.ends_at),
            "total_seconds": x.total // timedelta(seconds=1),
        }
    if "extended_by" in options:
        run["extended_by"] = options["extended_by"]
    if "duration" in options:
        run["duration_seconds"] = options["duration"] // timedelta(seconds=1)
    if options.get("until_revoked"):
        run["until_revoked"] = True
    if "scheduled_start" in options:
        run["starts_at"] = _time(options["scheduled_start"])
    if "withheld" in options:
        run["sensitive"] = list(options["withheld"])
    if "context" in options:
        run["context"] = options["context"]
    if "strategy_output" in options:
        run["strategy_output"] = options["strategy_output"]
    if "override_of" in options:
        run["override_of"] = options["override_of"]
    if "person_values" in options or "flow_values" in options:
        run["store"] = {"person": _kept(options.get("person_values", {})), "flow": _kept(options.get("flow_values", {}))}
    if "recent" in options:
        counts = asdict(options["recent"])
        run["recent"] = {"window_seconds": counts.pop("window") // timedelta(seconds=1), **counts}
    if "recent_of" in options:
        run["recent_counts"] = _counted(options["recent_of"], flow["name"])
    return run


def _kept(values: Mapping[str, Any]) -> Dict[str, Any]:
    return {key: {"value": value, "version": "v1", "expires_at": "2099-01-01T00:00:00Z"} for key, value in values.items()}


def _counted(of: Mapping[Tuple[timedelta, str, str], Counts], own: str) -> Dict[str, Any]:
    counts = []
    for (window, flow, target), n in of.items():
        count: Dict[str, Any] = {"window_seconds": window // timedelta(seconds=1), "flow": flow or own, **asdict(n)}
        if target:
            count["target"] = target
        counts.append(count)
    return {
        "windows": sorted({c["window_seconds"] for c in counts}),
        "flows": sorted({c["flow"] for c in counts}),
        "targets": sorted({c["target"] for c in counts if "target" in c}),
        "counts": counts,
    }


def search(field: str, query: str = "", value: str = "", **options: Unpack[Options]) -> Search:
    """Builds what a function of Hooks.prefetch is called with."""
    read = Invocation({**invocation("prefetch", **options), "field": field, "query": value or query, "value": value})
    reads = Reads()
    return Search(field, read.query, read.value, read.requester(), read.flow(reads), read.fields(reads), read.trial)


def _person(who: Person) -> Dict[str, Any]:
    return person(who) if isinstance(who, str) else dict(who)


def _time(at: datetime) -> str:
    return at.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


__all__: List[str] = ["Options", "Person", "event", "invocation", "person", "search", "target"]
