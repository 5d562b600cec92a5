variable "name" {
  description = "Name of the stack."
  type        = string
}

variable "bucket" {
  description = "Bucket in the stack's region that takes the code and the template."
  type        = string
}

variable "built" {
  description = "Folder that `fasttrack build --plain` made."
  type        = string
}

variable "hooks" {
  description = "Hook function: ARN of its alias, its name, and the name of its log group."
  type = object({
    arn       = string
    name      = string
    log_group = string
  })
}

variable "parameters" {
  description = "Parameters of the engine, such as AuthMode. Lists are joined by commas."
  type        = map(string)
  default     = {}
}
