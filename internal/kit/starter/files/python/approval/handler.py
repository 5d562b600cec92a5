"""The hooks of the flows in flows.yaml: rules that decide before people are notified.

What a hook may do: https://github.com/fasttrack-dev/fasttrack/blob/main/docs/hooks-python.md
"""

from fasttrack_hooks import Event, FromRequest, Hooks, approve, continue_, serve


def approve_low_risk(e: Event) -> FromRequest:
    """Approves a service that the flow's var low_risk lists. People decide about all others."""
    service = e.fields.string("service")
    if not e.check("low risk", service in e.flow.vars.strings("low_risk"), service):
        return continue_()
    return approve(f"{service} is low risk.")


# The hooks of each flow, by its name in flows.yaml.
handler = serve({"deploy": Hooks(on_request=approve_low_risk)})
