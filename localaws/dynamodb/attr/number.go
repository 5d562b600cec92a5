package attr

import (
	"math/big"
	"strconv"
	"strings"
)

// MaxDigits is how many significant digits a number can have, and maxExponent
// and minExponent bound its magnitude: from 1E-130 to below 1E126. (AWS,
// "Supported data types and naming rules": numbers.)
const (
	MaxDigits   = 38
	maxExponent = 126
	minExponent = -129
)

// Number is an exact decimal: 0.digits × 10^exponent, with digits that neither
// start nor end with a zero. The zero value is 0.
type Number struct {
	negative bool
	digits   string
	exponent int
}

// ParseNumber reads a decimal number as the service does. The error is an
// *Invalid with the service's message.
func ParseNumber(text string) (Number, error) {
	notNumber := &Invalid{"The parameter cannot be converted to a numeric value: " + text}
	if text == "" {
		return Number{}, &Invalid{"The parameter cannot be converted to a numeric value"}
	}
	rest, n, exponent := text, Number{}, 0
	if rest[0] == '-' || rest[0] == '+' {
		n.negative, rest = rest[0] == '-', rest[1:]
	}
	if e := strings.IndexAny(rest, "eE"); e >= 0 {
		var err error
		if exponent, err = strconv.Atoi(rest[e+1:]); err != nil || exponent > 1<<20 || exponent < -1<<20 {
			return Number{}, notNumber
		}
		rest = rest[:e]
	}
	whole, fraction, _ := strings.Cut(rest, ".")
	digits := whole + fraction
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return Number{}, notNumber
	}
	return trimmed(n.negative, digits, exponent+len(whole))
}

// trimmed makes the number 0.digits × 10^exponent after taking the zeros off
// both ends, and checks that the service could hold it.
func trimmed(negative bool, digits string, exponent int) (Number, error) {
	significant := strings.TrimLeft(digits, "0")
	exponent -= len(digits) - len(significant)
	significant = strings.TrimRight(significant, "0")
	switch {
	case significant == "":
		return Number{}, nil
	case exponent > maxExponent:
		return Number{}, &Invalid{"Number overflow. Attempting to store a number with magnitude larger than supported range"}
	case exponent < minExponent:
		return Number{}, &Invalid{"Number underflow. Attempting to store a number with magnitude smaller than supported range"}
	case len(significant) > MaxDigits:
		return Number{}, &Invalid{"Attempting to store more than 38 significant digits in a Number"}
	}
	return Number{negative: negative, digits: significant, exponent: exponent}, nil
}

// FromInt makes a number of an integer.
func FromInt(i int64) Number {
	n, _ := ParseNumber(strconv.FormatInt(i, 10)) // 19 digits always fit
	return n
}

// Int64 returns the number when it is an integer that fits.
func (n Number) Int64() (int64, bool) {
	i, err := strconv.ParseInt(n.String(), 10, 64)
	return i, err == nil
}

// Floor returns the greatest integer that is not above n, held to int64's
// range.
func (n Number) Floor() int64 {
	whole, fraction, _ := strings.Cut(n.String(), ".")
	i, _ := strconv.ParseInt(whole, 10, 64) // out of range returns the nearest
	if n.negative && fraction != "" {
		i--
	}
	return i
}

// String writes the number the one way the service does: no exponent, no
// leading or trailing zeros.
func (n Number) String() string {
	if n.digits == "" {
		return "0"
	}
	var text strings.Builder
	if n.negative {
		text.WriteByte('-')
	}
	switch {
	case n.exponent <= 0:
		text.WriteString("0.")
		text.WriteString(strings.Repeat("0", -n.exponent))
		text.WriteString(n.digits)
	case n.exponent >= len(n.digits):
		text.WriteString(n.digits)
		text.WriteString(strings.Repeat("0", n.exponent-len(n.digits)))
	default:
		text.WriteString(n.digits[:n.exponent])
		text.WriteByte('.')
		text.WriteString(n.digits[n.exponent:])
	}
	return text.String()
}

// Cmp returns -1, 0 or 1 as n is less than, equal to or more than m.
func (n Number) Cmp(m Number) int {
	if s := n.sign() - m.sign(); s != 0 {
		return max(-1, min(1, s))
	}
	c := n.exponent - m.exponent
	if c == 0 {
		c = strings.Compare(n.digits, m.digits)
	}
	if n.negative {
		c = -c
	}
	return max(-1, min(1, c))
}

func (n Number) sign() int {
	switch {
	case n.digits == "":
		return 0
	case n.negative:
		return -1
	}
	return 1
}

// Neg returns -n.
func (n Number) Neg() Number {
	n.negative = !n.negative && n.digits != ""
	return n
}

// Add returns n + m, or an *Invalid when the service couldn't hold the sum
// exactly.
func (n Number) Add(m Number) (Number, error) {
	if n.digits == "" {
		return m, nil
	} else if m.digits == "" {
		return n, nil
	}
	scale := min(n.exponent-len(n.digits), m.exponent-len(m.digits))
	sum := new(big.Int).Add(n.scaled(scale), m.scaled(scale))
	digits := new(big.Int).Abs(sum).String()
	return trimmed(sum.Sign() < 0, digits, scale+len(digits))
}

// scaled returns n / 10^scale, an integer where scale is at most the place of
// n's last digit.
func (n Number) scaled(scale int) *big.Int {
	i, _ := new(big.Int).SetString(n.digits+strings.Repeat("0", n.exponent-len(n.digits)-scale), 10)
	if n.negative {
		i.Neg(i)
	}
	return i
}
