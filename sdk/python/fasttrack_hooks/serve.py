"""Responds to invocations by the state machine."""

from __future__ import annotations

import copy
import time
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

from . import log
from .declared import Reads
from .errors import HookError, InvocationError, OutcomeError
from .event import Event
from .get_flows import Viewer
from .hooks import Flows, Hooks
from .invocation import CONTRACT_VERSION, Invocation
from .people import Permissions
from .prefetch import Search, fit
from .response import MAX_RESPONSE, Response, listed_flows
from .text import clip, size
from .within import Returned, within

Handler = Callable[..., Dict[str, Any]]


def serve(flows: Flows) -> Handler:
    """Returns the handler of the Lambda function, which a test may call too.

    It runs the hook that the event names and, after an on_request that decided nothing, the
    reducers. The response reports hooks that failed; it raises for an event that can't be
    read, or whose flow is unknown.
    """
    flows = dict(flows)
    for name, hooks in flows.items():
        if not isinstance(hooks, Hooks):
            raise TypeError(f'the hooks of flow "{name}" must be Hooks(…), got {type(hooks).__name__}')

    def handler(event: Mapping[str, Any], context: Any = None) -> Dict[str, Any]:
        end = None
        if context is not None:
            end = time.monotonic() + context.get_remaining_time_in_millis() / 1000
        return _respond(flows, event, end)

    return handler


def _respond(flows: Flows, document: Mapping[str, Any], end: Optional[float]) -> Dict[str, Any]:
    invocation = Invocation(document)
    if invocation.hook == "resume":  # at the start of a recovery that calls no hook
        return {}
    if invocation.hook == "none":  # calls no hook; the response lists the function's flows
        return Response((), listed_flows(list(flows))).reply(invocation.accepts)
    if invocation.hook == "get_flows":
        return _get_flows(flows, invocation, end)
    hooks = _of(flows, invocation.flow_name)
    if invocation.hook == "prefetch":
        return _prefetch(hooks, invocation, end)
    subscribed = hooks.subscribed()
    call = _Call(document, invocation, Response(list(subscribed), listed_flows(list(flows))), end)
    for name in _chain(invocation.hook):
        if name in subscribed and not call.response.transition:
            call.run(name, subscribed[name])
    return call.response.reply(invocation.accepts)


def _of(flows: Flows, name: str) -> Hooks:
    """Returns the hooks of a flow. A flow without hooks is an error: it may have another name
    in flows.yaml by now, and its guard would be gone without a word."""
    hooks = flows.get(name) or flows.get("*")
    if hooks is None:
        raise InvocationError(
            f'flow "{name}" has no hooks in this function, which has hooks for {", ".join(sorted(flows))}; '
            "add them, or set hooks: none for the flow in flows.yaml"
        )
    return hooks


def _chain(hook: str) -> List[str]:
    """Lists the hooks that run in an invocation of one."""
    if hook == "on_request":
        return ["on_request", "get_permissions", "get_notifications"]
    if hook == "get_permissions":
        return ["get_permissions", "get_notifications"]
    return [hook]


class _Call:
    """One invocation of the function, in which several hooks may run."""

    def __init__(self, document: Mapping[str, Any], invocation: Invocation, response: Response, end: Optional[float]) -> None:
        self._document = document
        self._size = size(document)
        self._invocation = invocation
        self.response = response
        self._end = end

    def run(self, name: str, hook: Callable[[Event], Any]) -> None:
        """Runs one hook within its time limit, and adds its outcome or its failure."""
        started = time.monotonic()
        event = self._event(name)
        got = within(self._invocation.limit, self._end, lambda: hook(event))
        if not got.failure:
            got = self._add(name, event, got.outcome)
        outcome = self.response.transition or "continue"
        if got.failure:
            outcome = got.failure
            self.response.add_error(name, clip(got.why))
            if not got.hung:
                self._keep_evidence(name, event)
        if type(got.outcome) is Permissions and got.outcome.approvers is None:
            log.line(
                "WARN", "no approvers: only the flow's admins may decide; KEEP keeps the flow's",
                run_id=self._invocation.run_id, flow=self._invocation.flow_name, hook=name,
            )  # fmt: skip
        _log(bool(got.failure), self._invocation, name, outcome, started)

    def _event(self, name: str) -> Event:
        """Reads the event anew, so that each hook has a deep copy of its own. It has what an
        earlier hook of the same invocation kept."""
        event = Invocation(copy.deepcopy(dict(self._document))).event(name, Reads())
        if "output" in self.response.members:
            event._steps[self._invocation.hook] = copy.deepcopy(self.response.members["output"])
        return event

    def _add(self, name: str, event: Event, outcome: Any) -> Returned:
        """Adds a hook's outcome to the response, or nothing of it."""
        following = self.response.copy()
        try:
            following.add(name, event, outcome)
            following.check_size(self._size)
        except (HookError, TypeError, ValueError) as err:
            return Returned(outcome, failure="invalid", why=str(err))
        self.response = following
        return Returned(outcome)

    def _keep_evidence(self, name: str, event: Event) -> None:
        """Keeps the checks of a failed hook, if they are valid."""
        following = self.response.copy()
        try:
            following.add_checks(event._checks)
            following.check_size(self._size)
        except OutcomeError:
            return  # the hook's own failure is reported already
        self.response = following


def _get_flows(flows: Flows, invocation: Invocation, end: Optional[float]) -> Dict[str, Any]:
    """Returns which flows the person sees. All hooks share the time limit."""
    document: Dict[str, Any] = {"version": CONTRACT_VERSION, "flows": []}
    until = time.monotonic() + invocation.limit
    for name, reads, viewer in invocation.viewers():
        started = time.monotonic()
        got = _sees(flows, name, reads, viewer, max(until - started, 0), end)
        if got.failure:
            document.setdefault("errors", []).append({"hook": "get_flows", "flow": name, "error": clip(got.why)})
        elif got.outcome:
            document["flows"].append(name)
        invocation.flow_name = name  # for the log
        _log(bool(got.failure), invocation, "get_flows", got.failure or ("shown" if got.outcome else "hidden"), started)
    return document


def _sees(flows: Flows, name: str, reads: Reads, viewer: Viewer, limit: float, end: Optional[float]) -> Returned:
    try:
        function = _of(flows, name).get_flows
    except InvocationError as err:
        return Returned(failure="unknown", why=str(err))
    if function is None:
        return Returned(failure="unknown", why="the flow's hooks have no get_flows")

    def call() -> bool:
        shown: object = function(viewer)
        if reads.mistake is not None:
            raise reads.mistake
        if not isinstance(shown, bool):
            raise OutcomeError(f"it returned {type(shown).__name__}; it must return True or False")
        return shown

    return within(limit, end, call)


def _prefetch(hooks: Hooks, invocation: Invocation, end: Optional[float]) -> Dict[str, Any]:
    """Returns the options of the field that the invocation names."""
    started = time.monotonic()
    document: Dict[str, Any] = {"version": CONTRACT_VERSION, "options": []}
    function = hooks.prefetch.get(invocation.field)
    if function is None:
        got = Returned(failure="unknown field", why=f'the flow\'s hooks have no prefetch for the field "{invocation.field}"')
    else:
        got = within(invocation.limit, end, lambda: _search(function, invocation))
    if got.failure:
        document["errors"] = [{"hook": "prefetch", "error": clip(got.why)}]
        outcome = got.failure
    else:
        document["options"], more = got.outcome
        if more and "more" in (invocation.accepts or ()):
            document["more"] = True
        outcome = f"{len(document['options'])} options"
    _log(bool(got.failure), invocation, "prefetch", outcome, started)
    return document


def _search(function: Callable[[Search], Any], invocation: Invocation) -> Any:
    reads = Reads()
    search = Search(
        invocation.field, invocation.query, invocation.value, invocation.requester(), invocation.flow(reads), invocation.fields(reads), invocation.trial
    )  # fmt: skip
    options = function(search)
    if reads.mistake is not None:
        raise reads.mistake
    fitting, more = fit(options, invocation.value, MAX_RESPONSE)
    return fitting, more or search._more


def _log(failed: bool, invocation: Invocation, hook: str, outcome: str, started: float) -> None:
    took = round((time.monotonic() - started) * 1000)
    log.line(
        "ERROR" if failed else "INFO", "hook",
        run_id=invocation.run_id, flow=invocation.flow_name, hook=hook, outcome=outcome, took_ms=took,
    )  # fmt: skip
