package spec

import "fmt"

// field is one row of the language: a name, what may stand there, and how it
// gets into a T. Decoding, suggestions, messages, the JSON Schema and the check
// of the documentation all read the same rows.
type field[T any] struct {
	name     string
	kind     string // what the value is, with its article: "a size"
	limits   string // which values there are: "100KiB to 5GiB"
	fallback string // the value of an absent field, as one would write it; "" = none
	presence presence
	schema   func() *schema // of the value, without words
	decode   func(d *decoder, v value, into *T)
}

// presence tells whether a field may stand in a spec, or must.
type presence int

const (
	optional presence = iota
	required
)

// must returns the field as a required one.
func (f field[T]) must() field[T] {
	f.presence = required
	return f
}

// form tells what the field holds, in words.
func (f field[T]) form() string {
	if f.limits == "" {
		return f.kind
	}
	return f.kind + ": " + f.limits
}

// names returns the names of the fields in their order.
func names[T any](fields []field[T]) []string {
	var list []string
	for _, f := range fields {
		list = append(list, f.name)
	}
	return list
}

// record decodes a mapping with the given fields into a T and returns the
// places of the values that are there. An absent record takes every fallback.
// ok is false when v is no mapping.
func record[T any](d *decoder, v value, fields []field[T], into *T) (places map[string]place, ok bool) {
	places = map[string]place{}
	present := map[string]value{}
	if v.node != nil {
		list, ok := d.entries(v)
		if !ok {
			return nil, false
		}
		for _, e := range list {
			present[e.key] = e.value
			places[e.key] = e.value.at
			if !hasField(fields, e.key) {
				d.unknownField(e, names(fields))
			}
		}
	}
	for _, f := range fields {
		child, found := present[f.name]
		if !found {
			child.at = v.at.child(f.name)
		}
		switch {
		case f.presence == required && !found:
			d.report(child.at, problem{"missing", "it holds " + f.form()})
		default:
			f.decode(d, child, into)
		}
	}
	return places, true
}

func hasField[T any](fields []field[T], name string) bool {
	for _, f := range fields {
		if f.name == name {
			return true
		}
	}
	return false
}

// scalarField is a field that holds one scalar, which goes where target points.
func scalarField[T, V any](name string, s scalar[V], fallback string, target func(*T) *V) field[T] {
	return field[T]{
		name: name, kind: s.kind, limits: s.limits, fallback: fallback,
		schema: func() *schema { return &s.schema },
		decode: func(d *decoder, v value, into *T) {
			switch {
			case v.node != nil:
				decodeScalar(d, v, s, target(into))
			case fallback != "":
				decodeScalar(d, v.standIn(fallback), s, target(into))
			}
		},
	}
}

// listField is a field that holds a list of least to most scalars. The
// fallback is the only item of the list that an absent field stands for.
func listField[T, V any](name string, s scalar[V], fallback string, least, most int, target func(*T) *[]V) field[T] {
	f := field[T]{name: name, kind: "a list", limits: fmt.Sprintf("%d to %d, each %s", least, most, s.kind)}
	if fallback != "" {
		f.fallback = `["` + fallback + `"]`
	}
	f.schema = func() *schema {
		return &schema{Type: "array", MinItems: least, MaxItems: most, Items: &s.schema}
	}
	f.decode = func(d *decoder, v value, into *T) {
		var items []value
		switch {
		case v.node != nil:
			items = d.items(v, least, most)
		case fallback != "":
			items = []value{v.standIn(fallback)}
		}
		list := target(into)
		for _, item := range items {
			var one V
			if decodeScalar(d, item, s, &one) {
				*list = append(*list, one)
			}
		}
	}
	return f
}

// recordField is a field that holds a mapping with fields of its own.
func recordField[T, V any](name string, fields []field[V], target func(*T) *V) field[T] {
	return field[T]{
		name: name, kind: "a mapping", limits: "the fields of " + name,
		schema: func() *schema { return recordSchema(name, fields) },
		decode: func(d *decoder, v value, into *T) { record(d, v, fields, target(into)) },
	}
}
