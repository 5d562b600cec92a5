"""Hooks in Python: a Lambda function that speaks the hook contract.

Asked and answered as schema/hook-asked.v1.json and hook-answer.v1.json say.
Lambda's runtime (python3.13) needs nothing but this file.
"""

SUBSCRIPTIONS = ["on_request", "on_approve"]
LOW_RISK = {"docs", "staging"}


def handler(asked, context):
    """Answers one hook. An exception is a failure of the hook: people decide."""
    if asked["version"] != "1":
        raise ValueError(f"version {asked['version']} of the hook contract is not known")
    hook = HOOKS.get(asked["hook"])
    answer = hook(asked["event"], asked["run"]) if hook else {}
    return {"version": "1", "subscriptions": SUBSCRIPTIONS, **answer}


def on_request(event, run):
    """Approves what touches a service of low risk."""
    service = run["fields"].get("service", "")
    low = service in LOW_RISK
    checks = [{"name": "low risk", "passed": low, "detail": service}]
    if not low:
        return {"checks": checks}
    return {"transition": "approve", "reason": f"{service} is low risk.", "checks": checks}


def on_approve(event, run):
    """Wants a reason from people."""
    if event["channel"] != "hook" and not event["reason"]:
        return {"transition": "ignore", "message": "Say why you approve."}
    return {}


HOOKS = {"on_request": on_request, "on_approve": on_approve}
