package merge

import "strings"

// meet reports whether two patterns match a text in common. In both, * stands for any
// text and ? for any character.
func meet(a, b string) bool {
	type place struct{ i, j int }
	seen := map[place]bool{}
	x, y := []rune(a), []rune(b)
	var from func(i, j int) bool
	from = func(i, j int) bool {
		if seen[place{i, j}] {
			return false
		}
		seen[place{i, j}] = true
		switch {
		case i == len(x) && j == len(y):
			return true
		case i < len(x) && x[i] == '*':
			return from(i+1, j) || j < len(y) && from(i, j+1)
		case j < len(y) && y[j] == '*':
			return from(i, j+1) || i < len(x) && from(i+1, j)
		case i < len(x) && j < len(y) && (x[i] == y[j] || x[i] == '?' || y[j] == '?'):
			return from(i+1, j+1)
		}
		return false
	}
	return from(0, 0)
}

// wild reports whether a text has a wildcard.
func wild(s string) bool { return strings.ContainsAny(s, "*?") }

// literal is a text whose wildcards stand for themselves.
func literal(s string) string {
	return strings.NewReplacer("*", "\x10", "?", "\x11").Replace(s)
}

// segments is the number of parts of an ARN. The last may have colons.
const segments = 6

// meetARN is meet for ARNs: a wildcard stands for text within one part.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
func meetARN(a, b string) bool {
	x, y := strings.SplitN(a, ":", segments), strings.SplitN(b, ":", segments)
	if len(x) != segments || len(y) != segments {
		return meet(a, b)
	}
	for i := range x {
		if !meet(x[i], y[i]) {
			return false
		}
	}
	return true
}
