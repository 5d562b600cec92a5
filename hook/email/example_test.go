package email_test

import (
	"fmt"

	"github.com/fasttrack-dev/fasttrack/hook/email"
)

// Only ASCII letters have two cases: ſ (U+017F) is not an s.
func ExampleEqual() {
	fmt.Println(email.Equal("Ada@Example.com", "ada@example.com"))
	fmt.Println(email.Equal("u\u017fer@example.com", "user@example.com"))
	// Output:
	// true
	// false
}
