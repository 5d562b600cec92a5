package flow

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"
)

func (r *reader) directory(n *yaml.Node, path string, d *Directory) {
	r.members(n, path, map[string]func(*yaml.Node, string){
		"groups": func(n *yaml.Node, at string) {
			d.Groups = map[string][]string{}
			if n.Kind != yaml.MappingNode {
				r.fail(n, at, "a mapping of groups was expected, not %s", describe(n))
				return
			}
			for i := 0; i+1 < len(n.Content); i += 2 {
				key := n.Content[i]
				if key.Kind != yaml.ScalarNode || !isGroupName(key.Value) {
					r.fail(key, at, "a group's name was expected, not %s", describe(key))
					continue
				}
				if _, twice := d.Groups[key.Value]; twice {
					r.fail(key, join(at, key.Value), "it is there twice")
					continue
				}
				var members []string
				r.strings(&members, checkMember)(resolve(n.Content[i+1]), join(at, key.Value))
				d.Groups[key.Value] = members
			}
		},
		"people": func(n *yaml.Node, at string) { r.people(n, at, d) },
	})
}

func checkMember(s string) error {
	if !isEmail(s) {
		return fmt.Errorf("an e-mail was expected, not %q", clip(s))
	}
	return nil
}

// checkIdentity refuses what would mean more than one person.
func checkIdentity(s string) error {
	if s == "" || s == "everyone" || s == "admins" || strings.HasPrefix(s, "group:") {
		return fmt.Errorf("one identity (an e-mail, an ARN, issuer|subject) was expected, not %q", clip(s))
	}
	return nil
}

func (r *reader) people(n *yaml.Node, path string, d *Directory) {
	taken := map[string]bool{}
	r.items(n, path, func(item *yaml.Node, at string) {
		var p Entry
		seen := r.members(item, at, map[string]func(*yaml.Node, string){
			"email":      r.text(&p.Email, 320),
			"name":       r.text(&p.Name, 200),
			"identities": r.strings(&p.Identities, checkIdentity),
		})
		if item.Kind != yaml.MappingNode {
			return
		}
		if seen["email"] == nil {
			r.fail(item, join(at, "email"), "it is missing; it is what the person is known by")
		} else if err := checkMember(p.Email); err != nil && p.Email != "" {
			r.fail(seen["email"], join(at, "email"), "%v", err)
		}
		for _, identity := range append([]string{p.Email}, p.Identities...) {
			if taken[fold(identity)] && identity != "" {
				r.fail(item, at, "%q is there twice; an identity belongs to one person", clip(identity))
			}
			taken[fold(identity)] = true
		}
		d.People = append(d.People, p)
	})
}
