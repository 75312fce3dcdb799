package spec

import (
	"fmt"
	"slices"
	"strings"
)

const (
	maxAlternatives  = 10_000  // of all patterns of a spec
	maxMetadataBytes = 8 << 10 // OSS: names and values of the user metadata of an object
)

func decodeStores(d *decoder, v value, into *file) {
	list, ok := d.entries(v)
	if !ok || !d.counts(v, "stores", len(list), 1, maxStores) {
		return
	}
	for _, e := range list {
		name, wrong := parseName(e.key)
		if wrong.what != "" {
			d.report(e.at, wrong)
		}
		store := storeDraft{Store: Store{Name: name}}
		if store.places, ok = record(d, e.value, storeFields, &store); ok {
			d.finishStore(&store, e.value.at)
		}
		into.stores = append(into.stores, store)
	}
}

func decodeMappings(d *decoder, v value, into *file) {
	first := map[string]int{}
	for _, item := range d.items(v, 1, maxMappings) {
		var m mappingDraft
		var ok bool
		if m.places, ok = record(d, item, mappingFields, &m); !ok {
			continue
		}
		if line, found := first[m.Name]; found {
			d.report(m.places["name"], problem{"name " + quote(m.Name) + " for a second mapping", fmt.Sprintf("the first is in line %d", line)})
		} else if m.Name != "" {
			first[m.Name] = m.places["name"].line
		}
		d.finishMapping(&m, item.at, into.stores)
		into.mappings = append(into.mappings, m)
	}
}

// finishMapping checks what concerns several fields of a mapping, and fills in
// what follows from them.
func (d *decoder) finishMapping(m *mappingDraft, at place, stores []storeDraft) {
	d.finishRemote(m, at)
	d.finishStoreOf(m, at, stores)
	if m.Local != "" {
		m.Root = resolve(d.dir, m.Local)
	}
	if m.Root != "" && m.Prune != PruneNever && isMachine(m.Root) {
		d.report(m.places["local"], problem{
			"root that holds a home folder or a whole file system, with prune: " + m.Prune.String(),
			"name a folder below it, or write prune: never",
		})
	}
	d.checkMetadata(m)
	if d.alternatives > maxAlternatives {
		return
	}
	m.rules = compileRules(&m.Mapping)
	for _, path := range m.Require {
		if !m.Match(path) {
			d.report(m.places["require"], problem{"file " + quote(path) + " that include and exclude leave out", "nobody would look for it"})
		}
	}
	if d.alternatives += m.rules.size(); d.alternatives > maxAlternatives {
		d.report(at, problem{"more than 10,000 alternatives in the patterns of the spec", "use fewer patterns, or fewer braces in them"})
	}
}

// finishRemote settles the direction.
func (d *decoder) finishRemote(m *mappingDraft, at place) {
	to, push := m.places["to"]
	from, pull := m.places["from"]
	url := m.to
	switch {
	case push && pull:
		later := to
		if from.line > to.line || from.line == to.line && from.column > to.column {
			later = from
		}
		d.report(later, problem{"both to and from", "to pushes, from pulls; write two mappings for both"})
	case pull:
		m.Direction, url = Pull, m.from
		for _, name := range []string{"headers", "symlinks", "uploads"} {
			if place, found := m.places[name]; found {
				d.report(place, problem{"no use for a mapping that pulls", "take it out"})
			}
		}
	case !push:
		d.report(at, problem{"neither to nor from", "to: oss://bucket/prefix/ pushes, from: oss://bucket/prefix/ pulls"})
	}
	m.Bucket, m.Prefix = url.bucket, url.prefix
}

// finishStoreOf settles the store of a mapping.
func (d *decoder) finishStoreOf(m *mappingDraft, at place, stores []storeDraft) {
	var names []string
	for _, s := range stores {
		if s.Name != "" {
			names = append(names, s.Name)
		}
	}
	written, found := m.places["store"]
	switch {
	case len(names) == 0: // told already
	case !found && len(stores) == 1:
		m.Store = names[0]
	case !found:
		slices.Sort(names)
		d.report(at.child("store"), problem{"missing", "there is more than one: " + strings.Join(names, ", ")})
	case m.Store != "" && !slices.Contains(names, m.Store):
		d.report(written, problem{"unknown store " + quote(m.Store), oneOf(m.Store, names)})
	}
}

// checkMetadata reports user metadata that OSS would refuse. The rules of a
// mapping are counted together, as if one object matched all of them.
func (d *decoder) checkMetadata(m *mappingDraft) {
	longest := map[string]int{}
	for _, rule := range m.Headers {
		for name, text := range rule.Set {
			if strings.HasPrefix(name, metaPrefix) {
				longest[name] = max(longest[name], len(text))
			}
		}
	}
	total := 0
	for name, n := range longest {
		total += len(name) + n
	}
	if total > maxMetadataBytes {
		d.report(m.places["headers"], problem{fmt.Sprintf("%d bytes of %s headers", total, metaPrefix), "OSS takes at most 8,192 for an object"})
	}
}
