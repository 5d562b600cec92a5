"""Hooks in Python: a Lambda function that speaks the hook contract.

Events and responses are as schema/hook-asked.v1.json and hook-answer.v1.json
say. Lambda's runtime (python3.13) needs nothing but this file.
"""

LOW_RISK = {"docs", "staging"}


def handler(asked, context):
    """Answers one hook. An exception is a failure of the hook: people decide."""
    major, _, _ = asked["version"].partition(".")
    if major != "1":
        raise ValueError(f"unsupported contract version {asked['version']}; supported: 1")
    flow = asked["run"]["flow"]["name"]
    if flow not in FLOWS:
        raise ValueError(f"flow {flow!r} has no hooks in this function, which has hooks for {', '.join(FLOWS)}")
    hooks = FLOWS[flow]
    hook = hooks.get(asked["hook"])
    answer = hook(asked["event"], asked["run"], Declared(asked)) if hook else {}
    answer = {"subscriptions": list(hooks), "flows": list(FLOWS), **answer}
    # An engine of version 1.0 does not say what it accepts; flows is newer.
    accepts = asked.get("accepts", [name for name in answer if name != "flows"])
    return {"version": "1", **{name: value for name, value in answer.items() if name in accepts}}


class Declared:
    """The fields and vars of the flow. Reading a name that it does not declare raises."""

    def __init__(self, asked):
        declared = asked.get("flow", {})
        self._fields = ("field", asked["run"].get("fields", {}), declared.get("fields"))
        self._vars = ("var", asked["run"]["flow"].get("vars", {}), declared.get("vars_declared"))

    def field(self, name, default=None):
        return self._read(name, default, *self._fields)

    def var(self, name, default=None):
        return self._read(name, default, *self._vars)

    @staticmethod
    def _read(name, default, kind, values, names):
        if names is not None and name not in names:  # an older engine sends no names
            raise KeyError(f"the flow has no {kind} {name!r}; it declares {', '.join(names) or 'none'}")
        return values.get(name, default)


def on_request(event, run, flow):
    """Approves what touches a service of low risk."""
    service = flow.field("service", "")
    low = service in LOW_RISK
    checks = [{"name": "low risk", "passed": low, "detail": service}]
    if not low:
        return {"checks": checks}
    return {"transition": "approve", "reason": f"{service} is low risk.", "checks": checks}


def on_approve(event, run, flow):
    """Wants a reason from people."""
    if event["channel"] != "hook" and not event["reason"]:
        return {"transition": "ignore", "message": "Say why you approve."}
    return {}


LOW_RISK_SERVICES = {"on_request": on_request, "on_approve": on_approve}
FLOWS = {"python-hooks": LOW_RISK_SERVICES, "custom-strategy": LOW_RISK_SERVICES}
