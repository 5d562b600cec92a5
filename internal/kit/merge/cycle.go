package merge

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/internal/kit/folder"
)

// cycles refuses resources that wait for each other, which CloudFormation finds only
// when it deploys. What SAM makes of a function, such as its role, counts as the function.
func (t *team) cycles(root *yaml.Node) {
	resources := folder.Member(root, "Resources")
	edges := map[string][]string{}
	for _, p := range pairs(resources) {
		r, id := copied(p.value), p.key.Value
		if strings.HasPrefix(value(folder.Member(r, "Type")), "AWS::Serverless::") {
			// SAM makes resources of events that wait for the function. A bucket itself
			// waits for the right to call it.
			for _, event := range pairs(folder.Member(r, "Properties", "Events")) {
				if name, argument := call(folder.Member(event.value, "Properties", "Bucket")); value(folder.Member(event.value, "Type")) == "S3" && name == "Ref" {
					edges[argument.Value] = append(edges[argument.Value], id)
				}
			}
			remove(folder.Member(r, "Properties"), "Events")
		}
		resourceReferences(r, func(to reference) {
			if to.kind == toValue && folder.Index(resources, to.name) >= 0 && !slices.Contains(edges[id], to.name) {
				edges[id] = append(edges[id], to.name)
			}
		})
	}
	for _, p := range t.resources() {
		if cycle := cycleFrom(p.key.Value, edges); cycle != nil {
			t.refuse(p.key, "Resources.%s: cycle %s; remove one of these references", p.key.Value, strings.Join(cycle, " → "))
			return
		}
	}
}

// cycleFrom returns the shortest way from a resource back to itself, or nil.
func cycleFrom(start string, edges map[string][]string) []string {
	before := map[string]string{}
	for queue := []string{start}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		for _, next := range edges[at] {
			if next == start {
				cycle := []string{start}
				for ; at != start; at = before[at] {
					cycle = append(cycle, at)
				}
				cycle = append(cycle, start)
				slices.Reverse(cycle)
				return cycle
			}
			if _, seen := before[next]; !seen {
				before[next] = at
				queue = append(queue, next)
			}
		}
	}
	return nil
}
