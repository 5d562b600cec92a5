from fasttrack_hooks import Event, FromRequest, Hooks, approve, continue_, serve


def approve_low_risk(e: Event) -> FromRequest:
    service = e.fields.string("service")
    if not e.check("low risk", service in e.flow.vars.strings("low_risk"), service):
        return continue_()
    return approve(f"{service} is low risk.")


def approve_replicated(e: Event) -> FromRequest:
    """Approves the restart of a service with enough replicas."""
    replicas = e.fields.int("replicas")
    if not e.check("replicated", replicas >= e.flow.vars.int("enough"), str(replicas)):
        return continue_()
    return approve(f"{replicas} replicas serve meanwhile.")


handler = serve({"deploy": Hooks(on_request=approve_low_risk), "restart": Hooks(on_request=approve_replicated)})
