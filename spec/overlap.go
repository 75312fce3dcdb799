package spec

import (
	"fmt"
	"net/url"
	"strings"
)

// checkOverlaps reports mappings that would undo each other's work. For each
// mapping only the first conflict of a kind is told.
func (d *decoder) checkOverlaps(mappings []mappingDraft, stores []storeDraft) {
	services := make(map[string]string, len(stores))
	for _, s := range stores {
		services[s.Name] = service(s.Store)
	}
	for i := range mappings {
		m := &mappings[i]
		if earlier := firstOf(mappings[:i], func(o *mappingDraft) bool {
			return services[m.Store] != "" && services[m.Store] == services[o.Store] && prefixesMeet(m, o)
		}); earlier != nil {
			d.report(m.places["to"], problem{
				fmt.Sprintf("overlap with %s of mapping %q in line %d", shorten(earlier.URL()), earlier.Name, earlier.places["to"].line),
				"an object belongs to one mapping only",
			})
		}
		if earlier := firstOf(mappings[:i], func(o *mappingDraft) bool { return rootsMeet(m, o) }); earlier != nil {
			d.report(m.places["local"], problem{
				fmt.Sprintf("overlap with the root of mapping %q in line %d, and one of them pulls", earlier.Name, earlier.places["local"].line),
				"keep them apart, or exclude the inner folder in the mapping of the outer one",
			})
		}
	}
}

func firstOf(mappings []mappingDraft, wanted func(*mappingDraft) bool) *mappingDraft {
	for i := range mappings {
		if wanted(&mappings[i]) {
			return &mappings[i]
		}
	}
	return nil
}

// service tells stores apart that are not the same place under two names. The
// names of buckets are unique in all of Alibaba Cloud, whatever the endpoint.
func service(s Store) string {
	const official = ".aliyuncs.com"
	if s.Embedded != "" {
		return s.Embedded
	}
	u, err := url.Parse(s.Endpoint)
	if s.Endpoint == "" || err == nil && strings.HasSuffix(u.Hostname(), official) {
		return official
	}
	return s.Endpoint
}

// prefixesMeet reports whether both mappings push, and one prefix is in the
// other or the same. Excludes do not part them: uploads that were never
// completed are looked for under the whole prefix.
func prefixesMeet(a, b *mappingDraft) bool {
	return a.Direction == Push && b.Direction == Push &&
		a.Bucket != "" && a.Bucket == b.Bucket &&
		(strings.HasPrefix(a.Prefix, b.Prefix) || strings.HasPrefix(b.Prefix, a.Prefix))
}

// rootsMeet reports whether one of the mappings pulls, and the root of one is
// in a part of the other's root that the other looks at.
func rootsMeet(a, b *mappingDraft) bool {
	if a.Root == "" || b.Root == "" || a.Direction == Push && b.Direction == Push {
		return false
	}
	return a.sees(b.Root) || b.sees(a.Root)
}

// sees reports whether the mapping looks at the folder or below it.
func (m *mappingDraft) sees(folder string) bool {
	path, inside := below(folder, m.Root)
	return inside && m.MatchDir(path)
}

// checkEmbedded reports mappings that would read or write the files in which
// an embedded store keeps its objects.
func (d *decoder) checkEmbedded(mappings []mappingDraft, stores []storeDraft) {
	for i := range mappings {
		m := &mappings[i]
		if m.Root == "" {
			continue
		}
		for _, s := range stores {
			if s.Embedded == "" {
				continue
			}
			_, inside := below(m.Root, s.Embedded)
			if inside || m.sees(s.Embedded) {
				d.report(m.places["local"], problem{
					fmt.Sprintf("overlap with the folder of store %q in line %d", s.Name, s.places["embedded"].line),
					"keep the store below " + reserved + "/, or exclude its folder",
				})
			}
		}
	}
}
