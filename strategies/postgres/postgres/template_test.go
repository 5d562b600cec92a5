package postgres_test

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/strategies/postgres/postgres"
)

// The function's role may make each call that the function makes.
func TestRights(t *testing.T) {
	template, err := os.ReadFile("../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	manager := reflect.TypeFor[postgres.Manager]()
	if manager.NumMethod() < 6 {
		t.Fatalf("only %d operations", manager.NumMethod())
	}
	for i := range manager.NumMethod() {
		if right := "- secretsmanager:" + manager.Method(i).Name + "\n"; !strings.Contains(string(template), right) {
			t.Errorf("template.yaml does not allow %s", right)
		}
	}
	for _, name := range []string{"DEPLOYMENT", "ROLE_PREFIX", "SECRET_PREFIX", "SECRET_KEY", "CA_SECRET"} {
		if !strings.Contains(string(template), "          "+name+": ") {
			t.Errorf("template.yaml does not set %s", name)
		}
	}
}
