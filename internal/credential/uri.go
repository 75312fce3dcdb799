package credential

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
)

// uri is a service of the user's own that hands out keys.
type uri struct {
	address *url.URL
	where   string
	opts    Options
}

func openURI(address, where string, o Options) (source, error) {
	u, err := serviceURL(address, where)
	if err != nil {
		return nil, err
	}
	return &uri{u, where, o}, nil
}

func (u *uri) origin() string { return fmt.Sprintf("the service at %q (%s)", u.address.Host, u.where) }

func (u *uri) fetch(ctx context.Context) (Keys, error) {
	req := &http.Request{Method: http.MethodGet, URL: u.address, Host: u.address.Host, Header: http.Header{}}
	return fetchAnswer(ctx, u.opts.direct, req)
}

// fetchAnswer sends req and takes the keys of the answer. An answer without a code
// is a good one, if it has keys.
func fetchAnswer(ctx context.Context, transport http.RoundTripper, req *http.Request) (Keys, error) {
	text, err := call(ctx, transport, req)
	if err != nil {
		return Keys{}, err
	}
	a, err := parseAnswer(text)
	if err != nil {
		return Keys{}, fmt.Errorf("%w: %q: %w", ErrNone, req.URL.Host, err)
	}
	if a.Code != "" && a.Code != "Success" {
		return Keys{}, &RefusalError{Host: req.URL.Host, Status: http.StatusOK, Code: shorten(a.Code), RequestID: shorten(a.RequestID)}
	}
	return a.keys()
}
