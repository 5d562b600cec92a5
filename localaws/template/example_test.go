package template_test

import (
	"fmt"
	"log"

	"github.com/fasttrack-dev/fasttrack/localaws/template"
)

func ExampleLoad() {
	stack, err := template.Load("../examples/shortlinks/template.yaml", template.Options{
		Region: "eu-central-1", AccountID: "123456789012", StackName: "links",
		Parameters: map[string]string{"LinkDays": "7"},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range stack.Functions {
		fmt.Printf("%s %v %q\n", f.Name, f.Timeout, f.Environment["LINK_DAYS"])
	}
	// Output:
	// links-ApiFunction 10s ""
	// links-WorkerFunction 10s "7"
}
