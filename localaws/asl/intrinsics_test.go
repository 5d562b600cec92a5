package asl_test

import (
	"strings"
	"testing"

	"github.com/fasttrack-dev/fasttrack/localaws/asl"
)

// The limit of 10,000 is one of characters, not of bytes
// (https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html).
func TestIntrinsicLimits(t *testing.T) {
	for _, call := range []string{"States.Hash($.s, 'MD5')", "States.Base64Encode($.s)"} {
		for text, fits := range map[string]bool{strings.Repeat("é", 10000): true, strings.Repeat("é", 10001): false} {
			x := play(t, nil, `{"StartAt":"P","States":{"P":{"Type":"Pass","Parameters":{"v.$":"`+call+`"},"End":true}}}`, `{"s":"`+text+`"}`)
			if got := x.State(); (got.Status == asl.Succeeded) != fits {
				t.Errorf("%s of %d bytes: %s", call, len(text), got.Status)
			}
		}
	}
}
