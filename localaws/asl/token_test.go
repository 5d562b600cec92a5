package asl

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"strings"
	"testing"
)

// Tokens are as long as the service's, name their execution, and differ; a mangled
// one is none. One that an older release made is still one.
func TestTokens(t *testing.T) {
	for _, execution := range []string{
		"arn:aws:states:us-east-1:123456789012:execution:app-runs:01KB5Z0000000000000000AAAA",
		"arn:aws-us-gov:states:us-gov-west-1:123456789012:execution:" + strings.Repeat("m", 80) + ":" + strings.Repeat("e", 80),
	} {
		token := newToken(execution)
		if len(token) != 664 || !strings.HasPrefix(token, "AAAAKgAAAAIAAAAA") || token == newToken(execution) {
			t.Errorf("%d characters: %s", len(token), token)
		}
		if got, err := TokenExecution(token); got != execution || err != nil {
			t.Errorf("it is of %q, %v", got, err)
		}
		for _, at := range []int{0, 30, 300, 663} {
			mangled := []byte(token)
			mangled[at] ^= 1
			if got, err := TokenExecution(string(mangled)); err == nil {
				t.Errorf("mangled at %d it is of %s", at, got)
			}
		}
		if got, err := TokenExecution(token[:500]); err == nil {
			t.Errorf("cut off it is of %s", got)
		}
		old := append([]byte(strings.Repeat("s", 32)), execution...)
		old = binary.BigEndian.AppendUint32(old, crc32.ChecksumIEEE(old))
		if got, err := TokenExecution(base64.StdEncoding.EncodeToString(old)); got != execution || err != nil {
			t.Errorf("an older one is of %q, %v", got, err)
		}
	}
}
