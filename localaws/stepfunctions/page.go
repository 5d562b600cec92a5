package stepfunctions

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// pageInput holds the paging members of a list's input.
type pageInput struct {
	NextToken  string `json:"nextToken"`
	MaxResults int    `json:"maxResults"`
}

const tokenPrefix = "next:"

// window returns the first item of a page and the page's size: 100 by default, 1,000 at
// most.
func (in pageInput) window() (from, size int, err error) {
	size = in.MaxResults
	if size == 0 {
		size = 100
	}
	if size < 0 || size > 1000 {
		return 0, 0, invalid("maxResults", "Member must have value less than or equal to 1000")
	}
	if in.NextToken == "" {
		return 0, size, nil
	}
	raw, err := base64.StdEncoding.DecodeString(in.NextToken)
	text, ok := strings.CutPrefix(string(raw), tokenPrefix)
	from, bad := strconv.Atoi(text)
	if err != nil || !ok || bad != nil || from < 0 {
		return 0, 0, fail("InvalidToken", "Invalid Token: 'Invalid token'")
	}
	return from, size, nil
}

func pageToken(next int) string {
	return base64.StdEncoding.EncodeToString([]byte(tokenPrefix + strconv.Itoa(next)))
}

// answer returns a page of n items, without those that are nil.
func (in pageInput) answer(name string, n int, item func(i int) any) (any, error) {
	from, size, err := in.window()
	if err != nil {
		return nil, err
	}
	items := []any{}
	i := from
	for ; i < n && len(items) < size; i++ {
		if it := item(i); it != nil {
			items = append(items, it)
		}
	}
	out := map[string]any{name: items}
	if i < n {
		out["nextToken"] = pageToken(i)
	}
	return out, nil
}
