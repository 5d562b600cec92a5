package issuertest

import (
	"crypto/sha256"
	"fmt"
)

// Person is somebody who can sign in.
type Person struct {
	Email, Name string
	Groups      []string
}

// People are those whom an issuer knows unless [Options.People] says otherwise.
func People() []Person {
	return []Person{
		{Email: "ada@example.com", Name: "Ada", Groups: []string{"developers"}},
		{Email: "grace@example.com", Name: "Grace", Groups: []string{"sre"}},
		{Email: "linus@example.com", Name: "Linus", Groups: []string{"sre", "admins"}},
		{Email: "margaret@example.com", Name: "Margaret"},
	}
}

// uuid returns an identifier that is the same for the same words.
func uuid(words ...string) string {
	h := sha256.New()
	for _, word := range words {
		fmt.Fprintf(h, "%q", word)
	}
	b := h.Sum(nil)
	return fmt.Sprintf("%x-%x-4%x-a%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])[:36]
}
