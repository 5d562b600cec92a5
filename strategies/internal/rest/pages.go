package rest

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strings"
)

// MaxPages is how many pages of a list are read. A longer list is an error: a part of it
// would say that somebody is not in it.
const MaxPages = 500

// Pages reads a list page by page, each decoded into a T. The header of a page links to
// the next as rel="next" (RFC 8288). It ends after the first error.
func Pages[T any](ctx context.Context, c *Client, path string, query url.Values) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var page T
		header, err := c.Do(ctx, Call{Path: path, Query: query}, &page)
		for n := 1; yield(page, err) && err == nil; n++ {
			target, bad := c.next(header)
			switch {
			case bad == nil && target == "":
				return
			case bad == nil && n == MaxPages:
				bad = fmt.Errorf("%s lists more than %d pages of %s", c.service, MaxPages, path)
			}
			var next T
			if err = bad; err == nil {
				header, err = c.do(ctx, target, Call{Path: path}, &next)
			}
			page = next
		}
	}
}

// next returns the URL that a page links to as the next, "" for none. One of another host
// is refused: it would get the credentials.
func (c *Client) next(header http.Header) (string, error) {
	for _, line := range header.Values("Link") {
		for link := range strings.SplitSeq(line, ", <") {
			target, params, found := strings.Cut(strings.TrimPrefix(strings.TrimSpace(link), "<"), ">")
			if !found || !strings.Contains(params, `rel="next"`) {
				continue
			}
			u, err := c.base.Parse(target)
			if err != nil || u.Scheme != c.base.Scheme || u.Host != c.base.Host {
				return "", fmt.Errorf("%s links to another host for its next page", c.service)
			}
			return u.String(), nil
		}
	}
	return "", nil
}
