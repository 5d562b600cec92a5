# A team's deployment: its hook function, with its own role, and the engine.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

provider "aws" {
  region = var.region
}

variable "region" {
  description = "Region of the deployment."
  type        = string
}

variable "name" {
  description = "Name of the deployment, and of the stack."
  type        = string
  default     = "approvals"
}

locals {
  built = "${path.module}/.fasttrack"
}

resource "aws_s3_bucket" "code" {
  bucket_prefix = "${var.name}-code-"
}

resource "aws_s3_bucket_public_access_block" "code" {
  bucket                  = aws_s3_bucket.code.bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

module "fasttrack" {
  source = "./fasttrack"

  name   = var.name
  bucket = aws_s3_bucket.code.bucket
  built  = local.built
  hooks = {
    arn       = aws_lambda_alias.live.arn
    name      = aws_lambda_function.hooks.function_name
    log_group = aws_cloudwatch_log_group.hooks.name
  }
  parameters = {
    AuthMode = "IAM"
  }
}

output "api_url" {
  description = "URL of the API, for FASTTRACK_URL."
  value       = module.fasttrack.api_url
}
