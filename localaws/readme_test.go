package localaws_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The README lists exactly the operations that are served.
func TestReadme(t *testing.T) {
	raw, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string][]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z]+)`[^|]*\\| ([A-Z][A-Za-z, ]+) \\|$").FindAllStringSubmatch(string(raw), -1) {
		listed[m[1]] = strings.Split(m[2], ", ")
	}
	served := start(t).Served()
	for _, service := range slices.Sorted(maps.Keys(served)) {
		if !slices.Equal(listed[service], served[service]) {
			t.Errorf("%s:\nREADME: %v\nserved: %v", service, listed[service], served[service])
		}
		delete(listed, service)
	}
	if len(listed) > 0 {
		t.Errorf("listed and not served: %v", listed)
	}
}
