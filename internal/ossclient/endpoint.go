package ossclient

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/osssync/osssync/spec"
)

// ErrUntrustedEndpoint says that a store names a host that is neither Alibaba
// Cloud's, nor this machine, nor listed in OSSSYNC_TRUSTED_ENDPOINTS. A spec may
// come from somebody who should not get signed requests and session tokens, so
// the word of the spec alone is not enough.
var ErrUntrustedEndpoint = errors.New("endpoint is not trusted with credentials")

const (
	// trustVariable lists further hosts, separated by commas. It lives in the
	// environment because that is out of reach of whoever edits a spec.
	trustVariable = "OSSSYNC_TRUSTED_ENDPOINTS"

	// vendorDomain holds the endpoints of all regions.
	vendorDomain = "aliyuncs.com"

	// Where requests to an embedded store pretend to go: an IP address, for
	// which the SDK uses path style, and the region such a store signs for
	// unless the spec says otherwise.
	embeddedEndpoint = "http://127.0.0.1"
	embeddedRegion   = "cn-hangzhou"
)

// endpoint is where the requests of a store go.
type endpoint struct {
	url       string // scheme and host
	host      string // without port
	region    string
	pathStyle bool // the bucket is in the path, not in the host name
}

// EndpointOf returns the address that Open would send requests of a store to, as
// "https://host[:port]". Embedded stores have none, which is an error.
func EndpointOf(store spec.Store) (string, error) {
	e, err := resolve(store, Options{})
	return e.url, err
}

// resolve finds the endpoint of store and refuses plain HTTP to other machines.
func resolve(store spec.Store, opts Options) (endpoint, error) {
	if store.Embedded != "" {
		if opts.DialContext == nil || opts.Credentials == nil {
			return endpoint{}, errors.New("embedded store without a dialer and credentials")
		}
		region := store.Region
		if region == "" {
			region = embeddedRegion
		}
		return endpoint{url: embeddedEndpoint, host: "127.0.0.1", region: region, pathStyle: true}, nil
	}
	if store.Region == "" {
		return endpoint{}, errors.New("no region: signatures need one")
	}
	address := store.Endpoint
	if address == "" {
		address = "https://" + vendorHost(store)
	}
	u, err := url.Parse(address)
	if err != nil {
		return endpoint{}, fmt.Errorf("endpoint %q: not a URL", address)
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return endpoint{}, fmt.Errorf("endpoint of host %q: want https://host[:port]", u.Hostname())
	}
	e := endpoint{url: u.Scheme + "://" + u.Host, host: strings.ToLower(u.Hostname()), region: store.Region}
	if u.Scheme == "http" && !e.loopback() {
		return endpoint{}, fmt.Errorf("endpoint %q: plain http is for this machine only; use https", e.url)
	}
	e.pathStyle = !store.CName && (net.ParseIP(e.host) != nil || e.loopback())
	return e, nil
}

// vendorHost returns the host of the store's region, or the one of no region that
// accelerates transfers.
func vendorHost(store spec.Store) string {
	switch {
	case store.Internal:
		return "oss-" + store.Region + "-internal." + vendorDomain
	case store.Accelerate:
		return "oss-accelerate." + vendorDomain
	case store.DualStack:
		return store.Region + ".oss." + vendorDomain
	}
	return "oss-" + store.Region + "." + vendorDomain
}

// loopback reports whether e is on this machine, by name.
func (e endpoint) loopback() bool {
	ip := net.ParseIP(e.host)
	return e.host == "localhost" || strings.HasSuffix(e.host, ".localhost") || ip != nil && ip.IsLoopback()
}

// official reports whether the host is one of OSS itself: below the vendor's domain
// also hosts of its customers answer, as those of other services do.
func (e endpoint) official() bool {
	rest, ok := strings.CutSuffix(e.host, "."+vendorDomain)
	label := rest[strings.LastIndexByte(rest, '.')+1:]
	return ok && (label == "oss" || strings.HasPrefix(label, "oss-") || strings.HasPrefix(label, "vpc100-oss-"))
}

// admit refuses to send credentials to a host that nobody but the spec vouches
// for.
func (e endpoint) admit(getenv func(string) string) error {
	if e.loopback() || e.official() {
		return nil
	}
	for host := range strings.SplitSeq(getenv(trustVariable), ",") {
		if strings.EqualFold(strings.TrimSpace(host), e.host) {
			return nil
		}
	}
	return fmt.Errorf("%w: %q is no address of OSS below %s; to trust it, add it to %s", ErrUntrustedEndpoint, e.host, vendorDomain, trustVariable)
}
