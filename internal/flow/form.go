package flow

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fasttrack-dev/fasttrack/internal/text"
)

// The forms of names are checked by hand: compiling regular expressions with
// counted repetitions took four times as long at cold start as reading the
// flows themselves. schema/flows.v1.json has them as patterns, and a test holds
// the two together.

const (
	lower  = "abcdefghijklmnopqrstuvwxyz"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits = "0123456789"
)

func isFlowName(s string) bool  { return isName(s, 63, lower+digits, lower+digits+"-") }
func isFieldName(s string) bool { return isName(s, 63, lower, lower+digits+"_") }
func isTargetID(s string) bool {
	return isName(s, 128, upper+lower+digits, upper+lower+digits+"_.:/-")
}

// isName reports whether s is 1 to most ASCII characters, the first of one set
// and all of another.
func isName(s string, most int, first, all string) bool {
	return s != "" && len(s) <= most && strings.IndexByte(first, s[0]) >= 0 && only(s, all)
}

func only(s, set string) bool { return strings.Trim(s, set) == "" }

// isGroupName reports whether s names a group: as identity providers write them,
// with spaces, colons and commas inside, but no character that can't be seen.
func isGroupName(s string) bool {
	return s != "" && s[0] != ' ' && s[len(s)-1] != ' ' && utf8.RuneCountInString(s) <= 256 && strings.IndexFunc(s, isHidden) < 0
}

// isHidden reports whether r is a control character or is not seen where it is
// printed: two names that differ in it would look the same.
func isHidden(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Join_Control, r) || text.Invisible(r)
}

// isFunction reports whether s is a Lambda function's name or ARN, perhaps with a
// qualifier; see FunctionName of Lambda's Invoke API.
func isFunction(s string) bool {
	const word = upper + lower + digits + "-_"
	if arn, is := strings.CutPrefix(s, "arn:aws"); is {
		parts := strings.SplitN(arn, ":", 6) // partition's rest, lambda, region, account, function, name
		if len(parts) != 6 || parts[1] != "lambda" || parts[4] != "function" ||
			!only(parts[0], upper+lower+"-") ||
			parts[2] == "" || !only(parts[2], lower+digits+"-") ||
			len(parts[3]) != 12 || !only(parts[3], digits) {
			return false
		}
		s = parts[5]
	}
	name, qualifier, qualified := strings.Cut(s, ":")
	if !isName(name, 64, word, word) {
		return false
	}
	return !qualified || qualifier == "$LATEST" || isName(qualifier, 128, word, word)
}
