"""Transforms a template as CloudFormation does, with AWS's SAM translator.

Reads {"template": PATH, "region": NAME, "parameters": {NAME: VALUE}, "properties":
{RESOURCE: {NAME: VALUE}}} on standard input, each line one, and writes each template
that results as one line of JSON. The properties stand in the place of the template's.
"""

import json
import os
import sys

from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform


class NoPolicies:
    def load(self):
        return {}


for line in sys.stdin:
    asked = json.loads(line)
    asked["parameters"] = asked.get("parameters") or {}
    os.environ["AWS_DEFAULT_REGION"] = asked["region"]
    with open(asked["template"], encoding="utf-8") as file:
        template = yaml_parse(file.read())
    # What `sam package` puts there.
    template["Globals"]["Function"]["CodeUri"] = "s3://bucket/code"
    for machine in ("StateMachine", "Lane"):
        template["Resources"][machine]["Properties"]["DefinitionUri"] = {"Bucket": "bucket", "Key": "definition"}
    for name, properties in (asked.get("properties") or {}).items():
        template["Resources"][name]["Properties"].update(properties)
    print(json.dumps(transform(template, asked["parameters"], NoPolicies())), flush=True)
