package identitycenter_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/hook/identitycenter"
)

// store responds as the identity store's API does (AWS JSON 1.1). It returns its URL.
func store(t *testing.T) string {
	t.Helper()
	type m = map[string]any
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			IdentityStoreId, UserId, NextToken string
			AlternateIdentifier                struct {
				UniqueAttribute struct{ AttributePath, AttributeValue string }
			}
			GroupIds []string
			MemberId struct{ UserId string }
		}
		if scope := r.Header.Get("Authorization"); !strings.Contains(scope, "/eu-west-1/identitystore/") {
			t.Errorf("a call is signed with %s", scope)
		}
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.IdentityStoreId != "d-1234567890" {
			t.Errorf("asked %+v (%v)", in, err)
		}
		_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		known := map[string]m{
			"emails.value ada@example.com": {"UserId": "u-ada"}, "emails.value eve@example.com": {"UserId": "u-eve"}, "emails.value dis@example.com": {"UserId": "u-dis"}, "displayName deployers": {"GroupId": "g-1"},
		}
		var out m
		switch operation {
		case "GetUserId", "GetGroupId":
			a := in.AlternateIdentifier.UniqueAttribute
			if out = known[a.AttributePath+" "+a.AttributeValue]; out == nil {
				w.WriteHeader(http.StatusBadRequest)
				out = m{"__type": "ResourceNotFoundException", "Message": "not found"}
			}
		case "IsMemberInGroups":
			out = m{"Results": []m{{"GroupId": in.GroupIds[0], "MembershipExists": in.MemberId.UserId != "u-eve"}}}
		case "ListGroupMemberships":
			out = m{"GroupMemberships": []m{{"IdentityStoreId": "d-1234567890", "MemberId": m{"UserId": "u-ada"}}}, "NextToken": "2"}
			if in.NextToken == "2" {
				out = m{"GroupMemberships": []m{{"IdentityStoreId": "d-1234567890", "MemberId": m{"UserId": "u-dis"}}, {"IdentityStoreId": "d-1234567890", "MemberId": m{"UserId": "u-cy"}}}}
			}
		case "DescribeUser":
			out = m{"UserId": in.UserId, "UserName": in.UserId[2:], "IdentityStoreId": "d-1234567890", "Emails": []m{{"Value": "old@example.com"}, {"Value": in.UserId[2:] + "@example.com", "Primary": true}}}
			switch in.UserId {
			case "u-dis":
				out["UserStatus"] = "DISABLED"
			case "u-ada":
				out["UserStatus"] = "ENABLED"
			}
		}
		if err := json.NewEncoder(w).Encode(out); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_REGION": "us-east-1", "IDENTITY_CENTER_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s"} {
		t.Setenv(name, value)
	}
	return server.URL
}

func TestInGroup(t *testing.T) {
	client := identitycenter.At(store(t), "d-1234567890")
	for name, tc := range map[string]struct {
		email, group string
		want         bool
		err          string
	}{
		"in it":                {"ada@example.com", "deployers", true, ""},
		"disabled":             {"dis@example.com", "deployers", false, "user dis@example.com is DISABLED in IAM Identity Center, and can't sign in"},
		"not in it":            {"eve@example.com", "deployers", false, ""},
		"somebody unknown":     {"x@example.com", "deployers", false, "IAM Identity Center has no user x@example.com"},
		"a group that is none": {"ada@example.com", "deploy", false, "IAM Identity Center has no group deploy"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := client.InGroup(t.Context(), tc.email, tc.group)
			if got != tc.want || (err == nil) != (tc.err == "") || err != nil && err.Error() != tc.err {
				t.Errorf("got %v (%v), want %v (%s)", got, err, tc.want, tc.err)
			}
		})
	}
}

func TestUsersInGroup(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", store(t)) // which New takes
	users, err := identitycenter.New("d-1234567890").UsersInGroup(t.Context(), "deployers")
	if err != nil || len(users) != 2 || users[0].Email != "ada@example.com" || users[1].UserName != "cy" {
		t.Errorf("got %v (%v)", users, err)
	}
}
