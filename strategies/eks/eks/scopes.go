package eks

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/eks/types"
)

// whole stands for the whole cluster among namespaces.
const whole = "*"

// scopes is a sorted set of namespaces. Whatever it is beside, whole covers all.
type scopes []string

func newScopes(names ...string) scopes {
	s := slices.Clone(names)
	slices.Sort(s)
	return slices.Compact(s)
}

// covers reports whether access to s is access to all of o.
func (s scopes) covers(o scopes) bool {
	return slices.Contains(s, whole) || !slices.ContainsFunc(o, func(name string) bool { return !slices.Contains(s, name) })
}

func (s scopes) and(o scopes) scopes { return newScopes(append(slices.Clone(s), o...)...) }

// without returns what is in s alone.
func (s scopes) without(o scopes) scopes {
	return newScopes(slices.DeleteFunc(slices.Clone(s), func(name string) bool { return slices.Contains(o, name) })...)
}

// normal is s as EKS keeps it: the whole cluster, or namespaces.
func (s scopes) normal() scopes {
	if slices.Contains(s, whole) {
		return scopes{whole}
	}
	return newScopes(s...)
}

// scopesOf reads what EKS says.
func scopesOf(s *types.AccessScope) scopes {
	if s == nil {
		return nil
	}
	if s.Type == types.AccessScopeTypeCluster {
		return scopes{whole}
	}
	return newScopes(s.Namespaces...)
}

// access is what EKS takes.
func (s scopes) access() *types.AccessScope {
	if slices.Contains(s, whole) {
		return &types.AccessScope{Type: types.AccessScopeTypeCluster}
	}
	return &types.AccessScope{Type: types.AccessScopeTypeNamespace, Namespaces: s}
}
