package planted

var _ = plant(mayBugs...)

var mayBugs = []bug{
	{"let a token add to a listed group", "internal/flow/directory.go", "if _, listed := d.Groups[name]; listed {", "if _, listed := d.Groups[name]; listed && false {", "./internal/flow", "TestTokenGroups"},
	{"take members from any token group", "internal/flow/directory.go", "return slices.Contains(token, from) })", "return len(token) > 0 && from != \"\" })", "./internal/flow", "TestTokenGroups"},
	{"split a token's group at its comma", "internal/local/gateway/token.go", "url.PathUnescape(strings.TrimSpace(g))", "url.PathUnescape(url.PathEscape(strings.TrimSpace(g)))", "./internal/local/gateway", "TestWhoCalls"},
}
