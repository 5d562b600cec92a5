"""Asks and approves with the client that openapi-python-client makes of
openapi.json; see tools/clients/run."""

import os

from fasttrack_client import AuthenticatedClient
from fasttrack_client.api.default import approve, ask, list_flows, read_request
from fasttrack_client.models import ApproveAct, Ask, AskFieldsType0, FlowList, Problem, Run


def client(who: str) -> AuthenticatedClient:
    return AuthenticatedClient(base_url=os.environ["FASTTRACK_URL"], token=who)


ada, grace = client("ada@example.com"), client("grace@example.com;sre")

flows = list_flows.sync(client=ada)
assert isinstance(flows, FlowList) and flows.flows, flows

fields = AskFieldsType0.from_dict({"target": "prod-ro", "urgency": "Normal"})
asked = ask.sync(
    client=ada,
    body=Ask(flow="aws-access", fields=fields, reason="openapi-python-client", duration_seconds=3600),
    prefer="wait=10",
)
assert isinstance(asked, Run) and asked.status == "pending", asked

wrong = ask.sync(client=ada, body=Ask(flow="aws-access"))
assert isinstance(wrong, Problem) and wrong.errors and wrong.errors[0].pointer == "#/fields/target", wrong

approved = approve.sync(asked.id, client=grace, body=ApproveAct())
assert isinstance(approved, Run) and approved.decision, approved
assert approved.decision.by.email == "grace@example.com", approved.decision

read = read_request.sync(asked.id, client=ada)
assert isinstance(read, Run) and read.history and len(read.history) >= 2, read
