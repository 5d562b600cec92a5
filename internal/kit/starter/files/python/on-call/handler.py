"""The hooks of the flows in flows.yaml: rules that decide before people are notified.

What a hook may do: https://github.com/fasttrack-dev/fasttrack/blob/main/docs/hooks-python.md
"""

from fasttrack_hooks import Event, FromRequest, Hooks, approve, continue_, pagerduty, secret, serve


def approve_on_call(e: Event) -> FromRequest:
    """Approves a person who is on call now in the flow's schedule. An exception sends the
    request to people, who read it."""
    if not e.user.email:  # a machine, which is never on call
        return continue_()
    schedule = e.flow.vars.string("pagerduty_schedule")
    client = pagerduty.Client(e.flow.vars.string("pagerduty_url"), secret.named("pagerduty-token"))
    on_call = client.is_on_call(e.user.email, pagerduty.schedule(schedule))
    if not e.check("on call in PagerDuty", on_call, f"schedule {schedule}"):
        return continue_()
    return approve(f"{e.user.email} is on call.")


# The hooks of each flow, by its name in flows.yaml.
handler = serve({"on-call": Hooks(on_request=approve_on_call)})
