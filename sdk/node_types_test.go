package sdk_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The TypeScript compiler takes the outcomes that each hook may return, and refuses all
// others: a transition back to an earlier state is a mistake that shows while it is typed.
func TestNodeTypes(t *testing.T) {
	tsc := os.Getenv("FASTTRACK_TSC")
	if tsc == "" {
		t.Skip("FASTTRACK_TSC is not set; make node-types sets it")
	}
	program := nodeImports
	var want []string // the lines that are refused, with the text that says so
	line := strings.Count(program, "\n")
	add := func(code, refused string) {
		program += code + "\n"
		line++
		if refused != "" {
			want = append(want, fmt.Sprintf("%d %s", line, refused))
		}
	}
	for hook, may := range transitions(t) {
		member := camel(hook)
		for verb, class := range nodeOutcomes {
			refused := ""
			if !slices.Contains(may, verb) {
				refused = class
			}
			if strings.HasPrefix(hook, "get_") {
				refused = class
			}
			// Both as it is, and as a promise.
			add(fmt.Sprintf(`serve({ f: { %s: () => %s("x") } });`, member, verb), refused)
			add(fmt.Sprintf(`serve({ f: { %s: async () => %s("x") } });`, member, verb), refused)
		}
		if len(may) > 0 {
			add(fmt.Sprintf(`serve({ f: { %s: () => continue_() } });`, member), "")
			add(fmt.Sprintf(`serve({ f: { %s: () => {} } });`, member), "void")
		}
	}
	for _, c := range nodeLines {
		add(c.code, c.refused)
	}
	got := compileNode(t, tsc, program)
	lines := strings.Split(program, "\n")
	for _, w := range want {
		at, text, _ := strings.Cut(w, " ")
		if !strings.Contains(got[at], text) {
			t.Errorf("the compiler says %q of %s, want %s", got[at], lines[number(t, at)-1], text)
		}
		delete(got, at)
	}
	for at, text := range got {
		t.Errorf("the compiler refuses %s: %s", lines[number(t, at)-1], text)
	}
}

// The types fit the programs of docs/hooks-node.md and the example.
func TestNodeTypes_Docs(t *testing.T) {
	tsc := os.Getenv("FASTTRACK_TSC")
	if tsc == "" {
		t.Skip("FASTTRACK_TSC is not set; make node-types sets it")
	}
	dir := nodePrograms(t)
	if err := os.CopyFS(filepath.Join(dir, "example"), os.DirFS("../examples/sdk-node")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"type": "module"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"--noEmit", "--allowJs", "--checkJs", "--strict", "--noImplicitAny", "false", "--target", "es2022", "--lib", "es2022", "--module", "nodenext"}
	for _, pattern := range []string{"hooks/*.ts", "hooks/*.mjs", "example/index.mjs"} {
		files, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
		if err != nil || len(files) == 0 {
			t.Fatalf("no %s: %v", pattern, err)
		}
		// Node.js's own modules have no types here.
		args = append(args, slices.DeleteFunc(files, func(file string) bool { return strings.HasSuffix(file, ".test.mjs") })...)
	}
	cmd := exec.Command(tsc, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

const nodeImports = `import { KEEP, approve, deny, ignore, expire, escalate, deescalate, revoke, continue_, serve } from "@fasttrack-dev/hooks";
import type { Event, FromEscalate, FromRequest } from "@fasttrack-dev/hooks";
import { event, invocation } from "@fasttrack-dev/hooks/testing";
import * as okta from "@fasttrack-dev/hooks/okta";
import * as onelogin from "@fasttrack-dev/hooks/onelogin";
import * as pagerduty from "@fasttrack-dev/hooks/pagerduty";
import * as rest from "@fasttrack-dev/hooks/rest";
import * as secret from "@fasttrack-dev/hooks/secret";
import { equal } from "@fasttrack-dev/hooks/email";
`

var nodeOutcomes = map[string]string{
	"approve": "Approval", "deny": "Denial", "ignore": "Ignoring", "expire": "Expiry", "escalate": "Escalation", "deescalate": "Deescalation", "revoke": "Revocation",
}

// nodeLines are lines of code, with what the compiler says of those that it refuses.
var nodeLines = []struct{ code, refused string }{
	{`export function a(e: Event): FromEscalate { return deny("too late"); }`, "Denial"},
	{`export function b(e: Event): FromRequest { return ignore("x"); }`, "Ignoring"},
	{`export function c(e: Event): FromRequest { return approve("x").because({ name: "a", passed: true }).forSeconds(60); }`, ""},
	{`deny("x").forSeconds(60);`, "forSeconds"},
	{`serve({ f: { onRequest: () => ({ transition: "approve", reason: "x" }) } });`, "missing the following properties"},
	{`serve({ f: { getPermissions: () => ({ approvers: KEEP, approvals: 2, timeoutSeconds: 60 }) } });`, ""},
	{`serve({ f: { getPermissions: () => ({ approvers: "grace@example.com" }) } });`, "string"},
	{`serve({ f: { getPermissions: () => ({}) } });`, "Permissions"},
	{`serve({ f: { getNotifications: () => [{ to: ["slack:#ops"], waitSeconds: 60 }] } });`, ""},
	{`serve({ f: { getNotifications: async () => null } });`, ""},
	{`serve({ f: { getNotifications: () => ["slack:#ops"] } });`, "string"},
	{`serve({ f: { prefetch: { a: (s) => [{ value: s.query }] } } });`, ""},
	{`serve({ f: { prefetch: { a: (s) => [s.query] } } });`, "string"},
	{`serve({ f: { onReqest: () => approve("x") } });`, "onReqest"},
	{`serve({ f: () => approve("x") });`, "Hooks"},
	{`export function d(e: Event): boolean { return e.check("a", e.fields.bool("b"), "c"); }`, ""},
	{`export function f(e: Event): number { return e.fields.string("a"); }`, "string"},
	{`export function g(e: Event): string { return e.user.emial; }`, "emial"},
	{`export function h(e: Event): number { return e.recent.approved; }`, "undefined"},
	{`export function i(e: Event): void { e.output({ a: [1] }); e.step("on_request").decode(); e.actor("deny"); }`, ""},
	{`export function j(e: Event): void { e.step("on_requst"); }`, "on_requst"},
	{`event({ hook: "on_approve", byUser: "grace@example.com", fields: { a: "b" } });`, ""},
	{`event({ feilds: {} });`, "feilds"},
	{`event().fields = event().fields;`, "read-only"},
	{`serve({ f: {} })(invocation({ trial: true }), { getRemainingTimeInMillis: () => 1000 }).then((r) => r);`, ""},
	{`const duty = new pagerduty.Client("", secret.named("pagerduty-token"));`, ""},
	{`export async function k(e: Event): Promise<FromRequest> { return e.check("on call", await duty.isOnCall(e.user.email, pagerduty.schedule("P1"))) ? approve("x") : continue_(); }`, ""},
	{`export function l(e: Event): boolean { return e.check("on call", duty.isOnCall(e.user.email, pagerduty.schedule("P1"))); }`, "Promise<boolean>"},
	{`export function m(e: Event): FromRequest { if (duty.isOnCall("a", pagerduty.policy("P1", 1))) { return approve("x"); } return continue_(); }`, "Promise<boolean>"},
	{`duty.hasIncident({ service: "S", urgency: "P1" });`, "P1"},
	{`duty.isOnCall("a", "Payments");`, "Rotation"},
	{`new okta.Client("https://example.okta.com", () => "t").inGroup("a", "b").then((is: boolean) => is);`, ""},
	{`new onelogin.Client("https://example.onelogin.com", () => "t").hasRole("a", "b").then((is: boolean) => is);`, ""},
	{`new rest.Client("Jira", "https://example.com", rest.bearer(secret.named("jira-token"))).get(rest.path("issue", 1));`, ""},
	{`equal("a", "b");`, ""},
}

// camel returns the member of Hooks of a hook: onRequest for "on_request".
func camel(hook string) string {
	first, second, _ := strings.Cut(hook, "_")
	return first + strings.ToUpper(second[:1]) + second[1:]
}

var finding = regexp.MustCompile(`^program\.mts\((\d+),\d+\): error TS\d+: (.*)`)

// compileNode returns what the compiler says of each line of a program. It has the types
// of the language alone, not those of Node.js or of a browser.
func compileNode(t *testing.T, tsc, program string) map[string]string {
	t.Helper()
	dir := t.TempDir()
	sdk, err := filepath.Abs("node")
	if err != nil {
		t.Fatal(err)
	}
	scope := filepath.Join(dir, "node_modules", "@fasttrack-dev")
	if err := os.MkdirAll(scope, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(sdk, filepath.Join(scope, "hooks")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "program.mts"), []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(tsc, "--noEmit", "--strict", "--pretty", "false", "--target", "es2022", "--lib", "es2022", "--module", "nodenext", "program.mts")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatal("the compiler refuses nothing")
	}
	said, last := map[string]string{}, ""
	for line := range strings.Lines(string(out)) {
		m := finding.FindStringSubmatch(line)
		switch {
		case m != nil:
			last = m[1]
			said[last] += m[2] + "\n"
		case strings.HasPrefix(line, " "): // it goes on
			said[last] += line
		default:
			t.Errorf("the compiler says %s", line)
		}
	}
	return said
}
