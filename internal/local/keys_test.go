package local_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

const (
	centerKey   = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	secretKey   = "arn:aws:kms:eu-central-1:123456789012:key/5678abcd-12ab-34cd-56ef-1234567890ab"
	theInstance = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
	hookOkta    = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:okta-a1b2c3"
	webhook     = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:webhook-d4e5f6"
)

// decrypt is a call of kms:Decrypt that a service makes for a role.
type decrypt struct{ role, key, via, contextKey, contextValue string }

// allowed evaluates the roles' statements; a condition that is not supported
// fails the test.
func (d decrypt) allowed(t *testing.T, roles []template.Role) bool {
	t.Helper()
	facts := map[string]string{"kms:ViaService": d.via}
	if d.contextKey != "" {
		facts["kms:EncryptionContext:"+d.contextKey] = d.contextValue
	}
	for _, r := range roles {
		for _, s := range r.Statements {
			if r.LogicalID != d.role || s.Effect != "Allow" || !slices.Contains(s.Actions, "kms:Decrypt") || !slices.ContainsFunc(s.Resources, func(form string) bool { return matches(form, d.key) }) {
				continue
			}
			holds := true
			for operator, keys := range s.Conditions {
				for key, values := range keys {
					if operator != "StringEquals" && operator != "StringLike" {
						t.Fatalf("%s: operator %s", r.LogicalID, operator)
					}
					holds = holds && slices.ContainsFunc(values, func(form string) bool {
						return form == facts[key] || operator == "StringLike" && facts[key] != "" && matches(form, facts[key])
					})
				}
			}
			if holds && len(s.Conditions) > 0 {
				return true
			}
		}
	}
	return false
}

// Keys of one's own decrypt by way of the one service, for the one instance or
// secret, and in no other way.
func TestCustomerManagedKeys(t *testing.T) {
	parameters := map[string]string{
		"IdentityCenterInstanceArn": theInstance, "IdentityCenterPermissionSetArns": "arn:aws:sso:::permissionSet/*", "IdentityCenterAccountArns": "arn:aws:sso:::account/*",
		"IdentityCenterKeyArn": centerKey, "IdentityCenterRegion": "eu-west-1", "SecretKeyArns": secretKey + "," + centerKey + "2",
		"HookSecretArns": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:okta-??????", "WebhookUrl": "https://hooks.example.com", "WebhookSecretArn": webhook,
	}
	roles := func(change map[string]string) []template.Role {
		t.Helper()
		all := maps.Clone(parameters)
		maps.Copy(all, change)
		stack, err := template.Load("../../template.yaml", options(all))
		if err != nil {
			t.Fatal(err)
		}
		return stack.Roles
	}
	const storeARN = "arn:aws:identitystore::999988887777:identitystore/d-1234567890"
	center := decrypt{"GrantRole", centerKey, "sso.eu-west-1.amazonaws.com", "aws:sso:instance-arn", theInstance}
	store := decrypt{"GrantRole", centerKey, "identitystore.eu-west-1.amazonaws.com", "aws:identitystore:identitystore-arn", storeARN}
	hook := decrypt{"HooksRole", secretKey, "secretsmanager.eu-central-1.amazonaws.com", "SecretARN", hookOkta}
	message := decrypt{"NotifyRole", secretKey, "secretsmanager.eu-central-1.amazonaws.com", "SecretARN", webhook}
	with := func(d decrypt, change func(*decrypt)) decrypt { change(&d); return d }
	present := roles(nil)
	for name, tc := range map[string]struct {
		call decrypt
		want bool
	}{
		"Identity Center":                  {center, true},
		"its store":                        {store, true},
		"a secret of hooks":                {hook, true},
		"the webhook's secret":             {message, true},
		"another instance":                 {with(center, func(d *decrypt) { d.contextValue += "0" }), false},
		"without its instance":             {with(center, func(d *decrypt) { d.contextKey = "" }), false},
		"directly":                         {with(center, func(d *decrypt) { d.via = "" }), false},
		"by another service":               {with(center, func(d *decrypt) { d.via = "s3.eu-west-1.amazonaws.com" }), false},
		"another key":                      {with(center, func(d *decrypt) { d.key = secretKey }), false},
		"the store's context by sso":       {with(store, func(d *decrypt) { d.via = center.via }), false},
		"hooks the webhook's secret":       {with(hook, func(d *decrypt) { d.contextValue = webhook }), false},
		"notify a secret of hooks":         {with(message, func(d *decrypt) { d.contextValue = hookOkta }), false},
		"a secret of another region":       {with(hook, func(d *decrypt) { d.via = "secretsmanager.us-east-1.amazonaws.com" }), false},
		"a secret's key, directly":         {with(hook, func(d *decrypt) { d.via = "" }), false},
		"Identity Center's key, by hooks":  {with(center, func(d *decrypt) { d.role = "HooksRole" }), false},
		"Identity Center's key, by record": {with(center, func(d *decrypt) { d.role = "RecordRole" }), false},
	} {
		if got := tc.call.allowed(t, present); got != tc.want {
			t.Errorf("%s: allowed is %v, want %v", name, got, tc.want)
		}
	}
	for name, change := range map[string]map[string]string{
		"no keys":            {"IdentityCenterKeyArn": "", "SecretKeyArns": ""},
		"nothing to decrypt": {"IdentityCenterInstanceArn": "", "IdentityCenterKeyArn": "", "IdentityCenterPermissionSetArns": "", "IdentityCenterAccountArns": "", "HookSecretArns": "", "WebhookUrl": "", "WebhookSecretArn": "", "SecretKeyArns": ""},
	} {
		for _, r := range roles(change) {
			if strings.Contains(fmt.Sprint(r.Statements), "kms:Decrypt") {
				t.Errorf("%s: %s may decrypt", name, r.LogicalID)
			}
		}
	}
}

// The identity store is of the management account, whichever the stack's is; the
// primary region of the instance is public.
func TestIdentityCenterOfAnotherAccountAndRegion(t *testing.T) {
	stack, err := template.Load("../../template.yaml", options(map[string]string{
		"IdentityCenterInstanceArn": theInstance, "IdentityCenterPermissionSetArns": "arn:aws:sso:::permissionSet/*", "IdentityCenterAccountArns": "arn:aws:sso:::account/*", "IdentityCenterRegion": "eu-west-1",
	}))
	if err != nil {
		t.Fatal(err)
	}
	for _, action := range []string{"identitystore:GetUserId", "identitystore:DescribeUser"} {
		may := slices.ContainsFunc(stack.Roles, func(r template.Role) bool {
			return r.LogicalID == "GrantRole" && slices.ContainsFunc(r.Statements, func(s template.Statement) bool {
				return slices.Contains(s.Actions, action) && slices.ContainsFunc(s.Resources, func(form string) bool {
					return matches(form, "arn:aws:identitystore::999988887777:identitystore/d-1234567890")
				})
			})
		})
		if !may {
			t.Errorf("functions/grant may not %s in the store of another account", action)
		}
	}
	for _, f := range stack.Functions {
		if got, there := f.Environment["IDENTITY_CENTER_REGION"]; (f.LogicalID == "GrantFunction" || f.LogicalID == "HooksFunction") && got != "eu-west-1" || there && got == "" {
			t.Errorf("%s asks Identity Center in %q", f.LogicalID, got)
		}
	}
}
