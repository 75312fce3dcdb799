package ossserver

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// target is what the path and the Host header of a request name. An empty
// bucket means the service itself, an empty key the bucket itself, an empty
// version the current one.
type target struct{ bucket, key, version string }

func (t target) level() level {
	switch {
	case t.bucket == "":
		return serviceLevel
	case t.key == "":
		return bucketLevel
	default:
		return objectLevel
	}
}

// parseTarget splits the path as it came over the wire. It must not be cleaned
// or decoded before it is split: "a/../b", "a//b" and a trailing slash are
// ordinary keys, and "%2F" is a slash of the key.
func parseTarget(rawPath, host, endpoint string) (target, error) {
	bucket := bucketOfHost(host, endpoint)
	rest := strings.TrimPrefix(rawPath, "/")
	if bucket == "" {
		bucket, rest, _ = strings.Cut(rest, "/")
	}
	b, err := url.PathUnescape(bucket)
	if err != nil {
		return target{}, newError(http.StatusBadRequest, "InvalidURI", "Couldn't parse the specified URI.")
	}
	key, err := url.PathUnescape(rest)
	if err != nil || b == "" && key != "" {
		return target{}, newError(http.StatusBadRequest, "InvalidURI", "Couldn't parse the specified URI.")
	}
	return target{bucket: b, key: key}, nil
}

// rawPath returns the path of a request exactly as it was sent.
func rawPath(r *http.Request) string {
	if path, _, _ := strings.Cut(r.RequestURI, "?"); strings.HasPrefix(path, "/") {
		return path
	}
	return r.URL.EscapedPath() // absolute-form request target
}

// bucketOfHost returns the bucket that a Host header names in the
// virtual-hosted style, or "" when the path has to name it. Only subdomains of the
// server's own endpoint, of localhost and of endpoints of OSS regions name one:
// any other host, dots or not, is just a name of this machine.
func bucketOfHost(host, endpoint string) string {
	host, endpoint = hostname(host), hostname(endpoint)
	if endpoint != "" {
		if host == endpoint {
			return ""
		}
		if bucket, ok := strings.CutSuffix(host, "."+endpoint); ok {
			return bucket
		}
	}
	bucket, rest, ok := strings.Cut(host, ".")
	if ok && (rest == "localhost" || strings.HasPrefix(rest, "oss-") && strings.HasSuffix(rest, ".aliyuncs.com")) {
		return bucket
	}
	return ""
}

// hostname strips scheme and port and folds case.
func hostname(hostport string) string {
	if _, after, ok := strings.Cut(hostport, "://"); ok {
		hostport = after
	}
	hostport = strings.TrimSuffix(hostport, "/")
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		hostport = host
	}
	return strings.ToLower(hostport)
}
