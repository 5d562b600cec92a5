package console

import (
	"net/url"

	"github.com/fasttrack-dev/fasttrack/api"
)

// listData is a page of a list with the addresses of the pages around it.
type listData struct {
	*api.RequestList
	// Newest and Older are empty on the first and on the last page.
	Newest, Older string
}

// inbox shows what the person may decide now.
func (p *page) inbox() error {
	cursor := p.r.URL.Query().Get("cursor")
	list, err := p.call.List(p.r.Context(), api.ListInput{View: api.ViewInbox, Limit: 20, Cursor: cursor})
	if err != nil {
		return err
	}
	p.render(200, "inbox", "Waiting for you", paged(list, "/inbox", nil, cursor))
	return nil
}

// paged returns a page of the list at a path below [Base] that the query selects.
func paged(list *api.RequestList, path string, query url.Values, cursor string) listData {
	d := listData{RequestList: list}
	address := func(cursor string) string {
		q := url.Values{}
		for name, values := range query {
			q[name] = values
		}
		if cursor != "" {
			q.Set("cursor", cursor)
		}
		if len(q) == 0 {
			return Base + path
		}
		return Base + path + "?" + q.Encode()
	}
	if cursor != "" {
		d.Newest = address("")
	}
	if list.NextCursor != "" {
		d.Older = address(list.NextCursor)
	}
	return d
}
