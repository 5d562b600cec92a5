"""A function that decides for the sample flow custom-lambda.

functions/hooks/custom_lambda.go says what it is asked and may answer.
"""

OWNERS = {"web": {"ada@example.com"}, "billing": {"grace@example.com"}}
CLOSED = {"ledger"}


def handler(asked, context):
    service = asked["fields"]["service"]
    if service in CLOSED:
        return {"decision": "deny", "reason": f"Nobody changes {service} by hand."}
    if asked["requester"]["email"] in OWNERS.get(service, ()):
        return {"decision": "approve", "reason": f"{asked['requester']['email']} owns {service}."}
    return {"decision": "ask"}
