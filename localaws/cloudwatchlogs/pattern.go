package cloudwatchlogs

import (
	"strings"

	"github.com/fasttrack-dev/fasttrack/localaws/wire"
)

// parsePattern reads a filter pattern of terms: each must be in the message, as it
// is written; "in quotes" with spaces; -term must not be; of ?terms one must. Those
// for JSON, for columns and regular expressions are refused
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html).
func parsePattern(text string) (func(message string) bool, error) {
	var must, not, one []string
	rest := strings.TrimSpace(text)
	if strings.HasPrefix(rest, "{") || strings.HasPrefix(rest, "[") || strings.HasPrefix(rest, "%") {
		return nil, wire.Fail("InvalidParameterException", "filterPattern: terms are served on this machine, such as error -debug \"two words\"; patterns for JSON {…}, columns […] and regular expressions %%…%% are not")
	}
	for rest != "" {
		to := &must
		switch rest[0] {
		case '-':
			to, rest = &not, rest[1:]
		case '?':
			to, rest = &one, rest[1:]
		}
		var term string
		if quoted, ok := strings.CutPrefix(rest, `"`); ok {
			var closed bool
			if term, rest, closed = strings.Cut(quoted, `"`); !closed {
				return nil, wire.Fail("InvalidParameterException", "filterPattern: a quote is not closed: %s", text)
			}
		} else {
			term, rest, _ = strings.Cut(rest, " ")
		}
		if term != "" {
			*to = append(*to, term)
		}
		rest = strings.TrimLeft(rest, " ")
	}
	return func(message string) bool {
		for _, term := range must {
			if !strings.Contains(message, term) {
				return false
			}
		}
		for _, term := range not {
			if strings.Contains(message, term) {
				return false
			}
		}
		for _, term := range one {
			if strings.Contains(message, term) {
				return true
			}
		}
		return len(one) == 0
	}, nil
}
