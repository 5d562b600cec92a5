package stepfunctions

import (
	"maps"
	"slices"
	"strings"
)

// maxTags is how many tags a resource has
// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
const maxTags = 50

type tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type tagInput struct {
	ARN  string `json:"resourceArn"`
	Tags []tag  `json:"tags"`
}

type untagInput struct {
	ARN  string   `json:"resourceArn"`
	Keys []string `json:"tagKeys"`
}

type listTagsInput struct {
	ARN string `json:"resourceArn"`
}

// tagged returns tags with others put over them.
func tagged(tags map[string]string, more []tag) (map[string]string, error) {
	out := maps.Clone(tags)
	if out == nil {
		out = map[string]string{}
	}
	for _, t := range more {
		if t.Key == "" || len(t.Key) > 128 || len(t.Value) > 256 || strings.HasPrefix(t.Key, "aws:") {
			return nil, fail("ValidationException", "Invalid tag: '%s'", t.Key)
		}
		out[t.Key] = t.Value
	}
	if len(out) > maxTags {
		return nil, fail("TooManyTags", "Resource has too many tags: at most %d are possible", maxTags)
	}
	return out, nil
}

func (s *Service) tagResource(in tagInput) (any, error) {
	return s.retag(in.ARN, func(tags map[string]string) (map[string]string, error) { return tagged(tags, in.Tags) })
}

func (s *Service) untagResource(in untagInput) (any, error) {
	return s.retag(in.ARN, func(tags map[string]string) (map[string]string, error) {
		left := maps.Clone(tags)
		maps.DeleteFunc(left, func(key, _ string) bool { return slices.Contains(in.Keys, key) })
		return left, nil
	})
}

// retag puts a machine with other tags into the place of the one that is there.
func (s *Service) retag(arn string, change func(map[string]string) (map[string]string, error)) (any, error) {
	if _, err := s.taggable(arn); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.machines[arn]
	if m == nil { // deleted meanwhile
		return nil, fail("ResourceNotFound", "Resource not found: '%s'", arn)
	}
	tags, err := change(m.tags)
	if err != nil {
		return nil, err
	}
	next := *m
	next.tags = tags
	s.machines[arn] = &next
	return struct{}{}, nil
}

func (s *Service) listTagsForResource(in listTagsInput) (any, error) {
	m, err := s.taggable(in.ARN)
	if err != nil {
		return nil, err
	}
	tags := []tag{}
	for _, key := range slices.Sorted(maps.Keys(m.tags)) {
		tags = append(tags, tag{key, m.tags[key]})
	}
	return map[string]any{"tags": tags}, nil
}

func (s *Service) taggable(arn string) (*machine, error) {
	m, err := s.machine(arn)
	if code(err) == "StateMachineDoesNotExist" {
		return nil, fail("ResourceNotFound", "Resource not found: '%s'", arn)
	}
	return m, err
}
