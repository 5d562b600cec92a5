package identitycenter_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/fasttrack-dev/fasttrack/hook/identitycenter"
)

// identitycenter.New("d-1234567890") calls AWS with Lambda's own credentials.
func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		_, _ = io.WriteString(w, map[string]string{
			"GetGroupId":       `{"GroupId": "g-1"}`,
			"GetUserId":        `{"UserId": "u-1"}`,
			"DescribeUser":     `{"UserId": "u-1", "IdentityStoreId": "d-1234567890", "UserStatus": "ENABLED"}`,
			"IsMemberInGroups": `{"Results": [{"GroupId": "g-1", "MembershipExists": true}]}`,
		}[operation])
	}))
	defer server.Close()
	os.Setenv("AWS_REGION", "eu-west-1")
	os.Setenv("AWS_ACCESS_KEY_ID", "id")
	os.Setenv("AWS_SECRET_ACCESS_KEY", "secret")

	client := identitycenter.At(server.URL, "d-1234567890")
	fmt.Println(client.InGroup(context.Background(), "ada@example.com", "deployers"))
	// Output: true <nil>
}
