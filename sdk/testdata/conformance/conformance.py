"""Hooks that do what a field of the request says. package sdk_test has the same in Go."""

import json
from datetime import timedelta
from typing import Any

from fasttrack_hooks import (
    KEEP,
    Check,
    Event,
    HookError,
    Hooks,
    Notification,
    Option,
    Permissions,
    Requirement,
    Search,
    approve,
    continue_,
    deescalate,
    deny,
    escalate,
    expire,
    ignore,
    revoke,
    serve,
)

VERBS: Any = {
    "approve": approve, "deny": deny, "ignore": ignore, "expire": expire, "escalate": escalate, "deescalate": deescalate, "revoke": revoke,
    "continue": lambda reason: continue_(),
}  # fmt: skip


def act(e: Event) -> Any:
    """Does what the request's program has for the hook, up to its outcome."""
    does = json.loads(e.fields.string("program") or "{}").get(e.hook, {})
    for c in does.get("checks", []):
        e.check(c["name"], c["passed"], c["detail"])
    if "output" in does:
        e.output(does["output"])
    if does.get("steps"):
        e.check("step", True, json.dumps(e.step("on_request").decode(), sort_keys=True, ensure_ascii=False, separators=(",", ":")))
    for name in does.get("reads", []):
        e.fields.string(name)
    if "fail" in does:
        raise HookError(does["fail"])
    return does


def outcome(e: Event) -> Any:
    does = act(e)
    made = VERBS[does.get("outcome", "continue")](does.get("reason", ""))
    if does.get("outcome") in ("approve", "deny"):
        made = made.because(*(Check(**c) for c in does.get("because", [])))
    if does.get("outcome") == "approve" and "for" in does:
        made = made.for_(timedelta(seconds=does["for"]))
    return made


def nothing(e: Event) -> Any:
    act(e)


def permissions(e: Event) -> Any:
    p = act(e).get("permissions", {})
    people = {name: KEEP if p.get(name) == "keep" else p.get(name) for name in ("approvers", "viewers")}
    needs = [Requirement(n["count"], n["from"]) for n in p.get("approvals", [])]
    return Permissions(people["approvers"], people["viewers"], p.get("self_approval"), needs, p.get("timeout_seconds", 0))


def notifications(e: Event) -> Any:
    n = act(e).get("notifications")
    return None if n is None else [Notification(one["to"], one["wait_seconds"]) for one in n]


def options(s: Search) -> Any:
    return [Option(value, "label of " + value) for value in s.flow.vars.strings("options")]


ON = ("on_request", "after_request", "on_approve", "on_deny", "on_expire", "on_escalate", "after_escalate", "while_active", "on_deescalate", "on_revoke")
AFTER = ("after_approve", "after_deny", "after_expire", "after_cancel", "after_deescalate", "after_revoke", "after_fail")
hooks: Any = {**{name: outcome for name in ON}, **{name: nothing for name in AFTER}}
handler = serve({"sample": Hooks(get_permissions=permissions, get_notifications=notifications, prefetch={"option": options}, **hooks)})
