package flow

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"
)

// flow reads one flow; the node is that of its name, nil if it has none.
func (r *reader) flow(n *yaml.Node, path string) (Flow, *yaml.Node) {
	f := Flow{
		Hooks: OwnHooks, HookTimeoutSeconds: 10, Requesters: []string{"everyone"}, RequireReason: []string{"deny"},
		Review: Review{Approvals: []Requirement{{Count: 1}}, TimeoutSeconds: 3600},
	}
	seen := r.members(n, path, map[string]func(*yaml.Node, string){
		"name": func(n *yaml.Node, at string) {
			r.text(&f.Name, 63)(n, at)
			if n.Kind == yaml.ScalarNode && n.Tag == "!!str" && !isFlowName(n.Value) {
				r.fail(n, at, "must be lower-case letters, digits and hyphens, got %q", clip(n.Value))
			}
		},
		"label":       r.text(&f.Label, 200),
		"description": r.lines(&f.Description, 2000),
		"hooks": func(n *yaml.Node, at string) {
			r.text(&f.Hooks, 200)(n, at)
			if err := checkFunction(f.Hooks); err != nil {
				r.fail(n, at, "%v", err)
			}
		},
		"recheck": func(n *yaml.Node, at string) { r.recheck(n, at, &f) },
		"mode": func(n *yaml.Node, at string) {
			mode := ""
			r.text(&mode, 10)(n, at)
			if f.Shadow = mode == "shadow"; !f.Shadow && mode != "live" {
				r.fail(n, at, "must be live or shadow, got %q", clip(mode))
			}
		},
		"slack":        r.slackUse(&f.Slack),
		"hook_timeout": r.duration(&f.HookTimeoutSeconds, 1, 60),
		"fast_track":   func(n *yaml.Node, at string) { r.fastTrack(n, at, &f) },
		"admin_override": r.strings(&f.AdminOverride, func(s string) error {
			if s != "approve" {
				return fmt.Errorf("must be approve, got %q", clip(s))
			}
			return nil
		}),
		"store":          func(n *yaml.Node, at string) { r.store(n, at, &f) },
		"limits":         func(n *yaml.Node, at string) { r.limits(n, at, &f) },
		"retention":      func(n *yaml.Node, at string) { r.retention(n, at, &f) },
		"recent":         func(n *yaml.Node, at string) { r.recent(n, at, &f) },
		"requesters":     r.principals(&f.Requesters, false),
		"visible_to":     r.principals(&f.VisibleTo, false),
		"get_flows":      r.bool(&f.GetFlows),
		"on_behalf":      func(n *yaml.Node, at string) { r.onBehalf(n, at, &f) },
		"break_glass":    func(n *yaml.Node, at string) { r.flowGlass(n, at, &f) },
		"admins":         r.principals(&f.Admins, false),
		"fields":         func(n *yaml.Node, at string) { r.fields(n, at, &f) },
		"targets":        func(n *yaml.Node, at string) { r.targets(n, at, &f) },
		"durations":      func(n *yaml.Node, at string) { r.durations(n, at, &f) },
		"confirm_every":  func(n *yaml.Node, at string) { r.confirmEvery(n, at, &f) },
		"starts":         func(n *yaml.Node, at string) { r.starts(n, at, &f) },
		"extend":         func(n *yaml.Node, at string) { r.extend(n, at, &f) },
		"strategy":       func(n *yaml.Node, at string) { r.strategy(n, at, &f) },
		"require_reason": r.strings(&f.RequireReason, checkReasonAct),
		"review":         func(n *yaml.Node, at string) { r.review(n, at, &f.Review) },
		"vars":           func(n *yaml.Node, at string) { r.settings(n, at, &f.Vars) },
		"stages":         func(n *yaml.Node, at string) { r.flowStages(n, at, &f) },
	})
	if n.Kind == yaml.MappingNode {
		r.flowAsAWhole(n, path, &f, seen)
	}
	return f, seen["name"]
}

func checkReasonAct(s string) error {
	if !slices.Contains([]string{"request", "approve", "deny", "revoke"}, s) {
		return fmt.Errorf("must be request, approve, deny or revoke, got %q", clip(s))
	}
	return nil
}

// flowAsAWhole checks what the parts of a flow mean for one another.
func (r *reader) flowAsAWhole(n *yaml.Node, path string, f *Flow, seen map[string]*yaml.Node) {
	if seen["name"] == nil {
		r.fail(n, join(path, "name"), "it is missing")
	}
	if seen["admins"] == nil {
		r.fail(n, join(path, "admins"), "it is missing; every flow has at least one admin, who decides when hooks fail")
	} else if admins := resolve(seen["admins"]); admins.Kind == yaml.SequenceNode && len(admins.Content) == 0 {
		r.fail(seen["admins"], join(path, "admins"), "must name at least one")
	}
	if f.Label == "" {
		f.Label = f.Name
	}
	if len(f.Review.Approvers) == 0 {
		f.Review.Approvers = []string{"admins"}
	}
	switch {
	case f.Strategy != nil && len(f.DurationsSeconds) == 0 && seen["durations"] == nil:
		r.fail(seen["strategy"], join(path, "durations"), "it is missing; a flow that grants access says for how long")
	case f.Strategy == nil && seen["strategy"] == nil && seen["durations"] != nil:
		r.fail(seen["durations"], join(path, "durations"), "only a flow with a strategy has durations")
	}
	if f.LookSeconds > 0 && f.Strategy == nil && seen["strategy"] == nil {
		r.fail(seen["recheck"], join(path, "recheck"), "only a flow with a strategy grants access that can be checked again")
	}
	if f.Review.NotifyEnds && f.Strategy == nil && seen["strategy"] == nil {
		r.fail(seen["review"], join(path, "review.notify_ends"), "only a flow with a strategy grants access that ends")
	}
	if seen["starts"] != nil && f.Strategy == nil && seen["strategy"] == nil {
		r.fail(seen["starts"], join(path, "starts"), "only a flow with a strategy grants access that can start later")
	}
	if at := seen["hooks"]; at != nil {
		r.uses(at, join(path, "hooks"), f.Hooks, f.Name, false)
		r.withoutHooks(at, join(path, "hooks"), f)
	} else {
		r.uses(n, join(path, "hooks"), f.Hooks, f.Name, false)
	}
	r.strategyAsAWhole(path, f, seen)
	r.untilRevokedAsAWhole(path, f, seen)
	r.extendAsAWhole(path, f, seen)
	r.glassAsAWhole(f, seen["strategy"] != nil, len(f.DurationsSeconds) == 0)
	r.stagedVars(path, f)
	for i, field := range f.Fields {
		at := fmt.Sprintf("%s[%d]", join(path, "fields"), i)
		switch {
		case r.broken[at], field.Type == TargetOf && r.broken[join(path, "targets")]:
		case field.Type == TargetOf && len(f.Targets) == 0:
			r.fail(r.places[at], at, "field %q is a target, but the flow has no targets", field.Name)
		default:
			r.fieldValues(at, f, field)
			r.fieldDepends(at, f, field)
		}
	}
}

// withoutHooks refuses what a flow without hooks can't have.
func (r *reader) withoutHooks(at *yaml.Node, path string, f *Flow) {
	if f.Hooks != NoHooks {
		return
	}
	for _, field := range f.Fields {
		if field.Prefetch {
			r.fail(at, path, "none, but the field %q takes its options from hooks (prefetch)", field.Name)
		}
	}
	switch {
	case f.Shadow:
		r.fail(at, path, "none, but the mode is shadow, which tries hooks")
	case f.GetFlows:
		r.fail(at, path, "none, but get_flows has hooks say who sees the flow")
	case f.Store != nil:
		r.fail(at, path, "none, but store names what hooks keep")
	case f.FastTrack != nil:
		r.fail(at, path, "none, but fast_track limits what on_request may approve")
	case f.Recheck:
		r.fail(at, path, "none, but recheck asks get_permissions again")
	}
}

func (r *reader) targets(n *yaml.Node, path string, f *Flow) {
	ids := map[string]bool{}
	before := len(r.errs.List)
	defer func() { r.broken[path] = len(r.errs.List) > before }()
	r.items(n, path, func(item *yaml.Node, at string) {
		var t Target
		var glass *BreakGlass
		seen := r.members(item, at, map[string]func(*yaml.Node, string){
			"id": func(n *yaml.Node, at string) {
				r.text(&t.ID, 128)(n, at)
				if n.Kind == yaml.ScalarNode && n.Tag == "!!str" && !isTargetID(n.Value) {
					r.fail(n, at, "must be letters, digits and _.:/-, got %q", clip(n.Value))
				}
			},
			"label":    r.text(&t.Label, 200),
			"settings": func(n *yaml.Node, at string) { r.settings(n, at, &t.Settings) },
			"break_glass": func(n *yaml.Node, at string) {
				b := r.breakGlass(n, at, true)
				glass = &b
			},
		})
		if item.Kind == yaml.MappingNode {
			if seen["id"] == nil {
				r.fail(item, join(at, "id"), "it is missing")
			} else if ids[t.ID] && t.ID != "" {
				r.fail(seen["id"], join(at, "id"), "there are two targets with id %q", t.ID)
			}
			ids[t.ID] = true
			if glass != nil {
				if f.TargetGlass == nil {
					f.TargetGlass = map[string]BreakGlass{}
				}
				f.TargetGlass[t.ID] = *glass
			}
		}
		if t.Label == "" {
			t.Label = t.ID
		}
		f.Targets = append(f.Targets, t)
	})
}

func (r *reader) durations(n *yaml.Node, path string, f *Flow) {
	r.items(n, path, func(item *yaml.Node, at string) {
		var seconds int
		if r.untilRevoked(item, at, f) {
			return
		}
		before := len(r.errs.List)
		r.duration(&seconds, 1, maxDurationSeconds)(item, at)
		if len(r.errs.List) > before {
			return
		}
		if slices.Contains(f.DurationsSeconds, seconds) {
			r.fail(item, at, "appears twice")
		}
		f.DurationsSeconds = append(f.DurationsSeconds, seconds)
	})
	if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		r.fail(n, path, "must name at least one")
	}
}
