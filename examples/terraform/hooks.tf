# The hook function. `fasttrack build` made its package by template.yaml, which also runs
# it on your machine; what it may do in AWS stands here.

resource "aws_lambda_function" "hooks" {
  function_name    = "${var.name}-hooks"
  description      = "The hooks of flows.yaml."
  filename         = "${local.built}/HooksFunction.zip"
  source_code_hash = filebase64sha256("${local.built}/HooksFunction.zip")
  runtime          = "python3.13"
  handler          = "handler.handler"
  architectures    = ["arm64"]
  memory_size      = 256
  timeout          = 200
  role             = aws_iam_role.hooks.arn
  publish          = true # the record names the version that decided

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.hooks.name
  }
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.hooks.function_name
  function_version = aws_lambda_function.hooks.version
}

resource "aws_cloudwatch_log_group" "hooks" {
  name              = "/aws/lambda/${var.name}-hooks"
  retention_in_days = 365
}

resource "aws_iam_role" "hooks" {
  name_prefix = "${var.name}-hooks-"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

# What the hooks call beside, such as a secret of PagerDuty, is added here.
resource "aws_iam_role_policy" "hooks" {
  name = "rights"
  role = aws_iam_role.hooks.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${aws_cloudwatch_log_group.hooks.arn}:*"
    }]
  })
}
