package okta_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/fasttrack-dev/fasttrack/hook/okta"
)

// A person's profile has the attributes of Okta and those that the organization added.
func ExampleClient_User() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"id": "00u1", "status": "ACTIVE", "profile": {"login": "ada@example.com", "email": "ada@example.com", "department": "Payments", "costCenters": ["c1"]}}`)
	}))
	defer server.Close()
	token := func(context.Context) (string, error) { return "t", nil } // secret.Named("okta-token")

	ada, err := okta.New(server.URL, token).User(context.Background(), "ada@example.com")
	fmt.Println(ada.Profile.String("department"), ada.Profile.Strings("costCenters"), err)
	// Output: Payments [c1] <nil>
}
