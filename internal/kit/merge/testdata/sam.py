"""What AWS's SAM translator makes of templates.

sam.py transform FILE...   writes each transformed template as one line of JSON
sam.py policies            writes the policy templates as JSON, each with placeholders
sam.py handlers TYPE...    writes what CloudFormation calls for resources of each type, as its
                           schema in cfn-lint has it
sam.py operations NAME...  writes the operations of each service of AWS
"""

import importlib.resources
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

if sys.argv[1] == "handlers":
    found = {}
    for file in importlib.resources.files("cfnlint.data.schemas.resources").iterdir():
        schema = json.loads(file.read_text()) if file.name.endswith(".json") else {}
        if schema.get("typeName") in sys.argv[2:]:
            parts = [h for name, h in schema["handlers"].items() if name != "list"] + [schema.get("tagging") or {}]
            found.setdefault(schema["typeName"], set()).update(p for part in parts for p in part.get("permissions", []))
    print(json.dumps({name: sorted(permissions) for name, permissions in found.items()}))
    sys.exit()

if sys.argv[1] == "operations":
    import botocore.session

    session = botocore.session.get_session()
    print(json.dumps({name: session.get_service_model(name).operation_names for name in sys.argv[2:]}))
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
