output "api_url" {
  description = "URL of the API."
  value       = aws_cloudformation_stack.engine.outputs["ApiUrl"]
}

output "outputs" {
  description = "All outputs of the stack."
  value       = aws_cloudformation_stack.engine.outputs
}
