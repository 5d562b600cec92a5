package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// client calls the API as somebody, and keeps the last answer.
type client struct {
	url string
	// sign signs a call as somebody; nil says who it is in a token.
	sign func(who string, r *http.Request, body []byte) error
	// through is where calls are sent, whatever their host; nil is the host.
	through  *url.URL
	who      string
	headers  [][2]string
	status   int
	received http.Header
	body     []byte
}

func (c *client) call(method, path string, body []byte) error {
	req, err := http.NewRequest(method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if c.who != "" && c.who != "-" && c.sign == nil {
		req.Header.Set("Authorization", "Bearer "+c.who)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, h := range c.headers {
		req.Header.Set(h[0], h[1])
	}
	c.headers = nil
	if c.who != "" && c.who != "-" && c.sign != nil {
		if err := c.sign(c.who, req, body); err != nil {
			return err
		}
	}
	transport := http.DefaultTransport
	if c.through != nil {
		transport = &http.Transport{Proxy: http.ProxyURL(c.through), DisableKeepAlives: true}
	}
	res, err := (&http.Client{Timeout: 30 * time.Second, Transport: transport}).Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	c.status, c.received = res.StatusCode, res.Header
	if c.body, err = io.ReadAll(res.Body); err != nil {
		return err
	}
	if method == http.MethodHead { // as GET, which is described
		if len(c.body) > 0 {
			return fmt.Errorf("HEAD %s has a body: %s", path, c.body)
		}
		return nil
	}
	return described(method, path, c.status, c.received.Get("Content-Type"), c.body)
}

// at returns the value at a path such as "history.0.reason", as text; "-1" is
// the last of a list, "len" its length.
func (c *client) at(path string) (string, bool) {
	var v any
	d := json.NewDecoder(bytes.NewReader(c.body))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return "", false
	}
	for _, part := range strings.Split(path, ".") {
		switch t := v.(type) {
		case map[string]any:
			next, there := t[part]
			if !there {
				return "", false
			}
			v = next
		case []any:
			if part == "len" {
				return strconv.Itoa(len(t)), true
			}
			i, err := strconv.Atoi(part)
			if i < 0 {
				i += len(t)
			}
			if err != nil || i < 0 || i >= len(t) {
				return "", false
			}
			v = t[i]
		default:
			return "", false
		}
	}
	if s, ok := v.(string); ok {
		return s, true
	}
	text, err := json.Marshal(v)
	return string(text), err == nil
}
