package rest

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strings"
)

// Pages reads a list page by page, each decoded into a T. The header of a page links
// to the next one as rel="next" (RFC 8288), as Okta's and GitHub's do. It ends after
// the first error, and a list of more than [MaxPages] is one.
//
//	for groups, err := range rest.Pages[[]group](ctx, client, "/api/v1/groups", nil) {
func Pages[T any](ctx context.Context, c *Client, path string, query url.Values) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var page, none T
		header, err := c.Do(ctx, Request{Path: path, Query: query}, &page)
		for n := 1; yield(page, err) && err == nil; n++ {
			var target string
			if target, err = c.next(header); err == nil && target == "" {
				return
			}
			page = none // nothing of the last page stays
			switch {
			case err != nil:
			case n == MaxPages:
				err = fmt.Errorf("%s lists more than %d pages", c.service, MaxPages)
			default:
				header, err = c.send(ctx, http.MethodGet, target, nil, "", &page)
			}
		}
	}
}

// next returns the URL that a page links to as the next, "" for none. One of another
// host is refused: it would get the credentials.
func (c *Client) next(last http.Header) (string, error) {
	link := nextLink(last)
	if link == "" {
		return "", nil
	}
	u, err := c.base.Parse(link)
	if err != nil || u.Scheme != c.base.Scheme || u.Host != c.base.Host {
		return "", fmt.Errorf("%s links to another host for its next page", c.service)
	}
	return u.String(), nil
}

func nextLink(header http.Header) string {
	for _, line := range header.Values("Link") {
		for _, link := range strings.Split(line, ", <") {
			target, params, found := strings.Cut(strings.TrimPrefix(strings.TrimSpace(link), "<"), ">")
			if found && strings.Contains(params, `rel="next"`) {
				return target
			}
		}
	}
	return ""
}
