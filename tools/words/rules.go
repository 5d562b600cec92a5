package main

import (
	"regexp"
	"slices"
	"strings"
)

// A Kind is where a text stands.
type Kind int

const (
	Comment     Kind = 1 << iota // a comment in code or configuration
	Message                      // a string of Go code that isn't a test
	Prose                        // a page of documentation
	Description                  // a description in YAML or JSON, a help text of the Makefile

	everywhere = Comment | Message | Prose | Description
	forPeople  = Message | Prose | Description
)

// A Rule is a word that has a better one.
type Rule struct {
	Not    string   // a regular expression; a space matches any white space
	Use    string   // what to write instead
	In     Kind     // where the rule applies
	Under  []string // only in these folders, if any
	Except string   // a match that this expression matches too, with what follows it, is fine
}

// rules lists the words, by the idea that they stand for.
var rules = []Rule{
	// What a person files is a request; the stored record inside the engine is a run.
	{Not: `(a|the|each|every|this|which|whose|no|any|such|one|another|its|past|old|waiting|pending) runs?`, Use: "request",
		In: Prose | Description, Except: `runs? (of|only|on|in|as|under|with|without|that has|once|at|for|again|make|the|id)\b|that runs|which runs|one run|this runs`},

	{Not: `(the|a|each|every|waiting) requests?`, Use: "run (inside the engine)", In: Comment, Under: []string{"internal/run", "internal/engine"},
		Except: `requests? (id|function|body)\b|the request that`},

	// What a person does to a request.
	{Not: `(an|each|every|this|person's|last|such) acts?|acts of|the acts?`, Use: "action", In: forPeople, Except: `acts? (on|as|in|for)\b`},

	// What a hook gets, and what it returns.
	{Not: `what (is|was|are|were|it is|they are|hooks are) asked`, Use: "invocation, event or request", In: everywhere},
	{Not: `(is|are|was|were|be|been|being|gets|get|got) asked`, Use: "called (a hook), requested (access), prompted (a person)", In: everywhere},
	{Not: `hooks?'?s? answers?|answers? (of|from) (a|the|its|each|every|this|that) hooks?`, Use: "outcome (Go), response (JSON)", In: everywhere},
	{Not: `hears?|what (was|is|it|they) heard`, Use: "receives, response", In: everywhere},

	// People.
	{Not: `(those|people|persons|one) who may decide`, Use: "approvers", In: everywhere},
	{Not: `(those|one|people) (who|that) (are|is) meant|who is meant`, Use: "approvers, recipients", In: everywhere},
	{Not: `tells?|told|telling`, Use: "notify (people), report, return, inform; tell apart: distinguish", In: everywhere},

	// Access is granted; it is revoked early or ends on time.
	{Not: `(take|takes|took|taken|taking)( it| them| everything| that| this)? back|(take|takes|took|taken|taking)( the)? (access|membership|rights?) back`,
		Use: "revoke, remove", In: everywhere},
	{Not: `(give|gives|gave|given|giving) (it )?(access|back)`, Use: "grant, return", In: everywhere},
	{Not: `(access|membership|it|permission) (is|was|has been|had been|were|be|being) (given|gone)|access given|given access`,
		Use: "granted, revoked, ended", In: everywhere},

	// Functions and values.
	{Not: `gives`, Use: "returns, sets, shows", In: everywhere, Except: `gives up`},
	{Not: `(was|were|is|are) expected`, Use: `must be X, got Y`, In: everywhere, Except: `expected to`},
	{Not: `there (is|are|was|were|will be) (no|none|nothing|neither|not)`, Use: "no such X, unknown X; X is missing", In: everywhere},
	{Not: `(is|are) no (flow|field|hook|request|run|group|user|function|target|such|key|number|string|member|name|object|list|text|date|time|address|valid)`,
		Use: "unknown X, X must be Y, not a Y", In: everywhere},
	{Not: `(is|are|was|were) not there|isn't there|aren't there`, Use: "is missing, is absent, does not exist", In: everywhere},
	{Not: `is not known|are not known|isn't known|it is known`, Use: "unknown, unsupported", In: everywhere},

	// Outcomes and retries.
	{Not: `on_request approved`, Use: "fast-tracked", In: forPeople},
	{Not: `tr(ies|ied|y|ying) (it |them |that |this )?(again|once more)|ask(s|ed|ing)? (it |them |that |this )?(again|once more)`, Use: "retry, retried", In: everywhere,
		Except: `(?i)^["“(]?try again`},
	{Not: `(stand|stands|stood|standing) still`, Use: "stuck", In: everywhere},
	{Not: `not in order|is in order|are in order`, Use: "invalid, valid", In: everywhere, Except: `(is|are) in order (to|of|by)`},
	{Not: `(goes|went|going|gone|go) wrong`, Use: "fails, an error", In: everywhere},
	{Not: `in the way of`, Use: "blocks", In: everywhere},
	{Not: `get going|gets going`, Use: "restart, resume", In: everywhere},
	{Not: `nothing to do but`, Use: "say what to do: wait, retry", In: everywhere},
}

// skipped lists what isn't checked, and why.
var skipped = map[string]string{
	"tools/words":    "names the words that it looks for",
	"docs/decisions": "a decision keeps the words of its day",
	".git":           "not written by people",
	"build":          "built",
	".aws-sam":       "built",
	"node_modules":   "others' text",
	"fuzz":           "what fuzzing found",
	"releases":       "recorded from older releases",
}

// An Exception allows one text that a rule finds.
type Exception struct {
	File   string
	Text   string // what stands there
	Reason string
}

// exceptions may not outlive what they excuse: one that excuses nothing is a finding.
var exceptions = []Exception{
	{"functions/reconcile/reconcile/run.go", "take back", "the action's name in reports and logs"},
	{"e2e/recordrelease/finish.go", `"ask again"`, "a name in what older releases recorded"},
	{"e2e/recordrelease/finish.go", `"take back"`, "a name in what older releases recorded"},
	{"e2e/recordrelease/main.go", `then: "ask again"`, "a name in what older releases recorded"},
	{"e2e/recordrelease/main.go", `then: "take back"`, "a name in what older releases recorded"},
}

type compiled struct {
	Rule
	not, except *regexp.Regexp
}

func compile(rules []Rule) []compiled {
	out := make([]compiled, 0, len(rules))
	for _, r := range rules {
		c := compiled{Rule: r, not: regexp.MustCompile(`(?i)\b(?:` + strings.ReplaceAll(r.Not, " ", `\s+`) + `)\b`)}
		if r.Except != "" {
			c.except = regexp.MustCompile(`(?i)^(?:` + strings.ReplaceAll(r.Except, " ", `\s+`) + `)`)
		}
		out = append(out, c)
	}
	return out
}

// A Text is a piece of English and where it begins.
type Text struct {
	File string // with slashes, from the root
	Line int
	Kind Kind
	Body string
}

// A Finding is a place to write otherwise.
type Finding struct {
	File string
	Line int
	Text string
	Why  string
}

// find returns the findings of all rules in one text; of two that overlap, the first.
func find(rules []compiled, t Text) []Finding {
	var out []Finding
	var taken [][]int
	for _, r := range rules {
		if r.In&t.Kind == 0 || len(r.Under) > 0 && !under(t.File, r.Under) {
			continue
		}
		for _, at := range r.not.FindAllStringIndex(t.Body, -1) {
			if r.except != nil && r.except.MatchString(t.Body[at[0]:]) {
				continue
			}
			if slices.ContainsFunc(taken, func(b []int) bool { return at[0] < b[1] && b[0] < at[1] }) {
				continue
			}
			taken = append(taken, at)
			out = append(out, Finding{
				File: t.File,
				Line: t.Line + strings.Count(t.Body[:at[0]], "\n"),
				Text: strings.Join(strings.Fields(t.Body[at[0]:at[1]]), " "),
				Why:  r.Use,
			})
		}
	}
	return out
}

func under(file string, folders []string) bool {
	for _, f := range folders {
		if file == f || strings.HasPrefix(file, f+"/") {
			return true
		}
	}
	return false
}
