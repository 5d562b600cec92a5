package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Create makes a request. The response says what hooks have decided within
// [CreateInput.Wait]; see [Client.Await] for what people decide.
func (client *Client) Create(ctx context.Context, in CreateInput, opts ...CallOption) (*Request, error) {
	c := post("/requests", in.IdempotencyKey, in)
	if in.Place != "" {
		c.header.Set("Fasttrack-Place", in.Place)
	}
	if err := c.prefer(in.Wait); err != nil {
		return nil, err
	}
	r, _, err := client.request(ctx, c, opts)
	return r, err
}

// Extend requests that active access lasts longer. The extension is a request of its own,
// which takes the access over once it is granted; see [Request.Extends].
func (client *Client) Extend(ctx context.Context, id string, in ExtendInput, opts ...CallOption) (*Request, error) {
	c := post(requestPath(id)+"/extend", in.IdempotencyKey, in)
	if in.Place != "" {
		c.header.Set("Fasttrack-Place", in.Place)
	}
	if err := c.prefer(in.Wait); err != nil {
		return nil, err
	}
	r, _, err := client.request(ctx, c, opts)
	return r, err
}

// Get returns a request with its history. Letters of the id may be in either case.
func (client *Client) Get(ctx context.Context, id string, opts ...CallOption) (*Request, error) {
	r, _, err := client.request(ctx, get(requestPath(id)), opts)
	return r, err
}

// GetAfter returns a request once its history has an entry after seq, or nothing can
// follow, or the wait is over: up to [MaxWait], in whole seconds. The API may respond
// earlier if too many callers wait.
func (client *Client) GetAfter(ctx context.Context, id string, seq int, wait time.Duration, opts ...CallOption) (*Request, error) {
	c := get(requestPath(id))
	c.query = url.Values{"after": {strconv.Itoa(seq)}}
	if err := c.prefer(wait); err != nil {
		return nil, err
	}
	r, _, err := client.request(ctx, c, opts)
	return r, err
}

// Await reads a request, again with each new entry of its history, until done returns
// true or the context ends. It then returns the request as read last.
func (client *Client) Await(ctx context.Context, id string, done func(*Request) bool, opts ...CallOption) (*Request, error) {
	r, err := client.Get(ctx, id, opts...)
	for err == nil && !done(r) {
		started, seen := time.Now(), len(r.History)
		if r, err = client.GetAfter(ctx, id, seen, MaxWait, opts...); err != nil {
			break
		}
		// The API did not wait: too many callers do, or nothing can follow.
		if pause := time.Second - time.Since(started); len(r.History) == seen && pause > 0 && !done(r) {
			select {
			case <-ctx.Done():
				return r, ctx.Err()
			case <-time.After(pause):
			}
		}
	}
	return r, err
}

// List returns a page of requests, newest first; of [ViewLive], what ends soonest first.
func (client *Client) List(ctx context.Context, in ListInput, opts ...CallOption) (*RequestList, error) {
	c := get("/requests")
	c.query = in.query()
	list, _, err := decode[RequestList](ctx, client, c, opts)
	if err == nil && list.Requests == nil {
		return nil, &ResponseError{client.url, http.StatusOK, errors.New(`it has no "runs"`)}
	}
	return list, err
}

// ActivityCSV returns a list as a CSV file of up to 5,000 requests. The Limit of in is
// ignored.
func (client *Client) ActivityCSV(ctx context.Context, in ListInput, opts ...CallOption) (*ActivityFile, error) {
	c := get("/activity.csv")
	c.header.Set("Accept", "text/csv, application/problem+json")
	in.Limit = 0
	c.query = in.query()
	response, err := client.made(ctx, c, opts)
	if err != nil {
		return nil, err
	}
	if media, _, err := mime.ParseMediaType(response.Header.Get("Content-Type")); err != nil || media != "text/csv" {
		return nil, &ResponseError{client.url, response.Status, fmt.Errorf("its content type is %q, not CSV", response.Header.Get("Content-Type"))}
	}
	return &ActivityFile{CSV: response.Body, NextCursor: response.Header.Get("Fasttrack-Next-Cursor")}, nil
}

// All iterates over the requests of all pages, in the order of the list, from in.Cursor on. It
// ends with the first error.
func (client *Client) All(ctx context.Context, in ListInput) iter.Seq2[*Request, error] {
	return func(yield func(*Request, error) bool) {
		for {
			page, err := client.List(ctx, in)
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range page.Requests {
				if !yield(&page.Requests[i], nil) {
					return
				}
			}
			switch page.NextCursor {
			case "":
				return
			case in.Cursor:
				yield(nil, &ResponseError{client.url, http.StatusOK, errors.New("its next_cursor is the cursor of the page itself")})
				return
			}
			in.Cursor = page.NextCursor
		}
	}
}

// Approve approves a request. It stays pending while more approvals are required.
// accepted is true if the effect was not known in time: the action is stored and takes
// effect shortly. The same holds for the other actions.
func (client *Client) Approve(ctx context.Context, id string, in ApproveInput, opts ...CallOption) (r *Request, accepted bool, err error) {
	return client.act(ctx, id, "approve", in.ActionOptions, in, opts)
}

// Deny denies a request.
func (client *Client) Deny(ctx context.Context, id string, in DenyInput, opts ...CallOption) (r *Request, accepted bool, err error) {
	return client.act(ctx, id, "deny", in.ActionOptions, in, opts)
}

// Cancel cancels a request of the caller's that is not decided.
func (client *Client) Cancel(ctx context.Context, id string, in CancelInput, opts ...CallOption) (r *Request, accepted bool, err error) {
	return client.act(ctx, id, "cancel", in.ActionOptions, in, opts)
}

// Withdraw withdraws the caller's own approval, while more are required.
func (client *Client) Withdraw(ctx context.Context, id string, in WithdrawInput, opts ...CallOption) (r *Request, accepted bool, err error) {
	return client.act(ctx, id, "withdraw", in.ActionOptions, in, opts)
}

// Review says afterwards whether an emergency was one.
func (client *Client) Review(ctx context.Context, id string, in ReviewInput, opts ...CallOption) (r *Request, accepted bool, err error) {
	return client.act(ctx, id, "review", in.ActionOptions, in, opts)
}

// Confirm says that access which lasts until it is revoked is still needed; see
// [Request.UntilRevoked]. It is granted anew, and only then its end moves.
func (client *Client) Confirm(ctx context.Context, id string, in ConfirmInput, opts ...CallOption) (r *Request, accepted bool, err error) {
	return client.act(ctx, id, "confirm", in.ActionOptions, in, opts)
}

// Revoke ends access now, also while it is being granted.
func (client *Client) Revoke(ctx context.Context, id string, in RevokeInput, opts ...CallOption) (r *Request, accepted bool, err error) {
	return client.act(ctx, id, "revoke", in.ActionOptions, in, opts)
}

func (client *Client) act(ctx context.Context, id, action string, o ActionOptions, in any, opts []CallOption) (*Request, bool, error) {
	c := post(requestPath(id)+"/"+action, o.IdempotencyKey, in)
	if o.IfMatch != "" {
		c.header.Set("If-Match", `"`+o.IfMatch+`"`)
	}
	r, response, err := client.request(ctx, c, opts)
	return r, response.Status == http.StatusAccepted, err
}

// Me returns who the caller is and what concerns them.
func (client *Client) Me(ctx context.Context, in MeInput, opts ...CallOption) (*Me, error) {
	c := get("/me")
	c.query = in.query()
	me, _, err := decode[Me](ctx, client, c, opts)
	if err == nil && me.ID == "" {
		return nil, &ResponseError{client.url, http.StatusOK, errors.New(`it has no "id"`)}
	}
	return me, err
}

// Flows returns the flows that the caller may request, decide or list; see
// [Flow.MayRequest].
func (client *Client) Flows(ctx context.Context, opts ...CallOption) ([]Flow, error) {
	list, _, err := decode[FlowList](ctx, client, get("/flows"), opts)
	if err != nil {
		return nil, err
	}
	if list.Flows == nil {
		return nil, &ResponseError{client.url, http.StatusOK, errors.New(`it has no "flows"`)}
	}
	return list.Flows, nil
}

// Options returns what a hook offers for a field with Prefetch. query is what the
// person has typed so far, up to 200 characters. For a field with DependsOn, see
// [Client.SearchOptions].
func (client *Client) Options(ctx context.Context, flow, field, query string, opts ...CallOption) (*OptionList, error) {
	return client.SearchOptions(ctx, OptionsInput{Flow: flow, Field: field, Query: query}, opts...)
}

// SearchOptions returns what a hook offers for a field with Prefetch, with the values of
// the fields that it depends on.
func (client *Client) SearchOptions(ctx context.Context, in OptionsInput, opts ...CallOption) (*OptionList, error) {
	c := get("/flows/" + url.PathEscape(in.Flow) + "/fields/" + url.PathEscape(in.Field) + "/options")
	c.query = url.Values{}
	if in.Query != "" {
		c.query.Set("q", in.Query)
	}
	if len(in.Fields) > 0 {
		raw, err := json.Marshal(in.Fields)
		if err != nil {
			return nil, fmt.Errorf("fields: %w", err)
		}
		c.query.Set("fields", string(raw))
	}
	list, _, err := decode[OptionList](ctx, client, c, opts)
	if err == nil && list.Options == nil {
		return nil, &ResponseError{client.url, http.StatusOK, errors.New(`it has no "options"`)}
	}
	return list, err
}

// Stats returns what became of the requests of a flow since the start of a day, in UTC.
// A zero time is 30 days ago.
func (client *Client) Stats(ctx context.Context, flow string, since time.Time, opts ...CallOption) (*Stats, error) {
	c := get("/flows/" + url.PathEscape(flow) + "/stats")
	if !since.IsZero() {
		c.query = url.Values{"since": {since.UTC().Format(time.RFC3339)}}
	}
	stats, _, err := decode[Stats](ctx, client, c, opts)
	if err == nil && (stats.Flow == "" || stats.Since.IsZero()) {
		return nil, &ResponseError{client.url, http.StatusOK, errors.New(`it has no "flow" or "since" of statistics`)}
	}
	return stats, err
}

// Verify has the API verify a request as it is stored.
func (client *Client) Verify(ctx context.Context, id string, opts ...CallOption) (*Verification, error) {
	v, _, err := decode[Verification](ctx, client, get(requestPath(id)+"/verify"), opts)
	if err == nil && (v.ID == "" || v.Entries == nil) {
		return nil, &ResponseError{client.url, http.StatusOK, errors.New(`it has no "id" or "entries" of a verification`)}
	}
	return v, err
}

// Explain returns why a request has its status, in words.
func (client *Client) Explain(ctx context.Context, id string, opts ...CallOption) (*Explanation, error) {
	e, _, err := decode[Explanation](ctx, client, get(requestPath(id)+"/explain"), opts)
	if err == nil && (e.ID == "" || e.Answer == "") {
		return nil, &ResponseError{client.url, http.StatusOK, errors.New(`it has no "id" or "answer" of an explanation`)}
	}
	return e, err
}

// Health reports whether the API responds.
func (client *Client) Health(ctx context.Context, opts ...CallOption) (*Health, error) {
	h, _, err := decode[Health](ctx, client, get("/healthz"), opts)
	return h, err
}

// OpenAPI returns the OpenAPI 3.1 document of the API.
func (client *Client) OpenAPI(ctx context.Context, opts ...CallOption) (json.RawMessage, error) {
	raw, _, err := decode[json.RawMessage](ctx, client, get("/openapi.json"), opts)
	if err != nil {
		return nil, err
	}
	return *raw, nil
}

// request makes a call whose response is a request.
func (client *Client) request(ctx context.Context, c *call, opts []CallOption) (*Request, Response, error) {
	r, response, err := decode[Request](ctx, client, c, opts)
	if err == nil && (r.ID == "" || r.Flow == "" || r.Status == "") {
		return nil, response, &ResponseError{client.url, response.Status, errors.New("it has no id, flow or status of a request")}
	}
	return r, response, err
}

func requestPath(id string) string { return "/requests/" + url.PathEscape(id) }
