"""What `make deploy` does beside the SAM CLI, with the SDK that comes with it.

  stack.py before STACK ARCHITECTURE   refuses what cannot be deployed over
  stack.py after STACK STARTED         protects the stack from deletion
  stack.py failed STACK STARTED        says what a failed first deployment left
  stack.py cleanup STACK               removes that

STARTED is a file that was written before `sam deploy` began: a samconfig.toml that is
newer says which stack and region were chosen in its prompts.
"""

import os
import pathlib
import sys
import tomllib

import boto3
from botocore.exceptions import BotoCoreError, ClientError

# A stack in one of these was never deployed.
NEVER = {"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"}
CONFIG = pathlib.Path("samconfig.toml")


def saved():
    """The parameters of `sam deploy` that samconfig.toml keeps."""
    if not CONFIG.exists():
        return {}
    default = tomllib.loads(CONFIG.read_text(encoding="utf-8")).get("default", {})
    everywhere = default.get("global", {}).get("parameters", {})
    return {**everywhere, **default.get("deploy", {}).get("parameters", {})}


class Stack:
    def __init__(self, name, config):
        self.name = name
        self.session = boto3.Session(region_name=config.get("region"))
        self.region = self.session.region_name or os.environ.get("AWS_REGION")
        if not self.region:
            fail("No AWS region is set. Set AWS_REGION.")
        self.formation = self.client("cloudformation")

    def client(self, service):
        return self.session.client(service, region_name=self.region)

    def status(self):
        """The status of the stack, "" if there is none."""
        try:
            return self.formation.describe_stacks(StackName=self.name)["Stacks"][0]["StackStatus"]
        except ClientError as e:
            if "does not exist" in str(e):
                return ""
            raise

    def kept(self):
        """The resources that CloudFormation left when it rolled back."""
        pages = self.formation.get_paginator("list_stack_resources").paginate(StackName=self.name)
        return [
            (r["ResourceType"], r["PhysicalResourceId"])
            for page in pages
            for r in page["StackResourceSummaries"]
            if r["ResourceStatus"] == "DELETE_SKIPPED" and r.get("PhysicalResourceId")
        ]


def before(stack, architecture):
    overrides = saved().get("parameter_overrides", "")
    words = overrides if isinstance(overrides, list) else overrides.replace('"', "").split()
    chosen = [w.split("=", 1)[1] for w in words if w.startswith("Architecture=")]
    if chosen and chosen[-1] != architecture:
        other = "arm64" if chosen[-1] == "arm64" else "amd64"
        fail(f"samconfig.toml deploys for {chosen[-1]}, and functions are built for {architecture}. Run: make deploy LAMBDA_ARCH={other}")
    status = stack.status()
    if status in NEVER:
        say_left(stack, status)
        sys.exit(1)
    if status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
        fail(f"The stack {stack.name} in {stack.region} is {status}: wait until that is over.")


def after(stack):
    stack.formation.update_termination_protection(StackName=stack.name, EnableTerminationProtection=True)
    print(f'Stack {stack.name} in {stack.region} is protected from deletion; docs/operations.md "Remove" says how to remove it.')


def say_left(stack, status):
    print(f"The first deployment of {stack.name} in {stack.region} failed ({status}). Nothing of it runs. CloudFormation kept:", file=sys.stderr)
    for kind, name in stack.kept():
        print(f"  {kind}  {name}", file=sys.stderr)
    print(f"  the stack itself: it must be deleted before the next attempt\nRemove all of it: make deploy-cleanup STACK={stack.name}", file=sys.stderr)


def cleanup(stack):
    status = stack.status()
    if status == "":
        fail(f"There is no stack {stack.name} in {stack.region}.")
    if status not in NEVER:
        fail(f'The stack {stack.name} is {status}: only what a failed first deployment left is removed here. docs/operations.md "Remove" is for a stack that served.')
    kept = stack.kept()
    tables = [name for kind, name in kept if kind == "AWS::DynamoDB::Table"]
    dynamodb = stack.client("dynamodb")
    for table in tables:
        if dynamodb.scan(TableName=table, Limit=1)["Items"]:
            fail(f"The table {table} holds items. Nothing was removed: look at it by hand.")
    print("To be deleted:")
    for kind, name in kept:
        print(f"  {kind}  {name}")
    print(f"  the stack {stack.name} in {stack.region}")
    if os.environ.get("YES") != "1" and input("Delete these? [y/N] ").strip().lower() != "y":
        fail("Nothing was removed.")
    for kind, name in kept:
        delete(stack, kind, name)
    stack.formation.delete_stack(StackName=stack.name)
    stack.formation.get_waiter("stack_delete_complete").wait(StackName=stack.name, WaiterConfig={"Delay": 2, "MaxAttempts": 150})
    print("Done.")


def delete(stack, kind, name):
    if kind == "AWS::DynamoDB::Table":
        dynamodb = stack.client("dynamodb")
        dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
        dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 2, "MaxAttempts": 60})
        dynamodb.delete_table(TableName=name)
    elif kind == "AWS::IAM::Role":
        iam = stack.client("iam")
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
        iam.delete_role(RoleName=name)
    elif kind == "AWS::KMS::Key":
        stack.client("kms").schedule_key_deletion(KeyId=name, PendingWindowInDays=7)
    else:
        print(f"{kind} {name} is left: delete it by hand.", file=sys.stderr)


def fail(message):
    print(message, file=sys.stderr)
    sys.exit(1)


def main(command, name, *rest):
    config = saved()
    if command in ("after", "failed"):
        newer = CONFIG.exists() and CONFIG.stat().st_mtime >= pathlib.Path(rest[0]).stat().st_mtime
        if newer:
            name = config.get("stack_name", name)
    stack = Stack(name, config if config.get("stack_name", name) == name else {})
    try:
        if command == "before":
            before(stack, rest[0])
        elif command == "after":
            after(stack)
        elif command == "failed" and stack.status() in NEVER:
            say_left(stack, stack.status())
        elif command == "cleanup":
            cleanup(stack)
    except (BotoCoreError, ClientError) as e:
        if command == "after":
            fail(f"WARNING: the stack {name} is not protected from deletion: {e}\nRun: aws cloudformation update-termination-protection --enable-termination-protection --stack-name {name}")
        fail(f"AWS: {e}")


main(*sys.argv[1:])
