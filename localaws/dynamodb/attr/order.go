package attr

import (
	"encoding/binary"
	"strings"
)

// terminator ends a string in a key: it sorts below every byte that could
// follow (a zero byte within is written 00 FF), so "a" sorts before "a\x00".
const terminator = "\x00\x01"

// AppendKey appends a form of an S, N or B whose bytes sort as the values do,
// and of which none is a prefix of another.
func (v Value) AppendKey(to []byte) []byte {
	if v.Kind == N {
		return v.Num.appendKey(to)
	}
	return append(v.AppendKeyPrefix(to), terminator...)
}

// AppendKeyPrefix appends what the keys of all strings (or binaries) that begin
// with v begin with.
func (v Value) AppendKeyPrefix(to []byte) []byte {
	return append(to, strings.ReplaceAll(v.Text, "\x00", "\x00\xFF")...)
}

// appendKey writes sign, exponent, digits: each such that greater numbers have
// greater bytes, with all of them turned over for negative numbers.
func (n Number) appendKey(to []byte) []byte {
	if n.digits == "" {
		return append(to, 0x80)
	}
	start := len(to) + 1
	to = append(to, 0x81)
	to = binary.BigEndian.AppendUint16(to, uint16(n.exponent+1<<14)) // #nosec G115 -- an exponent is within ±130
	for _, digit := range []byte(n.digits) {
		to = append(to, digit-'0'+1)
	}
	to = append(to, 0)
	if n.negative {
		to[start-1] = 0x7F
		for i := start; i < len(to); i++ {
			to[i] = ^to[i]
		}
	}
	return to
}
