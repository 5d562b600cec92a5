package flow

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/fasttrack-dev/fasttrack/hook/email"
	"github.com/fasttrack-dev/fasttrack/internal/destination"
)

func (r *reader) directory(n *yaml.Node, path string, d *Directory) {
	r.members(n, path, map[string]func(*yaml.Node, string){
		"groups": func(n *yaml.Node, at string) { r.directoryGroups(n, at, d) },
		"people": func(n *yaml.Node, at string) { r.people(n, at, d) },
		"slack":  func(n *yaml.Node, at string) { r.slackChannels(n, at, d) },
	})
}

// slackChannels reads the Slack channels of groups. It is not the directory that says
// who is in such a group: a token may.
func (r *reader) slackChannels(n *yaml.Node, path string, d *Directory) {
	d.Slack = map[string]string{}
	r.byGroup(n, path, func(name string, value *yaml.Node, at string) {
		var channel string
		r.text(&channel, 100)(value, at)
		if channel != "" && !destination.IsSlackChannel(channel) {
			r.fail(value, at, "must be #CHANNEL in lower case, or a channel's id such as C0123ABCD, got %q", clip(channel))
		}
		d.Slack[name] = channel
	})
}

func (r *reader) directoryGroups(n *yaml.Node, path string, d *Directory) {
	d.Groups = map[string]Group{}
	r.byGroup(n, path, func(name string, value *yaml.Node, at string) { d.Groups[name] = r.group(value, at) })
}

// byGroup reads a mapping of groups by name, each once.
func (r *reader) byGroup(n *yaml.Node, path string, read func(name string, value *yaml.Node, at string)) {
	if n.Kind != yaml.MappingNode {
		r.fail(n, path, "must be a mapping of groups, got %s", describe(n))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := resolve(n.Content[i])
		if key.Kind != yaml.ScalarNode {
			r.fail(n.Content[i], path, "must be a group's name, got %s", describe(key))
			continue
		}
		if err := checkGroup(key.Value); err != nil {
			r.fail(n.Content[i], path, "%v", err)
			continue
		}
		at := join(path, key.Value)
		if seen[key.Value] {
			r.fail(n.Content[i], at, "appears twice")
			continue
		}
		seen[key.Value] = true
		read(key.Value, resolve(n.Content[i+1]), at)
	}
}

// group reads a group of the directory: a list of members, or members and the
// token groups whose holders are members too.
func (r *reader) group(n *yaml.Node, path string) Group {
	var g Group
	switch n.Kind {
	case yaml.MappingNode:
		r.members(n, path, map[string]func(*yaml.Node, string){
			"members":    r.strings(&g.Members, checkMember),
			"from_token": r.strings(&g.FromToken, checkGroup),
		})
	case yaml.SequenceNode:
		r.strings(&g.Members, checkMember)(n, path)
	default:
		r.fail(n, path, "must be a list of members, or a mapping of members and from_token, got %s", describe(n))
	}
	return g
}

func checkMember(s string) error {
	if !email.Plain(s) {
		return fmt.Errorf("must be an e-mail, got %q", clip(s))
	}
	return nil
}

// checkIdentity refuses what would mean more than one person.
func checkIdentity(s string) error {
	if s == "" || s == "everyone" || s == "admins" || strings.HasPrefix(s, "group:") {
		return fmt.Errorf("must be one identity (an e-mail, an ARN, issuer|subject), got %q", clip(s))
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
			if taken[email.Fold(identity)] && identity != "" {
				r.fail(item, at, "%q is there twice; an identity belongs to one person", clip(identity))
			}
			taken[email.Fold(identity)] = true
		}
		d.People = append(d.People, p)
	})
}
