package onelogin_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/fasttrack-dev/fasttrack/hook/onelogin"
)

// Keep the client for later calls: it keeps its access token.
func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, map[string]string{
			"/auth/oauth2/v2/token": `{"access_token": "t", "expires_in": 36000}`,
			"/api/2/roles":          `[{"id": 7, "name": "Administrator"}]`,
			"/api/2/users":          `[{"id": 1, "email": "ada@example.com"}]`,
			"/api/2/users/1":        `{"id": 1, "status": 1, "state": 1, "role_ids": [7]}`,
		}[r.URL.Path])
	}))
	defer server.Close()
	credentials := func(context.Context) (string, error) { return "id:secret", nil } // secret.Named("onelogin-credentials")

	client := onelogin.New(server.URL, credentials)
	fmt.Println(client.HasRole(context.Background(), "ada@example.com", "Administrator"))
	// Output: true <nil>
}
