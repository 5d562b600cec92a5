"""The hooks of the sample flows, in Python: one file a flow."""

from fasttrack_hooks import Hooks, serve

import emergency
import everything_goes
import groups
import on_call

handler = serve({
    "everything-goes": Hooks(on_request=everything_goes.on_request),
    "aws-access": Hooks(on_request=emergency.on_request),
    "on-call": Hooks(on_request=on_call.on_request, get_permissions=on_call.get_permissions),
    "groups": Hooks(on_request=groups.on_request, on_approve=groups.on_approve),
})
