"""A strategy function: it gives and takes access, as schema/strategy-asked.v1.json
and strategy-answered.v1.json say.

Access here is a file in the folder STRATEGY_DIR (/tmp, where it is not set),
which is as good as a Lambda environment lives: put your own system in its place.
What to keep is the order: a call with a lower fence than an earlier one comes
late, and must change nothing.
"""

import hashlib
import json
import os
import pathlib

FOLDER = pathlib.Path(os.environ.get("STRATEGY_DIR", "/tmp"))


def handler(asked, context):
    if not asked["person"].get("email"):
        return {"refused": "a person with an e-mail was expected"}
    key = f"{asked['person']['id']} {asked['target']['id']}"
    file = FOLDER / (hashlib.sha256(key.encode()).hexdigest() + ".json")
    now = json.loads(file.read_text()) if file.exists() else {"has_access": False, "fence": 0}
    if asked["operation"] != "read":
        if asked["fence"] < now["fence"]:
            raise RuntimeError(f"fence {asked['fence']} comes after {now['fence']}")
        now = {"has_access": asked["operation"] == "give", "fence": asked["fence"], "who": key}
        whole = file.with_suffix(".new")
        whole.write_text(json.dumps(now))
        whole.replace(file)
    return {"version": "1", "has_access": now["has_access"]}
