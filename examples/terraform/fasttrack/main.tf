# The engine of fasttrack: a CloudFormation stack of its plain template, with the code that
# `fasttrack build --plain` made.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

locals {
  code = toset([
    "apply.zip", "approve.zip", "console.zip", "digest.zip", "endsessions.zip", "grant.zip",
    "notify.zip", "reconcile.zip", "record.zip", "request.zip", "slack.zip",
  ])
  template = "${var.built}/engine.yaml"

  # CloudFormation updates a function when the key of its code changes. So the prefix has
  # the checksum of all of it, and what an older version of the stack needs stays.
  prefix = "${var.name}/${sha256(join("", [for name in sort(local.code) : filesha256("${var.built}/${name}")]))}/"
}

resource "aws_s3_object" "code" {
  for_each = local.code

  bucket = var.bucket
  key    = "${local.prefix}${each.value}"
  source = "${var.built}/${each.value}"
}

# Too long for template_body, which takes 51,200 bytes.
resource "aws_s3_object" "template" {
  bucket = var.bucket
  key    = "${var.name}/${filesha256(local.template)}/engine.yaml"
  source = local.template
}

data "aws_region" "here" {}

data "aws_partition" "here" {}

resource "aws_cloudformation_stack" "engine" {
  name         = var.name
  capabilities = ["CAPABILITY_IAM"]
  template_url = "https://${var.bucket}.s3.${data.aws_region.here.region}.${data.aws_partition.here.dns_suffix}/${aws_s3_object.template.key}"

  parameters = merge(var.parameters, {
    CodeBucket        = var.bucket
    CodePrefix        = local.prefix
    HooksFunctionArn  = var.hooks.arn
    HooksFunctionName = var.hooks.name
    HooksLogGroupName = var.hooks.log_group
  })

  timeouts {
    create = "30m"
    update = "30m"
  }

  depends_on = [aws_s3_object.code]
}
