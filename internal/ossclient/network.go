package ossclient

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/osssync/osssync/spec"
)

// maxCertificates bounds a file of certificates in bytes.
const maxCertificates = 1 << 20

// network is whom a store trusts on the way to its service. The zero value trusts the
// certificates of the system and asks no proxy.
type network struct {
	roots *x509.CertPool // nil: those of the system
	proxy func(*http.Request) (*url.URL, error)
}

// networkOf reads what a store says.
func networkOf(store spec.Store) (n network, err error) {
	if store.Proxy == spec.ProxyEnvironment {
		n.proxy = http.ProxyFromEnvironment
	}
	if store.CAFile == "" {
		return n, nil
	}
	if n.roots, err = x509.SystemCertPool(); err != nil {
		return n, fmt.Errorf("certificates of the system: %w", err)
	}
	// Stat comes before Open, since opening a pipe would wait for its writer.
	info, err := os.Stat(store.CAFile)
	if err == nil && (!info.Mode().IsRegular() || info.Size() > maxCertificates) {
		err = fmt.Errorf("%q is not a regular file of at most 1 MiB", store.CAFile)
	}
	if err != nil {
		return n, &CertificatesError{fmt.Errorf("certificates: %w", err)}
	}
	text, err := os.ReadFile(store.CAFile)
	if err != nil {
		return n, &CertificatesError{fmt.Errorf("certificates: %w", err)}
	}
	if !n.roots.AppendCertsFromPEM(text) {
		return n, &CertificatesError{fmt.Errorf("certificates: %q holds none in PEM", store.CAFile)}
	}
	return n, nil
}

// CertificatesError is a caFile that cannot be used.
type CertificatesError struct{ err error }

func (e *CertificatesError) Error() string { return e.err.Error() }

// Unwrap returns what went wrong.
func (e *CertificatesError) Unwrap() error { return e.err }

// Hint says what a user can do.
func (*CertificatesError) Hint() string {
	return "caFile names a file with certificates between BEGIN CERTIFICATE and END CERTIFICATE"
}

// transport makes one for a number of connections.
func (n network) transport(opts Options) *http.Transport {
	dial := opts.DialContext
	if dial == nil {
		dial = (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:                  n.proxy,
		DialContext:            dial,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: n.roots},
		TLSHandshakeTimeout:    dialTimeout,
		Protocols:              protocols,
		DisableCompression:     true, // checksums are of the bytes as stored
		MaxConnsPerHost:        opts.Connections,
		MaxIdleConns:           opts.Connections,
		MaxIdleConnsPerHost:    opts.Connections,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: headerLimit,
		ReadBufferSize:         bufferSize,
		WriteBufferSize:        bufferSize,
	}
}
