// Package logs writes the logs of the functions: JSON lines that name requests by
// id, without addresses, secret URLs or anything that somebody typed. More people
// read logs than requests, and nothing erases a person from them.
package logs

import (
	"encoding/json"
	"io"
	"log/slog"
	"strings"
)

// New returns a logger of JSON lines on w. Every text in a line passes [Redact].
func New(w io.Writer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		switch v := a.Value.Resolve(); v.Kind() {
		case slog.KindString:
			a.Value = slog.StringValue(Redact(v.String()))
		case slog.KindAny:
			switch of := v.Any().(type) {
			case error:
				a.Value = slog.StringValue(Redact(of.Error()))
			case []string:
				a.Value = slog.AnyValue(redactAll(of))
			case json.RawMessage:
				a.Value = slog.StringValue("<JSON>")
			}
		}
		return a
	}}))
}

func redactAll(all []string) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = Redact(s)
	}
	return out
}

// Redact removes personal data and secrets from a text that was not written for a
// log, such as an AWS error: e-mail addresses, the path and query of a URL, the
// person and target of a lease, and names of IAM users.
func Redact(s string) string {
	if !strings.ContainsAny(s, "@#/") {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		end := strings.IndexAny(s, separators)
		if end < 0 {
			end = len(s)
		}
		b.WriteString(word(s[:end]))
		if s = s[end:]; s != "" {
			b.WriteByte(s[0])
			s = s[1:]
		}
	}
	return b.String()
}

// separators end a word of a text.
const separators = " \t\r\n\"'`()<>[]{},;"

func word(w string) string {
	if scheme, rest, is := strings.Cut(w, "://"); is {
		host, path, more := strings.Cut(rest, "/")
		host = host[strings.LastIndexByte(host, '@')+1:]
		host, query, asks := strings.Cut(host, "?")
		if more && path != "" || asks && query != "" {
			return scheme + "://" + host + "/…"
		}
		return scheme + "://" + host
	}
	if strategy, rest, is := strings.Cut(w, "#"); is && strings.Contains(rest, "#") {
		return strategy + "#…"
	}
	if arn, _, is := strings.Cut(w, ":user/"); is && strings.HasPrefix(w, "arn:") {
		return arn + ":user/…"
	}
	if i := strings.IndexByte(w, '@'); i > 0 && i < len(w)-1 {
		return "<address>"
	}
	return w
}
