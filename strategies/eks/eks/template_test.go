package eks_test

import (
	"os"
	"reflect"
	"regexp"
	"testing"

	"github.com/fasttrack-dev/fasttrack/strategies/eks/eks"
)

// The function's role may make each call that the function makes.
func TestRights(t *testing.T) {
	template, err := os.ReadFile("../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	allowed := map[string]bool{}
	for _, right := range regexp.MustCompile(`(eks|dynamodb):[A-Z]\w+`).FindAllString(string(template), -1) {
		allowed[right] = true
	}
	for prefix, api := range map[string]reflect.Type{"eks:": reflect.TypeFor[eks.API](), "dynamodb:": reflect.TypeFor[eks.Table]()} {
		for i := range api.NumMethod() {
			if right := prefix + api.Method(i).Name; !allowed[right] {
				t.Errorf("template.yaml does not allow %s", right)
			}
			delete(allowed, prefix+api.Method(i).Name)
		}
	}
	delete(allowed, "eks:TagResource") // for the tags of CreateAccessEntry
	if len(allowed) > 0 {
		t.Errorf("template.yaml allows what the function does not call: %v", allowed)
	}
}
