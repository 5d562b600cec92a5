"""What AWS's SAM translator makes of templates.

sam.py transform FILE...   writes each transformed template as one line of JSON
sam.py policies            writes the policy templates as JSON, each with placeholders
"""

import json
import os
import sys

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

from samcli.yamlhelper import yaml_parse
from samtranslator import policy_templates_data
from samtranslator.translator.transform import transform


class NoPolicies:
    def load(self):
        return {}


if sys.argv[1] == "policies":
    with open(policy_templates_data.POLICY_TEMPLATES_FILE, encoding="utf-8") as file:
        print(json.dumps(json.load(file)["Templates"]))
    sys.exit()

for path in sys.argv[2:]:
    with open(path, encoding="utf-8") as file:
        template = yaml_parse(file.read())
    for resource in template["Resources"].values():
        # What `sam package` puts there.
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/" + resource["Properties"].get("CodeUri", "")
        if resource["Type"] == "AWS::Serverless::StateMachine":
            resource["Properties"]["DefinitionUri"] = {"Bucket": "bucket", "Key": "definition"}
    print(json.dumps(transform(template, {}, NoPolicies())))
