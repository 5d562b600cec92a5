// Package sigv4 checks signatures of AWS's Signature Version 4 in the Authorization
// header, as API Gateway does
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

const algorithm = "AWS4-HMAC-SHA256"

// skew is how far the caller's clock may be off.
const skew = 5 * time.Minute

// refusal is what AWS says of a signature, word for word.
type refusal string

func (r refusal) Error() string { return string(r) }

// What is wrong with a signature.
var (
	// ErrMissing: the request is not signed.
	ErrMissing error = refusal("Missing Authentication Token")
	// ErrIncomplete: the header lacks a part, or the signature covers too little.
	ErrIncomplete error = refusal("Authorization header requires 'Credential', 'SignedHeaders' and 'Signature'; the signature must cover host and x-amz-date")
	// ErrExpired: it was not made within five minutes.
	ErrExpired error = refusal("Signature expired: the clocks differ by more than five minutes")
	// ErrMismatch: another secret key or another request was signed.
	ErrMismatch error = refusal("The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
)

// signed is a signature as the header has it.
type signed struct {
	wire.Credential
	headers   []string
	signature string
}

// Verify checks that the holder of secret signed r with this body for a service.
func Verify(r *http.Request, body []byte, service, secret string, now time.Time) error {
	s, err := read(r)
	if err != nil {
		return err
	}
	if s.Service != service {
		return refusal("Credential should be scoped to correct service: '" + service + "'.")
	}
	stamp := r.Header.Get("X-Amz-Date")
	at, err := time.Parse("20060102T150405Z", stamp)
	if err != nil || !strings.HasPrefix(stamp, s.Date) || !slices.Contains(s.headers, "host") || !slices.Contains(s.headers, "x-amz-date") {
		return ErrIncomplete
	}
	if d := now.Sub(at); d > skew || d < -skew {
		return ErrExpired
	}
	scope := strings.Join([]string{s.Date, s.Region, s.Service, "aws4_request"}, "/")
	canonical := sha256.Sum256([]byte(s.canonical(r, body)))
	toSign := strings.Join([]string{algorithm, stamp, scope, hex.EncodeToString(canonical[:])}, "\n")
	key := []byte("AWS4" + secret)
	for _, part := range []string{s.Date, s.Region, s.Service, "aws4_request", toSign} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	if got, err := hex.DecodeString(s.signature); err != nil || !hmac.Equal(got, key) {
		return ErrMismatch
	}
	return nil
}

func read(r *http.Request) (signed, error) {
	values := r.Header.Values("Authorization")
	if len(values) != 1 {
		return signed{}, ErrMissing
	}
	rest, ok := strings.CutPrefix(values[0], algorithm)
	if !ok {
		return signed{}, ErrMissing
	}
	s := signed{Credential: wire.Scope(r)}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "SignedHeaders":
			s.headers = strings.Split(value, ";")
		case "Signature":
			s.signature = value
		}
	}
	if s.AccessKey == "" || len(s.headers) == 0 || s.signature == "" {
		return signed{}, ErrIncomplete
	}
	return s, nil
}

// canonical is the request in the one form in which it is signed.
func (s signed) canonical(r *http.Request, body []byte) string {
	path, query, _ := strings.Cut(r.RequestURI, "?")
	if path == "" {
		path = "/"
	}
	var headers strings.Builder
	for _, name := range s.headers {
		headers.WriteString(name + ":" + value(r, name) + "\n")
	}
	sum := sha256.Sum256(body)
	return strings.Join([]string{
		r.Method, escape(path, true), canonicalQuery(query), headers.String(), strings.Join(s.headers, ";"), hex.EncodeToString(sum[:]),
	}, "\n")
}

// value is a header's, with runs of spaces made one.
func value(r *http.Request, name string) string {
	switch name {
	case "host":
		return r.Host
	case "content-length":
		return strconv.FormatInt(r.ContentLength, 10)
	}
	values := slices.Clone(r.Header.Values(name))
	for i, v := range values {
		values[i] = strings.Join(strings.FieldsFunc(v, func(c rune) bool { return c == ' ' }), " ")
	}
	return strings.Join(values, ",")
}

func canonicalQuery(query string) string {
	var pairs []string
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		pairs = append(pairs, reescape(name)+"="+reescape(value))
	}
	slices.SortFunc(pairs, func(a, b string) int {
		// By name, then by value: "=" sorts after "-" and "." of longer names.
		an, av, _ := strings.Cut(a, "=")
		bn, bv, _ := strings.Cut(b, "=")
		if c := strings.Compare(an, bn); c != 0 {
			return c
		}
		return strings.Compare(av, bv)
	})
	return strings.Join(pairs, "&")
}

// reescape escapes what a client may have escaped less, or otherwise.
func reescape(s string) string {
	plain, err := url.QueryUnescape(s)
	if err != nil {
		plain = s
	}
	return escape(plain, false)
}

// escape writes all but unreserved characters, and perhaps slashes, as %XX.
func escape(s string, slashes bool) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 || slashes && c == '/' {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}
