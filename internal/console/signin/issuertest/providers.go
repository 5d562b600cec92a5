package issuertest

import (
	"net/url"
	"strings"
)

// Cognito is a user pool of Amazon Cognito, whose refresh tokens do not rotate. The
// access token has client_id and no aud, and no address.
//
// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html
// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
func Cognito() Profile {
	return Profile{
		Name: "cognito", Path: "/eu-west-1_Example", Scopes: []string{"openid", "email", "phone", "profile"},
		AuthMethods: []string{"client_secret_basic", "client_secret_post"},
		Revocation:  true, EndSession: true, RefreshBytes: 1800,
		Offline: func(url.Values) bool { return true },
		ID: func(g Grant) map[string]any {
			return with(map[string]any{
				"sub": uuid("cognito", g.Email), "cognito:username": uuid("cognito", g.Email), "token_use": "id",
				"email": g.Email, "email_verified": true, "name": g.Name, "auth_time": g.AuthTime,
				"event_id": uuid("event", g.Email), "origin_jti": uuid("origin", g.Email),
			}, "cognito:groups", g.Groups)
		},
		Access: func(g Grant) map[string]any {
			return with(map[string]any{
				"sub": uuid("cognito", g.Email), "username": uuid("cognito", g.Email), "token_use": "access",
				"client_id": g.ClientID, "scope": strings.Join(g.Scopes, " "), "version": 2, "auth_time": g.AuthTime,
				"event_id": uuid("event", g.Email), "origin_jti": uuid("origin", g.Email),
			}, "cognito:groups", g.Groups)
		},
	}
}

// Okta is a custom authorization server of Okta, with the claims email and groups added
// to access tokens, and with refresh tokens that rotate without a grace period.
//
// https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/
// https://developer.okta.com/docs/guides/refresh-tokens/main/
func Okta() Profile {
	return Profile{
		Name: "okta", Path: "/oauth2/default", Scopes: []string{"openid", "profile", "email", "address", "phone", "offline_access"},
		AuthMethods: []string{"client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"},
		Revocation:  true, EndSession: true, HintRequired: true,
		Rotates: true, DetectsReuse: true, RefreshBytes: 43,
		Offline: hasScope("offline_access"),
		ID: func(g Grant) map[string]any {
			return with(map[string]any{
				"sub": "00u" + uuid("okta", g.Email)[:17], "ver": 1, "idp": "00oexample", "amr": []string{"pwd", "mfa"},
				"name": g.Name, "email": g.Email, "preferred_username": g.Email, "auth_time": g.AuthTime,
			}, "groups", g.Groups)
		},
		Access: func(g Grant) map[string]any {
			return with(map[string]any{
				"sub": g.Email, "uid": "00u" + uuid("okta", g.Email)[:17], "cid": g.ClientID, "aud": "api://default",
				"ver": 1, "scp": g.Scopes, "email": g.Email, "auth_time": g.AuthTime,
			}, "groups", g.Groups)
		},
	}
}

// Entra is a tenant of Microsoft Entra ID, version 2.0, with the claims email and groups
// configured. It has no email_verified and no revocation endpoint; a refresh returns a
// new refresh token and leaves the old one valid. The access token is Microsoft Graph's
// unless a scope of an API of one's own is requested.
//
// https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
// https://learn.microsoft.com/entra/identity-platform/refresh-tokens
func Entra() Profile {
	const tenant = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490"
	claims := func(g Grant, aud string) map[string]any {
		c := map[string]any{
			"sub": uuid("entra", g.ClientID, g.Email), "oid": uuid("entra", g.Email), "tid": tenant, "ver": "2.0", "aud": aud,
			"nbf": g.AuthTime, "name": g.Name, "preferred_username": g.Email, "email": g.Email,
			"uti": uuid("uti", g.Email)[:22], "rh": "0.AXoAI_CujjQroU2bmouMidakkA.", "aio": "AVQAq/8TAAAA" + strings.Repeat("x", 60),
		}
		if len(g.Groups) > 200 {
			c["_claim_names"] = map[string]string{"groups": "src1"}
			c["_claim_sources"] = map[string]any{"src1": map[string]string{"endpoint": "https://graph.microsoft.com/v1.0/users/" + uuid("entra", g.Email) + "/getMemberObjects"}}
			return c
		}
		return with(c, "groups", g.Groups)
	}
	return Profile{
		Name: "entra", Path: "/" + tenant + "/v2.0", Scopes: []string{"openid", "profile", "email", "offline_access"},
		AuthMethods: []string{"client_secret_post", "private_key_jwt", "client_secret_basic"},
		EndSession:  true, SecretRequired: true, Rotates: true, RefreshBytes: 1500,
		Offline: hasScope("offline_access"),
		ID:      func(g Grant) map[string]any { return claims(g, g.ClientID) },
		Access: func(g Grant) map[string]any {
			for _, scope := range g.Scopes {
				if strings.HasPrefix(scope, "api://") {
					return with(claims(g, g.ClientID), "azp", g.ClientID)
				}
			}
			return claims(g, "00000003-0000-0000-c000-000000000000")
		},
	}
}

// Google is Google's accounts, with opaque access tokens, no groups and no logout
// endpoint. A refresh token needs access_type=offline.
//
// https://developers.google.com/identity/openid-connect/reference
// https://developers.google.com/identity/protocols/oauth2/web-server
func Google() Profile {
	return Profile{
		Name: "google", Scopes: []string{"openid", "email", "profile"},
		AuthMethods: []string{"client_secret_post", "client_secret_basic"},
		Revocation:  true, IssParameter: true, SecretRequired: true, RefreshBytes: 103,
		Offline: func(authorize url.Values) bool { return authorize.Get("access_type") == "offline" },
		ID: func(g Grant) map[string]any {
			_, domain, _ := strings.Cut(g.Email, "@")
			return map[string]any{
				"sub": "1" + digits(uuid("google", g.Email), 20), "azp": g.ClientID, "hd": domain, "email": g.Email, "email_verified": true,
				"name": g.Name, "given_name": g.Name, "picture": "https://lh3.googleusercontent.com/a/ACg8ocExample=s96-c",
			}
		},
	}
}

// with adds a claim that has a value.
func with[T string | []string](claims map[string]any, name string, value T) map[string]any {
	if len(value) > 0 {
		claims[name] = value
	}
	return claims
}

// digits returns n decimal digits made of a text.
func digits(text string, n int) string {
	var b strings.Builder
	for _, r := range strings.Repeat(text, n) {
		if b.Len() < n && r != '-' {
			b.WriteByte('0' + byte(r%10)) // #nosec G115 -- less than 10
		}
	}
	return b.String()
}

// contains reports whether a list separated by spaces has an entry.
func contains(list, entry string) bool {
	for _, s := range strings.Fields(list) {
		if s == entry {
			return true
		}
	}
	return false
}
