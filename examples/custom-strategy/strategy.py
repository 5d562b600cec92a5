"""A strategy function in Python: version 2 of the strategy contract, as
schema/strategy-request.v2.json and strategy-response.v2.json describe it.

Access here is a file in the folder STRATEGY_DIR (/tmp by default), which lasts as
long as the Lambda environment: put your own system in its place. Keep the order: a
call with a lower fence than an earlier one is late, and must change nothing.
"""

import hashlib
import json
import os
import pathlib

VERSION = "2"
FOLDER = pathlib.Path(os.environ.get("STRATEGY_DIR", "/tmp"))


def handler(request, context):
    if request["version"].split(".")[0] != VERSION:
        raise ValueError(f'unsupported strategy contract version "{request["version"]}"; supported: "{VERSION}"')
    operation, person = request["operation"], request["person"]
    if operation not in ("give", "take", "has"):
        raise ValueError(f'unsupported operation "{operation}"; supported: give, take, has')
    if not person.get("email") or person["email"].endswith(".invalid"):
        return {"version": VERSION, "refused": f"unknown user {person['id']}"}

    key = f"{person['id']} {request['target']['id']}"
    file = FOLDER / (hashlib.sha256(key.encode()).hexdigest() + ".json")
    now = json.loads(file.read_text()) if file.exists() else {"has_access": False, "fence": 0}
    if operation == "has":
        return {"version": VERSION, "has_access": now["has_access"]}
    if request["fence"] < now["fence"]:
        return {"version": VERSION, "error": "stale fence: a newer call has changed this access"}

    give = operation == "give"
    created = give and not now["has_access"]
    whole = file.with_suffix(".new")
    whole.write_text(json.dumps({"has_access": give, "fence": request["fence"], "who": key}))
    whole.replace(file)
    response = {"version": VERSION, "has_access": give}
    if give:
        response["created"] = created
        # The requester and viewers see output; the requester alone sees sensitive.
        response["output"] = {"user": person["email"], "instructions": f"Log in to {request['target']['id']}."}
        response["sensitive"] = {"secret_name": f"{request['target']['id']}/{person['id']}"}
    return response
