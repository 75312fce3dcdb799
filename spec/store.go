package spec

import (
	"net/url"
	"slices"
	"strings"
)

// finishStore checks what concerns several fields of a store.
func (d *decoder) finishStore(s *storeDraft, at place) {
	if _, embedded := s.places["embedded"]; embedded {
		d.finishEmbedded(s)
		return
	}
	if _, found := s.places["region"]; !found {
		d.report(at.child("region"), problem{"missing", "such as cn-hangzhou; or the folder of a store of your own as embedded"})
	}
	if s.CAFile != "" {
		s.CAFile = resolve(d.dir, s.CAFile)
	}
	d.finishEndpoint(s)
}

// finishEmbedded takes nothing but the folder.
func (d *decoder) finishEmbedded(s *storeDraft) {
	for _, name := range names(storeFields) {
		if other, found := s.places[name]; found && name != "embedded" {
			d.report(other, problem{"no use for an embedded store", "take it out, or take embedded out"})
		}
	}
	s.Credentials = Credentials{}
	if s.Embedded != "" {
		s.Embedded = resolve(d.dir, s.Embedded)
	}
}

// finishEndpoint wants one way of finding the endpoint, and one that fits the region.
func (d *decoder) finishEndpoint(s *storeDraft) {
	var chosen []string
	for _, kind := range []struct {
		name string
		set  bool
	}{{"endpoint", s.Endpoint != ""}, {"internal", s.Internal}, {"accelerate", s.Accelerate}, {"dualStack", s.DualStack}} {
		if kind.set {
			chosen = append(chosen, kind.name)
		}
	}
	if len(chosen) > 1 {
		d.report(s.places[chosen[1]], problem{"a second endpoint besides " + chosen[0], "one of endpoint, internal, accelerate and dualStack"})
		return
	}
	if s.CName && s.Endpoint == "" {
		d.report(s.places["cname"], problem{"cname without an endpoint", "name the domain of the bucket as endpoint"})
	}
	if other := regionOf(s.Endpoint); other != "" && s.Region != "" && other != s.Region {
		d.report(s.places["endpoint"], problem{"endpoint of region " + quote(other), "the region of the store is " + s.Region})
	}
}

// regionOf returns the region that an endpoint of Alibaba Cloud names, "" for others
// and for those of no region.
func regionOf(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return ""
	}
	host := strings.ToLower(u.Hostname())
	if region, ok := strings.CutSuffix(host, ".oss.aliyuncs.com"); ok && !strings.Contains(region, ".") {
		return region
	}
	name, ok := strings.CutSuffix(host, ".aliyuncs.com")
	region, found := strings.CutPrefix(name, "oss-")
	region = strings.TrimSuffix(region, "-internal")
	if !ok || !found || strings.Contains(region, ".") || slices.Contains([]string{"accelerate", "accelerate-overseas"}, region) {
		return ""
	}
	return region
}
