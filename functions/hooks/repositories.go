package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/fasttrack-dev/fasttrack/hook"
	"github.com/fasttrack-dev/fasttrack/hook/secret"
)

// repositoriesOf returns the repositories of the chosen organization, as GitHub has them
// now. While a person searches, these are those with what was typed in their name. To check
// a value, it is that repository alone.
func repositoriesOf(ctx context.Context, s *hook.Search) ([]hook.Option, error) {
	owner := s.Fields.String("organization")
	if owner == "" {
		return nil, nil
	}
	hub := gitHub{s.Flow.Vars.String("github_url"), secret.Named("github-token")}
	if s.Value != "" {
		return hub.repository(ctx, owner, s.Value)
	}
	found, more, err := hub.search(ctx, owner, s.Query)
	if more {
		s.More()
	}
	return found, err
}

// approveReading approves who wants to read. Writing is for people to decide.
func approveReading(_ context.Context, e *hook.Event) (hook.FromRequest, error) {
	level := e.Fields.String("level")
	if !e.Check("reads only", level == "read", level) {
		return hook.Continue(), nil
	}
	return hook.Approve("Everybody may read " + e.Fields.String("repository") + "."), nil
}

// gitHub is GitHub's REST API (https://docs.github.com/en/rest) with a token that may read
// the organizations.
type gitHub struct {
	url   string
	token func(context.Context) (string, error)
}

// isName reports whether s can be the name of a repository or an organization. A name
// becomes a part of a path, and nothing else.
func isName(s string) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-."
	return s != "" && len(s) <= 100 && s[0] != '.' && strings.Trim(s, letters) == ""
}

// errMissing is that GitHub has no such thing, or none that the token may read.
var errMissing = errors.New("not found")

func (g gitHub) repository(ctx context.Context, owner, name string) ([]hook.Option, error) {
	if !isName(owner) || !isName(name) {
		return nil, nil
	}
	var repository struct {
		Name string `json:"name"`
	}
	err := g.get(ctx, "/repos/"+owner+"/"+name, &repository)
	if errors.Is(err, errMissing) || err == nil && repository.Name != name { // renamed, or in other case
		return nil, nil
	}
	return []hook.Option{{Value: repository.Name}}, err
}

func (g gitHub) search(ctx context.Context, owner, typed string) (found []hook.Option, more bool, err error) {
	if !isName(owner) || typed != "" && !isName(typed) {
		return nil, false, nil
	}
	var list struct {
		Total int `json:"total_count"`
		Items []struct {
			Name string `json:"name"`
		} `json:"items"`
	}
	q := url.Values{"q": {typed + " in:name org:" + owner}, "per_page": {"100"}}
	if err := g.get(ctx, "/search/repositories?"+q.Encode(), &list); err != nil {
		return nil, false, err
	}
	for _, item := range list.Items {
		found = append(found, hook.Option{Value: item.Name})
	}
	return found, list.Total > len(found), nil
}

// get reads a response of GitHub. It leaves the hook time to return an error.
func (g gitHub) get(ctx context.Context, path string, into any) error {
	token, err := g.token(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, g.url+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", "application/vnd.github+json")
	req.Header.Set("X-GitHub-Api-Version", "2022-11-28")
	response, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("GitHub did not respond: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // it was read
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return errMissing
	default:
		return fmt.Errorf("GitHub did not respond with a list: %d", response.StatusCode)
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, 4<<20)).Decode(into); err != nil {
		return fmt.Errorf("GitHub's response is no JSON: %w", err)
	}
	return nil
}
