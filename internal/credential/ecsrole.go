package credential

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

const (
	// metadataAddress is the same on every cloud machine, and link-local.
	metadataAddress = "100.100.100.200"
	metadataPath    = "/latest/meta-data/ram/security-credentials/"

	// A token of the metadata service is used at once, so it may be short-lived.
	metadataTokenTTL = "60" // seconds
)

// ecsRole asks the metadata service of the machine. Every request carries a token
// that was got with a PUT, which a page or a proxy that is tricked into a GET on
// behalf of somebody else cannot do; the way without it is not taken.
type ecsRole struct {
	name string // "": the service is asked
	opts Options
}

func (e ecsRole) origin() string {
	if e.name == "" {
		return "the role of this machine (metadata service)"
	}
	return fmt.Sprintf("the role %q of this machine (metadata service)", e.name)
}

func (e ecsRole) fetch(ctx context.Context) (Keys, error) {
	keys, err := e.ask(ctx)
	if err != nil {
		return Keys{}, &metadataError{err}
	}
	return keys, nil
}

func (e ecsRole) ask(ctx context.Context) (Keys, error) {
	token, err := call(ctx, e.opts.direct, e.request(http.MethodPut, "/latest/api/token", "X-aliyun-ecs-metadata-token-ttl-seconds", metadataTokenTTL))
	if err != nil {
		return Keys{}, fmt.Errorf("token: %w", err)
	}
	const header = "X-aliyun-ecs-metadata-token"
	name := e.name
	if name == "" {
		text, err := call(ctx, e.opts.direct, e.request(http.MethodGet, metadataPath, header, string(token)))
		if err != nil {
			return Keys{}, fmt.Errorf("name of the role: %w", err)
		}
		name, _, _ = strings.Cut(string(text), "\n")
	}
	if name = strings.TrimSpace(name); name == "" || shorten(name) == "" {
		return Keys{}, fmt.Errorf("%w: no name of a role", ErrNone)
	}
	return fetchAnswer(ctx, e.opts.direct, e.request(http.MethodGet, metadataPath+name, header, string(token)))
}

// request makes one with a header.
func (e ecsRole) request(method, path, name, value string) *http.Request {
	u := &url.URL{Scheme: "http", Host: e.opts.metadata, Path: path}
	return &http.Request{Method: method, URL: u, Host: u.Host, Header: http.Header{http.CanonicalHeaderKey(name): {value}}}
}

// metadataError is trouble on the way to the metadata service.
type metadataError struct{ err error }

func (e *metadataError) Error() string { return "metadata service: " + e.err.Error() }
func (e *metadataError) Unwrap() error { return e.err }

// Hint says what a user can do.
func (*metadataError) Hint() string {
	return "only machines of Alibaba Cloud have this service, and keys only those with a role: attach one, or name another source of credentials"
}
