package functions

// ReadFlows returns the names of the functions that read flows.yaml, sorted. It is packed
// beside their binaries and no others, so that a change of it updates these alone.
func ReadFlows() []string { return []string{"apply", "approve", "notify", "record", "request"} }
