package emulator

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// Tunnel opens a proxy through which the API of the deployed stack answers at the
// address that the stack's output has: the command line calls other machines by https
// alone. It returns the variables with which programs go through it, and trust it by a
// certificate that it writes to dir. It leads nowhere else: the SAM CLI looks for a newer
// version of itself at PyPI, once a week for each home.
func (m *Emulator) Tunnel(dir string) ([]string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	issue := func(names ...string) ([]byte, error) {
		cert := &x509.Certificate{
			SerialNumber: big.NewInt(1), DNSNames: names, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
			IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		}
		return x509.CreateCertificate(rand.Reader, cert, cert, key.Public(), key)
	}
	root, err := issue()
	if err != nil {
		return nil, err
	}
	ca := filepath.Join(dir, "emulator-ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root}), 0o600); err != nil {
		return nil, err
	}
	to, err := url.Parse(m.URL())
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	config := &tls.Config{GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		der, err := issue(hello.ServerName)
		return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
	}}
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host // which a signature covers
	}}}
	m.edge.servers = append(m.edge.servers, server)
	go func() { _ = server.Serve(&tunnels{l, config}) }()
	return []string{"HTTPS_PROXY=http://" + l.Addr().String(), "NO_PROXY=127.0.0.1", "SSL_CERT_FILE=" + ca}, nil
}

// tunnels accepts connections that ask for a tunnel (CONNECT), and is its far end.
type tunnels struct {
	net.Listener
	config *tls.Config
}

func (l *tunnels) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		r, err := http.ReadRequest(bufio.NewReader(conn)) // nothing follows before the answer
		if err != nil || r.Method != http.MethodConnect || !anAPI.MatchString(r.Host) {
			_, _ = io.WriteString(conn, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
			_ = conn.Close()
			continue
		}
		if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
			_ = conn.Close()
			continue
		}
		_ = conn.SetDeadline(time.Time{})
		return tls.Server(conn, l.config), nil
	}
}

// anAPI is the host of an API, as a client of a proxy names it.
var anAPI = regexp.MustCompile(`^[a-z0-9]+\.execute-api\.`)

// insecure is the URL of an API as ministack has it; AWS's begin with https.
var insecure = regexp.MustCompile(`http://([a-z0-9]+\.execute-api\.)`)

// secureURLs has the outputs of a stack name the API by https, as AWS does.
func secureURLs(res *http.Response) error {
	if res.Request.Method != http.MethodPost || res.Request.URL.Path != "/" || res.Header.Get("Content-Encoding") != "" {
		return nil
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Errorf("read what ministack answers: %w", err)
	}
	if bytes.Contains(body, []byte("<Outputs>")) {
		body = insecure.ReplaceAll(body, []byte("https://$1"))
		res.Header.Set("Content-Length", strconv.Itoa(len(body)))
		res.ContentLength = int64(len(body))
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}
