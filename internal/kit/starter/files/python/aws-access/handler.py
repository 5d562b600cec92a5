"""The hooks of the flows in flows.yaml: rules that decide before people are notified.

What a hook may do: https://github.com/fasttrack-dev/fasttrack/blob/main/docs/hooks-python.md
"""

from datetime import timedelta

from fasttrack_hooks import Event, FromRequest, Hooks, approve, continue_, serve


def approve_low_risk(e: Event) -> FromRequest:
    """Approves a target whose settings say low_risk, for at most an hour. People decide about
    all others."""
    target = e.fields.target("target")
    if not e.check("low risk", target.settings.bool("low_risk"), target.label):
        return continue_()
    return approve(f"{target.label} is low risk.").for_(min(e.run.duration, timedelta(hours=1)))


# The hooks of each flow, by its name in flows.yaml.
handler = serve({"aws-access": Hooks(on_request=approve_low_risk)})
