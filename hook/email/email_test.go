package email_test

import (
	"testing"

	"github.com/fasttrack-dev/fasttrack/hook/email"
)

func TestPlain(t *testing.T) {
	for s, want := range map[string]bool{
		"ada@example.com": true, "Ada.Lovelace+ops@Example.COM": true, "o'neill@example.com": true, "a@b": true, "_@x-y.z": true,
		"": false, "ada": false, "@example.com": false, "ada@": false, "ada@@example.com": false, "ada@example.com.": false,
		"ada|b@example.com": false, "ada@example..com": true, "ada@-example.com": false,
		`"ada"@example.com`: false, "ada(x)@example.com": false, "ada@example.com(x)": false, "ada @example.com": false, "ada@[10.0.0.1]": false,
		"l\u0130nus@example.com": false, "\u212aim@example.com": false, "gra\u200bce@example.com": false, "grace@example\u3002com": false,
		"ada@example.com\n": false, "<ada@example.com>": false, "ada,bob@example.com": false, "ada\x00@example.com": false,
	} {
		if email.Plain(s) != want {
			t.Errorf("Plain(%q) is %v", s, !want)
		}
	}
}

func TestEqual(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want bool
	}{
		{"ada@example.com", "ADA@Example.Com", true},
		{"linus@example.com", "l\u0130nus@example.com", false},
		{"kim@example.com", "\u212aim@example.com", false}, // the Kelvin sign
		{"\u017fam@example.com", "sam@example.com", false}, // the long s
		{"grace@example.com", "gra\u200bce@example.com", false},
		{"grace@example.com", "grace@example.com.", false},
		{`"Ada"@example.com`, `"ada"@example.com`, false}, // quoted local parts keep their case
		{`"ada"@example.com`, "ada@example.com", false},
		{"J\u00fcrgen@example.com", "j\u00fcrgen@example.com", false},
	} {
		if email.Equal(tc.a, tc.b) != tc.want {
			t.Errorf("Equal(%q, %q) is %v", tc.a, tc.b, !tc.want)
		}
	}
}

// Two addresses are equal only if they are the same bytes but for the case of
// ASCII letters, and only if both are plain where they are not the same bytes.
func FuzzEqual(f *testing.F) {
	for _, s := range []string{"ada@example.com", "l\u0130nus@example.com", "\u212aim@example.com", "a@b.", `"A"@b`} {
		f.Add(s, "ADA@example.com")
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if email.Equal(a, b) != email.Equal(b, a) || !email.Equal(a, a) || email.Fold(email.Fold(a)) != email.Fold(a) {
			t.Fatalf("%q and %q: not an equivalence", a, b)
		}
		if !email.Equal(a, b) || a == b {
			return
		}
		if !email.Plain(a) || !email.Plain(b) || len(a) != len(b) {
			t.Fatalf("%q and %q are equal", a, b)
		}
		for i := range len(a) {
			letter := 'A' <= a[i]&^0x20 && a[i]&^0x20 <= 'Z'
			if a[i] != b[i] && (!letter || a[i]^0x20 != b[i]) {
				t.Fatalf("%q and %q are equal and differ at %d", a, b, i)
			}
		}
	})
}
