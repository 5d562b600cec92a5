"""Holds what was sent to Slack against the models of Slack's Python SDK.

usage: second_opinion.py FILE: a JSON list of {"Surface", "JSON"}. Prints what the models
refuse, a line each, and ends with status 1 if they refuse anything.
"""

import json
import sys

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View


def refused(body):
    content = body["JSON"]
    try:
        if body["Surface"] == "message":
            for block in content or []:
                parsed = Block.parse(block)
                if parsed is None:
                    return f"unknown block {block.get('type')}"
                parsed.validate_json()
        else:
            View(**content).validate_json()
    except SlackObjectFormationError as e:
        return str(e)
    return ""


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        bodies = json.load(f)
    found = [f"{b['Method']}: {why}" for b in bodies if (why := refused(b))]
    print("\n".join(found))
    planted = {"Surface": "message", "JSON": [{"type": "header", "text": {"type": "plain_text", "text": "a" * 151}}]}
    if not refused(planted):
        sys.exit("the models refuse nothing")
    sys.exit(1 if found else 0)


main()
