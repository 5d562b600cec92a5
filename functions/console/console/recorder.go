package console

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
)

// maxResponse keeps a response below the 6 MB that Lambda returns, in base64.
const maxResponse = 4 << 20

// recorder is an [http.ResponseWriter] that keeps a response.
type recorder struct {
	header http.Header
	status int // 0 until it is written
	body   bytes.Buffer
}

func newRecorder() *recorder { return &recorder{header: http.Header{}} }

func (w *recorder) Header() http.Header { return w.header }

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *recorder) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

// response returns the response as API Gateway takes it. Compressed and binary bodies
// are in base64.
func (w *recorder) response(method string) events.APIGatewayV2HTTPResponse {
	w.WriteHeader(http.StatusOK)
	out := events.APIGatewayV2HTTPResponse{StatusCode: w.status, Headers: map[string]string{}}
	for name, values := range w.header {
		if name == "Set-Cookie" {
			out.Cookies = values
			continue
		}
		out.Headers[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	body := w.body.Bytes()
	if _, typed := w.header["Content-Type"]; !typed && len(body) > 0 {
		out.Headers["content-type"] = http.DetectContentType(body)
	}
	switch {
	case method == http.MethodHead:
	case w.header.Get("Content-Encoding") != "" || !utf8.Valid(body):
		out.Body, out.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	default:
		out.Body = string(body)
	}
	return out
}
