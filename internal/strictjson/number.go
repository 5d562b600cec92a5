package strictjson

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
)

// maxWhole is the largest integer up to which a double holds each (RFC 8259,
// section 6).
const maxWhole = 1 << 53

// WholeNumber reads a JSON number that is an integer, however it is written: 3600,
// 3600.0 and 3.6e3 are the same integer (JSON Schema, section 6.1.1 of its
// validation vocabulary). It reports false of anything else, and beyond ±2^53.
func WholeNumber(raw []byte) (int64, bool) {
	if len(raw) == 0 || raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') {
		return 0, false
	}
	if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		return n, -maxWhole <= n && n <= maxWhole
	}
	// ParseFloat takes more than JSON does, such as 0x10 and 1_0.
	x, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || !json.Valid(raw) || x != math.Trunc(x) || math.Abs(x) > maxWhole {
		return 0, false
	}
	return int64(x), true
}

// wholeNumbers returns valid JSON with its integers written as encoding/json reads
// them into an integer: 3600 instead of 3600.0.
func wholeNumbers(raw []byte) []byte {
	out := make([]byte, 0, len(raw))
	for len(raw) > 0 {
		n := 1
		switch c := raw[0]; {
		case c == '"':
			n = stringLength(raw)
		case c == '-' || '0' <= c && c <= '9':
			if n = bytes.IndexAny(raw, ",]} \t\r\n"); n < 0 {
				n = len(raw)
			}
			if i, ok := WholeNumber(raw[:n]); ok {
				out, raw = strconv.AppendInt(out, i, 10), raw[n:]
				continue
			}
		}
		out, raw = append(out, raw[:n]...), raw[n:]
	}
	return out
}

// stringLength is the length of the JSON string that raw begins with.
func stringLength(raw []byte) int {
	for i := 1; i < len(raw); i++ {
		switch raw[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(raw)
}
