package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed assets
var assetFiles embed.FS

// bundles are the assets that are made of several files, in this order.
var bundles = map[string][]string{
	"console.css": {
		"assets/css/tokens.css", "assets/css/frame.css", "assets/css/parts.css", "assets/css/lists.css", "assets/css/forms.css",
		"assets/css/request.css", "assets/css/flow.css", "assets/css/gates.css", "assets/css/slack.css", "assets/css/narrow.css", "assets/css/backtest.css", "assets/css/media.css",
	},
	"console.js": {"assets/js/press.js", "assets/js/times.js", "assets/js/poll.js", "assets/js/search.js", "assets/js/form.js", "assets/js/code.js"},
	"icon.svg":   {"assets/icon.svg"},
}

var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

// asset is a static file with its type and its gzip form.
type asset struct {
	body, zipped []byte
	contentType  string
}

// assets are the static files by name, and the version that their URLs contain: it
// changes with any of them.
type assets struct {
	version string
	files   map[string]func() asset
}

// embedded returns the assets of the package: it hashes them when the first page is made,
// and compresses each when it is first sent.
var embedded = sync.OnceValue(func() assets {
	a := assets{files: map[string]func() asset{}}
	hash := sha256.New()
	_ = fs.WalkDir(assetFiles, "assets", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			hash.Write(content(name))
		}
		return err
	})
	a.version = hex.EncodeToString(hash.Sum(nil)[:6])
	for name, parts := range bundles {
		a.files[name] = sync.OnceValue(func() asset {
			var body []byte
			for _, part := range parts {
				body = append(body, content(part)...)
			}
			return asset{body: body, zipped: zip(body), contentType: contentTypes[path.Ext(name)]}
		})
	}
	return a
})

func content(name string) []byte {
	raw, err := assetFiles.ReadFile(name)
	if err != nil {
		panic(err) // the files are embedded
	}
	return raw
}

// url returns the path of an asset.
func (a assets) url(name string) string { return Base + "/static/" + a.version + "/" + name }

// static serves an asset. Its URL names its content, so that browsers keep it for a year.
func (c *Console) static(w http.ResponseWriter, r *http.Request) {
	file, found := embedded().files[r.PathValue("name")]
	if !found || r.PathValue("version") != embedded().version {
		http.NotFound(w, r)
		return
	}
	a := file()
	w.Header().Set("Content-Type", a.contentType)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	if accepts(r) {
		write(w, http.StatusOK, a.zipped, true)
		return
	}
	write(w, http.StatusOK, a.body, false)
}

// send writes a body, compressed if that is worth it.
func send(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	if zipped := len(body) > 1024 && accepts(r); zipped {
		body = zip(body)
		write(w, status, body, true)
		return
	}
	write(w, status, body, false)
}

func accepts(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
}

func write(w http.ResponseWriter, status int, body []byte, zipped bool) {
	w.Header().Add("Vary", "Accept-Encoding")
	if zipped {
		w.Header().Set("Content-Encoding", "gzip")
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the browser may be gone
}

func zip(body []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(body) // to a buffer, which never fails
	_ = z.Close()
	return b.Bytes()
}
