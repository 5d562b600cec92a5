package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fasttrack-dev/fasttrack/api"
	"github.com/fasttrack-dev/fasttrack/functions/request/request"
)

// schemas are the Go types of the schemas in openapi.json.
var schemas = map[string]reflect.Type{
	"Problem": reflect.TypeFor[api.Problem](), "WrongField": reflect.TypeFor[api.FieldError](),
	"Person": reflect.TypeFor[api.Person](), "Actor": reflect.TypeFor[api.Actor](), "Check": reflect.TypeFor[api.Check](),
	"Requirement": reflect.TypeFor[api.Requirement](), "Decision": reflect.TypeFor[api.Decision](), "Outcome": reflect.TypeFor[api.Outcome](),
	"Review": reflect.TypeFor[api.Review](), "Entry": reflect.TypeFor[api.Entry](), "LastError": reflect.TypeFor[api.LastError](), "Looks": reflect.TypeFor[api.Looks](),
	"Access": reflect.TypeFor[api.Access](), "FieldName": reflect.TypeFor[api.FieldName](), "FieldShown": reflect.TypeFor[api.FieldShown](), "You": reflect.TypeFor[api.You](),
	"Allowed": reflect.TypeFor[api.Allowed](), "WaitsFor": reflect.TypeFor[api.WaitingFor](), "Run": reflect.TypeFor[api.Request](),
	"RunList": reflect.TypeFor[api.RequestList](), "Field": reflect.TypeFor[api.Field](), "Flow": reflect.TypeFor[api.Flow](),
	"FlowList": reflect.TypeFor[api.FlowList](), "Option": reflect.TypeFor[api.Option](), "OptionList": reflect.TypeFor[api.OptionList](),
	"Ask": reflect.TypeFor[api.CreateInput](), "ApproveAct": reflect.TypeFor[api.ApproveInput](), "Act": reflect.TypeFor[api.DenyInput](),
	"Stats": reflect.TypeFor[api.Stats](), "OutcomeCount": reflect.TypeFor[api.OutcomeCount](), "DecisionTimes": reflect.TypeFor[api.DecisionTimes](),
	"TimeSpread": reflect.TypeFor[api.TimeSpread](), "TimePercentile": reflect.TypeFor[api.TimePercentile](), "TimeBucket": reflect.TypeFor[api.TimeBucket](),
	"ShadowStats": reflect.TypeFor[api.ShadowStats](), "ShadowDifference": reflect.TypeFor[api.ShadowDifference](),
	"FastTrackUsage": reflect.TypeFor[api.FastTrackUsage](), "LimitUse": reflect.TypeFor[api.LimitUse](),
	"FailingHook": reflect.TypeFor[api.FailingHook](), "VersionSeen": reflect.TypeFor[api.VersionSeen](),
	"Verification": reflect.TypeFor[api.Verification](), "VerifiedEntry": reflect.TypeFor[api.VerifiedEntry](), "VerifiedDigest": reflect.TypeFor[api.VerifiedDigest](),
	"Explanation": reflect.TypeFor[api.Explanation](), "ExplainedStep": reflect.TypeFor[api.ExplainedStep](), "ExplainedApprovals": reflect.TypeFor[api.ExplainedApprovals](),
	"BreakGlass": reflect.TypeFor[api.BreakGlass](), "GlassReview": reflect.TypeFor[api.GlassReview](), "BreakGlassRule": reflect.TypeFor[api.BreakGlassRule](), "ReviewAct": reflect.TypeFor[api.ReviewInput](),
	"CancelAct": reflect.TypeFor[api.CancelInput](), "Verdict": reflect.TypeFor[api.Verdict](), "Seat": reflect.TypeFor[api.Seat](),
	"Me": reflect.TypeFor[api.Me](), "Counts": reflect.TypeFor[api.Counts](), "MyFlow": reflect.TypeFor[api.MyFlow](),
	"Rules": reflect.TypeFor[api.Rules](), "NotifyStep": reflect.TypeFor[api.NotifyStep](), "Limit": reflect.TypeFor[api.Limit](),
	"RuleSentence": reflect.TypeFor[api.RuleSentence](), "Delivery": reflect.TypeFor[api.Delivery](),
	"Extends": reflect.TypeFor[api.Extends](), "Extension": reflect.TypeFor[api.Extension](), "RuleChange": reflect.TypeFor[api.RuleChange](), "ExtendRule": reflect.TypeFor[api.ExtendRule](),
	"ConfirmAllowed": reflect.TypeFor[api.ConfirmAllowed](), "ConfirmAct": reflect.TypeFor[api.ConfirmInput](), "ExtendAllowed": reflect.TypeFor[api.ExtendAllowed](), "ExtendAsk": reflect.TypeFor[api.ExtendInput](),
	"Looked":       reflect.TypeFor[api.Looked](),
	"SlackAccount": reflect.TypeFor[api.SlackAccount](), "SlackAccountList": reflect.TypeFor[api.SlackAccountList](), "SlackLink": reflect.TypeFor[api.SlackLinkInput](),
}

// foreign are the schemas without a Go type: what API Gateway itself responds.
var foreign = []string{"Message"}

// methods are the client's methods by operation.
var methods = map[string]string{
	"readMe": "Me", "listFlows": "Flows", "listOptions": "Options", "ask": "Create", "listRequests": "List", "activityCSV": "ActivityCSV", "readRequest": "Get", "readStats": "Stats", "verifyRequest": "Verify", "explainRequest": "Explain",
	"approve": "Approve", "deny": "Deny", "cancel": "Cancel", "withdraw": "Withdraw", "review": "Review", "confirm": "Confirm", "revoke": "Revoke", "extend": "Extend", "health": "Health", "openapi": "OpenAPI",
	"listSlackAccounts": "SlackAccounts", "linkSlackAccount": "LinkSlackAccount", "unlinkSlackAccount": "UnlinkSlackAccount",
}

// values are the constants of a type, which are the schema's enum.
var values = map[reflect.Type][]string{
	reflect.TypeFor[api.Status](): texts(api.Statuses()...),
	reflect.TypeFor[api.EventName](): texts(api.EventRequest, api.EventApprove, api.EventDeny, api.EventExpire, api.EventCancel, api.EventEscalate,
		api.EventDeescalate, api.EventRevoke, api.EventFail, api.EventIgnore, api.EventForward, api.EventWithdraw, api.EventReview, api.EventRemind, api.EventConfirm, api.EventErase),
	reflect.TypeFor[api.Channel]():       texts(api.ChannelAPI, api.ChannelCLI, api.ChannelSlack, api.ChannelWeb, api.ChannelHook, api.ChannelEngine),
	reflect.TypeFor[api.ActorType]():     texts(api.ActorUser, api.ActorHook, api.ActorEngine),
	reflect.TypeFor[api.Decider]():       texts(api.DeciderCode, api.DeciderPeople, api.DeciderNobody),
	reflect.TypeFor[api.LimitName]():     texts(api.LimitPerHour, api.LimitPerPersonPerDay, api.LimitQuiet),
	reflect.TypeFor[api.View]():          texts(api.ViewMine, api.ViewInbox, api.ViewLive, api.ViewReviewed, api.ViewFlow, api.ViewUnreviewed, api.ViewAll),
	reflect.TypeFor[api.ReviewVerdict](): texts(api.Justified, api.Unjustified),
	reflect.TypeFor[api.Sort]():          texts(api.SortCreated, api.SortEndsAt),
}

// parameterTypes are the types of the parameters that have one of their own.
var parameterTypes = map[string]reflect.Type{"view": reflect.TypeFor[api.View](), "status": reflect.TypeFor[api.Status](), "sort": reflect.TypeFor[api.Sort]()}

// someValues are members that can hold only some of their type's values.
var someValues = map[string][]string{
	"Decision.event":          texts(api.EventApprove, api.EventDeny, api.EventExpire, api.EventCancel),
	"Entry.act_event":         texts(api.EventApprove, api.EventDeny, api.EventCancel, api.EventRevoke, api.EventWithdraw, api.EventReview, api.EventConfirm),
	"BreakGlass.state":        {api.GlassOpen, api.GlassUnreviewed, api.GlassReviewed, api.GlassUnused},
	"RuleChange.state":        {api.RuleChangeProposed, api.RuleChangeApproved, api.RuleChangePushed, api.RuleChangeRefused, api.RuleChangeDropped},
	"Verdict.event":           texts(api.EventApprove, api.EventDeny),
	"Entry.override.verdict":  texts(api.EventIgnore, api.EventDeny, api.EventFail),
	"OutcomeCount.outcome":    texts(api.StatusApproved, api.StatusDenied, api.StatusExpired, api.StatusCanceled),
	"ShadowDifference.hook":   texts(api.EventApprove, api.EventDeny),
	"ShadowDifference.people": texts(api.EventApprove, api.EventDeny),
	"Field.type":              {api.FieldString, api.FieldText, api.FieldInt, api.FieldBool, api.FieldDuration, api.FieldTarget, api.FieldUser, api.FieldStrings},
	"Limit.after":             texts(api.EventDeny),
	"Delivery.about":          {api.AboutFailing, api.AboutRules},
	"Delivery.state":          {api.DeliverySent, api.DeliveryFailed, api.DeliverySkipped},
}

// open are members whose schema lists no values, so that more may come.
var open = []string{"Outcome.event", "ExplainedStep.event"}

func texts[S ~string](list ...S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

// The document that the server serves and the Go types say the same, both ways.
func TestOpenAPI(t *testing.T) {
	for _, difference := range differences(document(t)) {
		t.Error(difference)
	}
}

// The comparison finds each kind of difference.
func TestOpenAPIDifferences(t *testing.T) {
	at := func(d map[string]any, path ...string) map[string]any {
		for _, name := range path {
			d = d[name].(map[string]any)
		}
		return d
	}
	for want, change := range map[string]func(d map[string]any){
		"Run.reason: not in openapi.json": func(d map[string]any) { delete(at(d, "components", "schemas", "Run", "properties"), "reason") },
		"Run.because: no Go field": func(d map[string]any) {
			at(d, "components", "schemas", "Run", "properties")["because"] = map[string]any{"type": "string"}
		},
		"Run.etag: required is true, want false": func(d map[string]any) {
			run := at(d, "components", "schemas", "Run")
			run["required"] = append(run["required"].([]any), "etag")
		},
		"Check.passed: type is string, want boolean": func(d map[string]any) {
			at(d, "components", "schemas", "Check", "properties", "passed")["type"] = "string"
		},
		"Access.ends_at: format is date, want date-time": func(d map[string]any) {
			at(d, "components", "schemas", "Access", "properties", "ends_at")["format"] = "date"
		},
		"Run.status: enum is [pending]": func(d map[string]any) {
			at(d, "components", "schemas", "Run", "properties", "status")["enum"] = []any{"pending"}
		},
		"Run.decision: is Outcome, want Decision": func(d map[string]any) {
			at(d, "components", "schemas", "Run", "properties", "decision")["$ref"] = "#/components/schemas/Outcome"
		},
		"Review.approved_by[]: is Actor, want Person": func(d map[string]any) {
			at(d, "components", "schemas", "Review", "properties", "approved_by", "items")["$ref"] = "#/components/schemas/Actor"
		},
		"schema New: no Go type": func(d map[string]any) {
			at(d, "components", "schemas")["New"] = map[string]any{"type": "object"}
		},
		"schema Verdict: not in openapi.json": func(d map[string]any) { delete(at(d, "components", "schemas"), "Verdict") },
		"operation explain: no method of the client": func(d map[string]any) {
			at(d, "paths")["/requests/{id}/x"] = map[string]any{"get": map[string]any{"operationId": "explain"}}
		},
		"listRequests ?view: enum is [mine]": func(d map[string]any) {
			for _, p := range at(d, "paths", "/requests", "get")["parameters"].([]any) {
				if p := p.(map[string]any); p["name"] == "view" {
					p["schema"] = map[string]any{"type": "string", "enum": []any{"mine"}}
				}
			}
		},
		"operation deny: not in openapi.json": func(d map[string]any) { delete(at(d, "paths"), "/requests/{id}/deny") },
	} {
		d := document(t)
		change(d)
		found := differences(d)
		if !slices.ContainsFunc(found, func(s string) bool { return strings.Contains(s, want) }) {
			t.Errorf("found %q, want %q", found, want)
		}
	}
}

func document(t *testing.T) (d map[string]any) {
	t.Helper()
	if err := json.Unmarshal(request.OpenAPI(), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// differences compares the document with the Go types and the client.
func differences(d map[string]any) (all []string) {
	c := comparison{&all}
	described := d["components"].(map[string]any)["schemas"].(map[string]any)
	for name, schema := range described {
		if goType, known := schemas[name]; known {
			c.object(name, schema.(map[string]any), goType)
		} else if !slices.Contains(foreign, name) {
			c.add("schema %s: no Go type", name)
		}
	}
	for name := range schemas {
		if described[name] == nil {
			c.add("schema %s: not in openapi.json", name)
		}
	}
	operations := map[string]bool{}
	for _, path := range d["paths"].(map[string]any) {
		for _, operation := range path.(map[string]any) {
			o, ok := operation.(map[string]any)
			if !ok {
				continue // parameters of the path
			}
			id, _ := o["operationId"].(string)
			parameters, _ := o["parameters"].([]any)
			for _, p := range parameters {
				p := p.(map[string]any)
				if goType := parameterTypes[fmt.Sprint(p["name"])]; goType != nil {
					c.value(fmt.Sprintf("%s ?%s", id, p["name"]), p["schema"].(map[string]any), goType)
				}
			}
			operations[id] = true
			if _, there := reflect.TypeFor[*api.Client]().MethodByName(methods[id]); !there {
				c.add("operation %s: no method of the client", id)
			}
		}
	}
	for id := range methods {
		if !operations[id] {
			c.add("operation %s: not in openapi.json", id)
		}
	}
	slices.Sort(all)
	return all
}

type comparison struct{ all *[]string }

func (c comparison) add(format string, args ...any) {
	*c.all = append(*c.all, fmt.Sprintf(format, args...))
}

// object compares the members of a schema with the fields of a struct.
func (c comparison) object(at string, schema map[string]any, goType reflect.Type) {
	properties, _ := schema["properties"].(map[string]any)
	required, _ := schema["required"].([]any)
	left := maps.Clone(properties)
	for field := range goType.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		member, there := properties[name].(map[string]any)
		if !there {
			c.add("%s.%s: not in openapi.json", at, name)
			continue
		}
		delete(left, name)
		if got, want := slices.Contains(required, any(name)), options == ""; got != want {
			c.add("%s.%s: required is %v, want %v", at, name, got, want)
		}
		c.value(at+"."+name, member, field.Type)
	}
	for name := range left {
		c.add("%s.%s: no Go field", at, name)
	}
}

// value compares a schema with the Go type of a value.
func (c comparison) value(at string, schema map[string]any, goType reflect.Type) {
	if goType.Kind() == reflect.Pointer {
		goType = goType.Elem()
	}
	if ref, is := schema["$ref"].(string); is {
		name := strings.TrimPrefix(ref, "#/components/schemas/")
		if schemas[name] != goType {
			c.add("%s: is %s, want %s", at, name, nameOf(goType))
		}
		return
	}
	enum, _ := schema["enum"].([]any)
	want := values[goType]
	if some := someValues[at]; some != nil {
		want = some
	}
	if got := fmt.Sprint(enum...); len(enum) > 0 && !sameValues(enum, want) {
		c.add("%s: enum is [%s], want %v", at, got, want)
	}
	if len(enum) == 0 && len(want) > 0 && !slices.Contains(open, at) {
		c.add("%s: no enum, want %v", at, want)
	}
	kind, format := kindOf(goType)
	if got := typeOf(schema); got != kind {
		c.add("%s: type is %s, want %s", at, got, kind)
	}
	if got, _ := schema["format"].(string); got != format {
		c.add("%s: format is %s, want %s", at, got, format)
	}
	items, hasItems := schema["items"].(map[string]any)
	members, hasMembers := schema["additionalProperties"].(map[string]any)
	switch {
	case kind == "array" && hasItems:
		c.value(at+"[]", items, goType.Elem())
	case kind == "object" && goType.Kind() == reflect.Map && hasMembers:
		c.value(at+"{}", members, goType.Elem())
	case kind == "object" && goType.Kind() == reflect.Struct:
		c.object(at, schema, goType)
	}
}

func sameValues(enum []any, want []string) bool {
	var got []string
	for _, v := range enum {
		got = append(got, fmt.Sprint(v))
	}
	return slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want)))
}

func nameOf(goType reflect.Type) string {
	for name, t := range schemas {
		if t == goType {
			return name
		}
	}
	return goType.String()
}

// kindOf returns what a Go type is in JSON, "" for any JSON.
func kindOf(t reflect.Type) (kind, format string) {
	switch t {
	case reflect.TypeFor[time.Time]():
		return "string", "date-time"
	case reflect.TypeFor[json.RawMessage]():
		return "", ""
	case reflect.TypeFor[api.Approvals]():
		return "integer or array", ""
	}
	switch t.Kind() {
	case reflect.String:
		return "string", ""
	case reflect.Bool:
		return "boolean", ""
	case reflect.Int, reflect.Int64:
		return "integer", ""
	case reflect.Float64:
		return "number", ""
	case reflect.Slice:
		return "array", ""
	case reflect.Map, reflect.Struct:
		return "object", ""
	}
	return "", "" // any
}

// typeOf returns the type of a schema; null, which stands for an absent member in what
// is sent, is left out.
func typeOf(schema map[string]any) string {
	var types []string
	switch t := schema["type"].(type) {
	case string:
		return t
	case []any:
		for _, one := range t {
			if one != "null" {
				types = append(types, fmt.Sprint(one))
			}
		}
	}
	alternatives, _ := schema["oneOf"].([]any)
	for _, one := range alternatives {
		types = append(types, typeOf(one.(map[string]any)))
	}
	return strings.Join(types, " or ")
}
