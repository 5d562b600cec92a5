package merge

import (
	"slices"

	"go.yaml.in/yaml/v4"
)

func contains(list []string, s string) bool { return slices.Contains(list, s) }

// check refuses what the team's template must not have, given the engine's.
func (t *team) check(engine *yaml.Node) {
	t.engine = engine
	t.clashes()
}

// clashes refuses names that the engine has too.
func (t *team) clashes() {
	for _, name := range []string{"Parameters", "Mappings", "Conditions", "Rules", "Resources", "Outputs"} {
		for _, p := range pairs(member(t.root, name)) {
			if index(member(t.engine, name), p.key.Value) >= 0 && (name != "Resources" || p.key.Value != hooks) {
				t.refuse(p.key, "%s.%s is the engine's own; give yours another name", name, p.key.Value)
			}
		}
	}
}
