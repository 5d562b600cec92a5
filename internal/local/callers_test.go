package local_test

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

const executeAPI = "arn:aws:execute-api:eu-central-1:" + account + ":Api/$default/"

// routesOf are the routes of openapi.json that need an identity, as "POST
// /requests/{id}/deny", with those that anybody may call.
func routesOf(t *testing.T) (signed, public []string) {
	t.Helper()
	raw, err := os.ReadFile("../../functions/request/request/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	for path, operations := range doc.Paths {
		for method, operation := range operations {
			if !slices.Contains([]string{"get", "head", "post", "put", "patch", "delete"}, method) {
				continue
			}
			var o struct{ Security *[]map[string][]string }
			if err := json.Unmarshal(operation, &o); err != nil {
				t.Fatal(err)
			}
			routes := []string{strings.ToUpper(method) + " " + path}
			if method == "get" { // which HEAD goes with, undescribed
				routes = append(routes, "HEAD "+path)
			}
			if o.Security != nil && len(*o.Security) == 0 {
				public = append(public, routes...)
			} else {
				signed = append(signed, routes...)
			}
		}
	}
	return signed, public
}

var braces = regexp.MustCompile(`\{[^}]+\}`)

// resourcesOf are what API Gateway asks IAM about for a call of a route.
func resourcesOf(route string) []string {
	method, path, _ := strings.Cut(route, " ")
	return []string{
		executeAPI + method + braces.ReplaceAllString(path, "01JD0000000000000000000000"),
		executeAPI + method + path,
	}
}

// matches reports whether text has the form of IAM's wildcards.
func matches(form, text string) bool {
	quoted := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(form))
	return regexp.MustCompile("^" + quoted + "$").MatchString(text)
}

func mayCall(statements []template.Statement, resource string) bool {
	return slices.ContainsFunc(statements, func(s template.Statement) bool {
		return s.Effect == "Allow" && slices.Contains(s.Actions, "execute-api:Invoke") && len(s.Conditions) == 0 &&
			slices.ContainsFunc(s.Resources, func(form string) bool { return matches(form, resource) })
	})
}

// decides are the routes that need ReviewersPolicy.
var decides = []string{"POST /requests/{id}/approve", "POST /requests/{id}/deny", "POST /requests/{id}/withdraw", "POST /requests/{id}/review"}

// The managed policies allow each route to those who need it, and nothing else.
func TestPoliciesOfCallers(t *testing.T) {
	stack, err := template.Load("../../template.yaml", options(nil))
	if err != nil {
		t.Fatal(err)
	}
	policies := map[string][]template.Statement{}
	for _, p := range stack.ManagedPolicies {
		policies[p.LogicalID] = p.Statements
		if want := "arn:aws:iam::" + account + ":policy/app-" + p.LogicalID; p.ARN != want {
			t.Errorf("the ARN is %s, want %s", p.ARN, want)
		}
	}
	if got := slices.Sorted(maps.Keys(policies)); !slices.Equal(got, []string{"PeoplePolicy", "ReviewersPolicy"}) {
		t.Fatalf("managed policies are %v", got)
	}
	signed, public := routesOf(t)
	if len(signed) < 9 || len(public) != 4 {
		t.Fatalf("routes are %v and %v", signed, public)
	}
	for _, route := range signed {
		for _, resource := range resourcesOf(route) {
			if !mayCall(policies["ReviewersPolicy"], resource) {
				t.Errorf("ReviewersPolicy of template.yaml does not allow %s (%s)", route, resource)
			}
			if want := !slices.Contains(decides, route); mayCall(policies["PeoplePolicy"], resource) != want {
				t.Errorf("PeoplePolicy of template.yaml allows %s (%s): %v, want %v", route, resource, !want, want)
			}
		}
	}
	// The routes of the template that check a signature are those of openapi.json.
	for _, r := range stack.APIs[0].Routes {
		if !slices.Contains(signed, r.Key) && !slices.Contains(public, r.Key) {
			t.Errorf("openapi.json has no %s", r.Key)
		}
	}
	for id, statements := range policies {
		for _, s := range statements {
			if s.Effect != "Allow" || !slices.Equal(s.Actions, []string{"execute-api:Invoke"}) {
				t.Errorf("%s: %+v", id, s)
			}
			for _, form := range s.Resources {
				if !slices.ContainsFunc(signed, func(route string) bool { return matches(form, resourcesOf(route)[0]) }) {
					t.Errorf("%s allows %s, which no route of openapi.json needs", id, form)
				}
			}
		}
		for _, other := range []string{
			executeAPI + "POST/flows", executeAPI + "DELETE/requests/01JD", executeAPI + "PUT/requests/01JD", executeAPI + "POST/requests/01JD",
			executeAPI + "GET/healthz", executeAPI + "GET/openapi.json", executeAPI + "POST/requests/01JD/cancel/more",
			strings.Replace(executeAPI, ":Api/", ":other/", 1) + "GET/flows", strings.Replace(executeAPI, "$default", "test", 1) + "GET/flows",
			strings.Replace(executeAPI, "eu-central-1", "us-east-1", 1) + "GET/flows", strings.Replace(executeAPI, account, "999999999999", 1) + "GET/flows",
		} {
			if mayCall(statements, other) {
				t.Errorf("%s allows %s", id, other)
			}
		}
	}
	// Tokens need no policy of IAM.
	stack, err = template.Load("../../template.yaml", options(map[string]string{"AuthMode": "JWT", "JwtIssuer": "https://idp.example.com", "JwtAudience": "fasttrack"}))
	if err != nil || len(stack.ManagedPolicies) > 0 {
		t.Errorf("AuthMode=JWT has the policies %v (%v)", stack.ManagedPolicies, err)
	}
}

// With an issuer beside callers that sign, every route that needs a signature is there
// again for people with a token, and leads to the same function.
func TestRoutesOfPeople(t *testing.T) {
	for issuer, want := range map[string]bool{"": false, "https://idp.example.com": true} {
		parameters := map[string]string{"AuthMode": "IAM"}
		if want {
			parameters["JwtIssuer"], parameters["JwtAudience"] = issuer, "fasttrack,other"
		}
		stack, err := template.Load("../../template.yaml", options(parameters))
		if err != nil {
			t.Fatal(err)
		}
		routes := map[string]template.Route{}
		for _, r := range stack.APIs[0].Routes {
			routes[r.Key] = r
		}
		n := 0
		for key, r := range routes {
			method, path, _ := strings.Cut(key, " ")
			twin, there := routes[method+" /people"+path]
			switch {
			case r.Authorization == "AWS_IAM" && there != want:
				t.Errorf("JwtIssuer=%s: %s is there for people: %v. Each such route needs one under /people in template.yaml, with condition HasPeople", issuer, key, there)
			case r.Authorization == "AWS_IAM" && want:
				n++
				if twin.Authorization != "JWT" || twin.Issuer != issuer || !slices.Equal(twin.Audience, []string{"fasttrack", "other"}) || twin.FunctionARN != r.FunctionARN {
					t.Errorf("%s for people is %+v, want tokens and %s", key, twin, r.FunctionARN)
				}
			case r.Authorization == "JWT" && !strings.HasPrefix(path, "/people/"):
				t.Errorf("%s takes tokens", key)
			}
		}
		if want && n < 13 {
			t.Errorf("%d routes need a signature", n)
		}
	}
}

// Links in messages lead to the console, or else to where PortalUrl says.
func TestLinks(t *testing.T) {
	for given, want := range map[string]string{
		"": "", "PortalUrl=https://portal.example.com/x": "https://portal.example.com/x", "ConsoleOrigin=https://access.example.com": "https://access.example.com/console",
	} {
		parameters := map[string]string{}
		if name, value, is := strings.Cut(given, "="); is {
			parameters[name] = value
		}
		stack, err := template.Load("../../template.yaml", options(parameters))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range stack.Functions {
			if got := f.Environment["PORTAL_URL"]; f.LogicalID == "NotifyFunction" && got != want {
				t.Errorf("%s: links begin with %q, want %q", given, got, want)
			}
			console := map[bool]string{true: want}[strings.HasPrefix(given, "ConsoleOrigin")]
			if got := f.Environment["CONSOLE_URL"]; f.LogicalID == "NotifyFunction" && got != console {
				t.Errorf("%s: the console is at %q, want %q", given, got, console)
			}
		}
	}
}

// scp is a service control policy of docs/security.md.
type scp struct {
	Statement []struct {
		Sid, Effect      string
		Action, Resource []string
		Condition        map[string]map[string][]string
	}
}

// samplePolicies are the policies in a page of the docs.
func samplePolicies(t *testing.T, page string) (all []scp) {
	t.Helper()
	raw, err := os.ReadFile("../../docs/" + page)
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(string(raw), -1) {
		var p scp
		if !strings.Contains(block[1], "execute-api:Invoke") {
			continue
		}
		if err := json.Unmarshal([]byte(block[1]), &p); err != nil {
			t.Fatalf("%s: %v in %s", page, err, block[1])
		}
		all = append(all, p)
	}
	return all
}

// denies evaluates a policy for a caller, by the one condition that it has.
func (p scp) denies(t *testing.T, caller, resource string) bool {
	t.Helper()
	for _, s := range p.Statement {
		if s.Effect != "Deny" || !slices.Contains(s.Action, "execute-api:Invoke") {
			t.Fatalf("statement %+v", s)
		}
		named := s.Condition["ArnNotLike"]["aws:PrincipalArn"]
		if len(s.Condition) != 1 || len(named) == 0 {
			t.Fatalf("the condition is %v", s.Condition)
		}
		if slices.ContainsFunc(s.Resource, func(form string) bool { return matches(form, resource) }) &&
			!slices.ContainsFunc(named, func(form string) bool { return matches(form, caller) }) {
			return true
		}
	}
	return false
}

// The sample for an organization keeps all but reviewers from deciding, whatever
// policies of the account allow, and all but people and the pipeline from calling.
func TestSamplePolicyOfAnOrganization(t *testing.T) {
	samples := samplePolicies(t, "security.md")
	if len(samples) != 1 {
		t.Fatalf("docs/security.md has %d policies about calls of the API", len(samples))
	}
	sample := samples[0]
	const reserved = "arn:aws:iam::" + account + ":role/aws-reserved/sso.amazonaws.com/"
	callers := map[string]struct{ calls, decides bool }{
		reserved + "eu-west-1/AWSReservedSSO_FasttrackPeople_0123456789abcdef":    {true, false},
		reserved + "AWSReservedSSO_FasttrackReviewers_0123456789abcdef":           {true, true},
		reserved + "eu-west-1/AWSReservedSSO_FasttrackReviewers_0123456789abcdef": {true, true},
		reserved + "eu-west-1/AWSReservedSSO_Admin_0123456789abcdef":              {false, false},
		"arn:aws:iam::" + account + ":role/AWSReservedSSO_FasttrackReviewers_x":   {false, false},
		"arn:aws:iam::" + account + ":role/ci-deploy":                             {true, false},
		"arn:aws:iam::" + account + ":role/admin":                                 {false, false},
		"arn:aws:iam::" + account + ":user/eve":                                   {false, false},
	}
	signed, _ := routesOf(t)
	for caller, may := range callers {
		for _, route := range signed {
			want := !may.calls || slices.Contains(decides, route) && !may.decides
			if resource := strings.Replace(resourcesOf(route)[0], ":Api/", ":a1b2c3d4e5/", 1); sample.denies(t, caller, resource) != want {
				t.Errorf("%s by %s is denied: %v, want %v", route, caller, !want, want)
			}
		}
		if sample.denies(t, caller, strings.Replace(executeAPI, ":Api/", ":another/", 1)+"POST/requests/x/approve") {
			t.Errorf("%s may not call another API", caller)
		}
	}
}
