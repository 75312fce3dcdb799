package spec

import (
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

var (
	regionName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	hostName   = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$`)
)

const maxRegionBytes = 63

func parseRegion(region string) (string, problem) {
	if short, found := strings.CutPrefix(region, "oss-"); found {
		return "", problem{"region " + quote(region), "regions are written without oss-: " + shorten(short)}
	}
	if len(region) > maxRegionBytes || !regionName.MatchString(region) {
		return "", problem{"region " + quote(region), "such as cn-hangzhou"}
	}
	return region, problem{}
}

// parseEndpoint checks the address of a service. It never quotes it: people
// put keys into addresses.
func parseEndpoint(endpoint string) (string, problem) {
	const form = "write https://host or https://host:port"
	if !strings.Contains(endpoint, "://") {
		return "", problem{"endpoint without a scheme", "put https:// before it"}
	}
	u, err := url.Parse(endpoint)
	if err != nil {
		return "", problem{"malformed endpoint", form}
	}
	switch {
	case u.User != nil:
		return "", problem{"endpoint with a user name or password", "keys never stand in a spec; credentials names where they come from"}
	case u.Path != "" || u.RawQuery != "" || u.ForceQuery || strings.Contains(endpoint, "#"):
		return "", problem{"endpoint with more than a host and a port", form}
	case u.Scheme != "https" && u.Scheme != "http":
		return "", problem{"endpoint that is neither https nor http", form}
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return "", problem{"unencrypted endpoint", "use https://; http:// is for localhost only"}
	case !isHost(u.Hostname()) || !isPort(u):
		return "", problem{"malformed endpoint", form}
	}
	return u.Scheme + "://" + strings.ToLower(u.Host), problem{}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

func isHost(host string) bool { return net.ParseIP(host) != nil || hostName.MatchString(host) }

func isPort(u *url.URL) bool {
	if strings.HasSuffix(u.Host, ":") {
		return false
	}
	if u.Port() == "" {
		return true
	}
	n, err := strconv.Atoi(u.Port())
	return err == nil && n >= 1 && n <= 65535
}
