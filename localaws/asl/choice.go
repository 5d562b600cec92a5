package asl

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// choiceRule is a rule of a Choice state, or a part of one.
type choiceRule struct {
	next     string
	and, or  []choiceRule
	not      *choiceRule
	variable *path
	operator string
	test     func(have, want any) bool
	// want is a literal; wantPath is where it is found.
	want     any
	wantPath *path
}

func (s *State) choice(o object) {
	if s.Default = o.text("Default"); o.has("Default") && s.Default == "" {
		o.fail("Default", "Value is not the name of a state")
	}
	list, ok := o.members["Choices"].([]any)
	if !ok || len(list) == 0 {
		o.fail("Choices", "These required fields are missing: [Choices]")
		return
	}
	for i, v := range list {
		s.Choices = append(s.Choices, o.p.choiceRule(v, fmt.Sprintf("%s/Choices[%d]", o.at, i), true))
	}
}

func (p *parser) choiceRule(v any, at string, top bool) choiceRule {
	var rule choiceRule
	raw, ok := v.(map[string]any)
	if !ok {
		p.fail(at, "Value is not an object")
		return rule
	}
	known := []string{"Comment"}
	if top {
		known = append(known, "Next")
	}
	combined, operator := "", ""
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		switch {
		case name == "And" || name == "Or" || name == "Not":
			combined = name
		case operators[name] != nil || operators[strings.TrimSuffix(name, "Path")] != nil && takesPath(name):
			if operator != "" {
				p.fail(at, "Must have one comparison, got %s and %s", operator, name)
			}
			operator = name
		}
	}
	if combined != "" {
		known = append(known, combined)
	} else {
		known = append(known, "Variable", operator)
	}
	o, _ := p.object(v, at, known...)
	if top {
		if rule.next = o.text("Next"); rule.next == "" {
			o.fail("Next", "These required fields are missing: [Next]")
		}
	}
	switch {
	case combined == "Not":
		inner := p.choiceRule(raw["Not"], at+"/Not", false)
		rule.not = &inner
	case combined != "":
		list, ok := raw[combined].([]any)
		if !ok || len(list) == 0 {
			o.fail(combined, "Must be a list of rules")
		}
		var rules []choiceRule
		for i, inner := range list {
			rules = append(rules, p.choiceRule(inner, fmt.Sprintf("%s/%s[%d]", at, combined, i), false))
		}
		if combined == "And" {
			rule.and = rules
		} else {
			rule.or = rules
		}
	case operator == "":
		p.fail(at, "Must have a comparison operator")
	default:
		rule.compare(o, operator)
	}
	return rule
}

func (rule *choiceRule) compare(o object, operator string) {
	if rule.variable = o.path("Variable", false); rule.variable == nil && !o.has("Variable") {
		o.fail("Variable", "These required fields are missing: [Variable]")
	}
	rule.operator = operator
	if rule.test = operators[operator]; rule.test == nil {
		rule.test = operators[strings.TrimSuffix(operator, "Path")]
		rule.wantPath = o.path(operator, false)
		return
	}
	rule.want = plain(o.members[operator])
	if err := literalFits(operator, rule.want); err != "" {
		o.fail(operator, "%s", err)
	}
}

// literalFits checks the type of what a variable is compared with.
func literalFits(operator string, want any) string {
	fits, expected := true, ""
	switch {
	case strings.HasPrefix(operator, "Is") || strings.HasPrefix(operator, "Boolean"):
		_, fits = want.(bool)
		expected = "Value is not a boolean"
	case strings.HasPrefix(operator, "Numeric"):
		_, fits = number(want)
		expected = "Value is not a number"
	case strings.HasPrefix(operator, "Timestamp"):
		var s string
		if s, fits = want.(string); fits {
			_, fits = parseTimestamp(s)
		}
		expected = "Value is not an ISO-8601 extended offset date-time format string"
	default:
		_, fits = want.(string)
		expected = "Value is not a string"
	}
	if fits {
		return ""
	}
	return expected
}

func takesPath(name string) bool {
	return strings.HasSuffix(name, "Path") && !strings.HasPrefix(name, "Is") && name != "StringMatchesPath"
}

// holds evaluates the rule.
func (rule *choiceRule) holds(s *scope) (bool, *Failure) {
	switch {
	case rule.not != nil:
		held, failure := rule.not.holds(s)
		return !held, failure
	case rule.and != nil:
		for i := range rule.and {
			if held, failure := rule.and[i].holds(s); failure != nil || !held {
				return false, failure
			}
		}
		return true, nil
	case rule.or != nil:
		for i := range rule.or {
			if held, failure := rule.or[i].holds(s); failure != nil || held {
				return held, failure
			}
		}
		return false, nil
	}
	have, err := rule.variable.get(s)
	if rule.operator == "IsPresent" {
		return (err == nil) == (rule.want == true), nil
	}
	if err != nil {
		return false, runtimeFailure("Invalid path '%s': The choice state's condition path references an invalid value.", rule.variable.text)
	}
	want := rule.want
	if rule.wantPath != nil {
		if want, err = rule.wantPath.get(s); err != nil {
			return false, runtimeFailure("Invalid path '%s': The choice state's condition path references an invalid value.", rule.wantPath.text)
		}
	}
	return rule.test(have, want), nil
}

// operators are the comparisons; each also has a form with Path but the Is ones
// and StringMatches.
var operators = map[string]func(have, want any) bool{
	"IsNull":    is(func(v any) bool { return v == nil }),
	"IsPresent": is(func(any) bool { return true }),
	"IsBoolean": is(func(v any) bool { _, ok := v.(bool); return ok }),
	"IsNumeric": is(func(v any) bool { _, ok := number(v); return ok }),
	"IsString":  is(func(v any) bool { _, ok := v.(string); return ok }),
	"IsTimestamp": is(func(v any) bool {
		s, ok := v.(string)
		if ok {
			_, ok = parseTimestamp(s)
		}
		return ok
	}),
	"BooleanEquals": func(have, want any) bool {
		a, okA := have.(bool)
		b, okB := want.(bool)
		return okA && okB && a == b
	},
	"StringMatches": func(have, want any) bool {
		a, okA := have.(string)
		b, okB := want.(string)
		return okA && okB && wildcard(b, a)
	},
}

func init() {
	for name, holds := range map[string]func(order int) bool{
		"Equals":            func(o int) bool { return o == 0 },
		"LessThan":          func(o int) bool { return o < 0 },
		"LessThanEquals":    func(o int) bool { return o <= 0 },
		"GreaterThan":       func(o int) bool { return o > 0 },
		"GreaterThanEquals": func(o int) bool { return o >= 0 },
	} {
		for kind, compare := range map[string]func(a, b any) (int, bool){
			"String": compareStrings, "Numeric": compareNumbers, "Timestamp": compareTimes,
		} {
			operators[kind+name] = func(have, want any) bool {
				order, ok := compare(have, want)
				return ok && holds(order)
			}
		}
	}
}

func is(test func(any) bool) func(have, want any) bool {
	return func(have, want any) bool { return test(have) == (want == true) }
}

func compareStrings(a, b any) (int, bool) {
	x, okX := a.(string)
	y, okY := b.(string)
	return strings.Compare(x, y), okX && okY
}

func compareNumbers(a, b any) (int, bool) {
	x, okX := number(a)
	y, okY := number(b)
	switch {
	case !okX || !okY:
		return 0, false
	case x < y:
		return -1, true
	case x > y:
		return 1, true
	}
	return 0, true
}

func compareTimes(a, b any) (int, bool) {
	x, okX := a.(string)
	y, okY := b.(string)
	if !okX || !okY {
		return 0, false
	}
	s, okS := parseTimestamp(x)
	t, okT := parseTimestamp(y)
	return s.Compare(t), okS && okT
}

// parseTimestamp reads an RFC 3339 time with capital T and Z.
func parseTimestamp(s string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339Nano, s)
	return t, err == nil && !strings.ContainsAny(s, "tz")
}

// wildcard matches * with any run of characters; \* and \\ are those
// themselves.
func wildcard(pattern, s string) bool {
	type token struct {
		char byte
		any  bool
	}
	var tokens []token
	for i := 0; i < len(pattern); i++ {
		switch {
		case pattern[i] == '\\' && i+1 < len(pattern):
			i++
			tokens = append(tokens, token{char: pattern[i]})
		case pattern[i] == '*':
			tokens = append(tokens, token{any: true})
		default:
			tokens = append(tokens, token{char: pattern[i]})
		}
	}
	// The newest * takes one more character each time the rest does not fit.
	t, star, from := 0, -1, 0
	for i := 0; i < len(s); {
		switch {
		case t < len(tokens) && tokens[t].any:
			star, from = t, i
			t++
		case t < len(tokens) && tokens[t].char == s[i]:
			t++
			i++
		case star >= 0:
			from++
			t, i = star+1, from
		default:
			return false
		}
	}
	for t < len(tokens) && tokens[t].any {
		t++
	}
	return t == len(tokens)
}
