package signin

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"strings"
)

var errFields = errors.New("the fields are cut short")

// appendField appends a text with its length.
func appendField(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// cutField returns the first text of fields, and the rest.
func cutField(b []byte) (text string, rest []byte, err error) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)-size) { // #nosec G115 -- size is at most the length
		return "", nil, errFields
	}
	return string(b[size : size+int(n)]), b[size+int(n):], nil // #nosec G115 -- n is at most the length
}

// splitFields returns exactly n texts.
func splitFields(b []byte, n int) ([]string, error) {
	fields := make([]string, n)
	for i := range fields {
		var err error
		if fields[i], b, err = cutField(b); err != nil {
			return nil, err
		}
	}
	if len(b) > 0 {
		return nil, errFields
	}
	return fields, nil
}

// appendToken appends a token. Parts between dots that are base64url are decoded: the
// claims of a JWT compress to half the size then.
func appendToken(b []byte, token string) []byte {
	parts := strings.Split(token, ".")
	b = binary.AppendUvarint(b, uint64(len(parts)))
	for _, part := range parts {
		raw, err := base64.RawURLEncoding.Strict().DecodeString(part)
		if err != nil || base64.RawURLEncoding.EncodeToString(raw) != part {
			b = appendField(append(b, 0), part)
			continue
		}
		b = appendField(append(b, 1), string(raw))
	}
	return b
}

// cutToken returns the token that appendToken appended, and the rest.
func cutToken(b []byte) (token string, rest []byte, err error) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)) {
		return "", nil, errFields
	}
	b = b[size:]
	parts := make([]string, n)
	for i := range parts {
		if len(b) == 0 {
			return "", nil, errFields
		}
		encoded := b[0] == 1
		if parts[i], b, err = cutField(b[1:]); err != nil {
			return "", nil, err
		}
		if encoded {
			parts[i] = base64.RawURLEncoding.EncodeToString([]byte(parts[i]))
		}
	}
	return strings.Join(parts, "."), b, nil
}

// maxInflated bounds what a cookie inflates to. Two cookies hold less.
const maxInflated = 64 << 10

func deflate(raw []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := flate.NewWriter(&b, flate.BestCompression)
	if err == nil {
		_, err = z.Write(raw)
	}
	if err == nil {
		err = z.Close()
	}
	return b.Bytes(), err
}

func inflate(b []byte) ([]byte, error) {
	return io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(b)), maxInflated))
}
