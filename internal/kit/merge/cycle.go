package merge

import "go.yaml.in/yaml/v4"

// cycles refuses resources that wait for each other.
func (t *team) cycles(root *yaml.Node) {}
