package lambda

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/partition"
)

// splitName takes what the Invoke API calls a FunctionName: a name, a partial
// ARN (123456789012:function:name) or an ARN, each with or without a
// ":qualifier". Region and account are not looked at: on this machine a
// function is its name.
func splitName(function string) (name, qualifier string) {
	if _, after, ok := strings.Cut(function, ":function:"); ok {
		function = after
	}
	name, qualifier, _ = strings.Cut(function, ":")
	return name, qualifier
}

// arn is the function's ARN, with the qualifier when there is one.
func (s *Service) arn(name, qualifier string) string {
	a := fmt.Sprintf("arn:%s:lambda:%s:%s:function:%s", partition.Of(s.opts.Region), s.opts.Region, s.opts.AccountID, name)
	if qualifier != "" {
		a += ":" + qualifier
	}
	return a
}

// lookup finds a function by name or ARN; a qualifier given apart must agree
// with the one in the name. It returns the ARN that was invoked.
func (s *Service) lookup(function, qualifier string) (*function, string, error) {
	name, q := splitName(function)
	if q != "" && qualifier != "" && q != qualifier {
		return nil, "", &ServiceError{"InvalidParameterValueException", "The derived qualifier from the function name does not match the specified qualifier."}
	}
	if q == "" {
		q = qualifier
	}
	arn := s.arn(name, q)
	s.mu.Lock()
	f, ok := s.functions[name]
	if bare, own := strings.CutPrefix(name, s.opts.OwnPrefix); !ok && own {
		f, ok = s.functions[bare]
		ok = ok && f.kind == kindAttached
	}
	s.mu.Unlock()
	if !ok || !f.answersTo(q) {
		return nil, "", &ServiceError{"ResourceNotFoundException", "Function not found: " + arn}
	}
	return f, arn, nil
}

// answersTo reports whether the function has such a version or alias. A process
// that attached itself stands for all of them.
func (f *function) answersTo(qualifier string) bool {
	if qualifier == "" || qualifier == "$LATEST" || f.kind == kindAttached {
		return true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return qualifier == f.version || slices.Contains(f.cfg.Aliases, qualifier)
}
