package spec

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// scalar is one form of a single value.
type scalar[V any] struct {
	kind   string   // with its article: "a size"
	limits string   // which values there are
	tags   []string // what YAML may take the value for; all else is refused
	hint   string   // what to do about all else
	schema schema   // how the JSON Schema says it
	parse  func(text string) (V, problem)
}

// decodeScalar decodes v into *into and reports whether it could.
func decodeScalar[V any](d *decoder, v value, s scalar[V], into *V) bool {
	if !d.is(v, yaml.ScalarNode, s.kind) {
		return false
	}
	if !slices.Contains(s.tags, v.node.ShortTag()) {
		d.report(v.at, problem{nounOf(v.node) + " instead of " + s.kind, s.hint})
		return false
	}
	parsed, wrong := s.parse(v.node.Value)
	if wrong.what == "" && s.hint == inQuotes && v.node.Style == 0 && isOldBoolean(v.node.Value) {
		wrong = problem{fmt.Sprintf("%q, which YAML 1.1 reads as true or false", v.node.Value), inQuotes}
	}
	if wrong.what != "" {
		d.report(v.at, wrong)
		return false
	}
	*into = parsed
	return true
}

const inQuotes = "write it in quotes"

// isOldBoolean reports whether YAML 1.1 takes a plain word for a boolean that
// YAML 1.2 takes for text.
func isOldBoolean(word string) bool {
	switch strings.ToLower(word) {
	case "y", "yes", "n", "no", "on", "off":
		return true
	}
	return false
}

// text is any scalar that YAML takes for text. What looks like a number, a date
// or a boolean has to stand in quotes, so that no tool reads another value.
func text[V any](kind, limits string, parse func(string) (V, problem)) scalar[V] {
	return scalar[V]{
		kind: kind, limits: limits, tags: []string{"!!str"}, hint: inQuotes, parse: parse,
		schema: schema{Type: "string"},
	}
}

// like returns the text with a pattern that the JSON Schema has for it.
func (s scalar[V]) like(pattern string) scalar[V] {
	s.schema.Pattern = pattern
	return s
}

// choice is one of a few words.
func choice[V any](words []string, values []V) scalar[V] {
	limits := strings.Join(words, ", ")
	return scalar[V]{
		kind: "a word", limits: limits, tags: []string{"!!str"}, hint: "one of " + limits,
		schema: schema{Type: "string", Enum: words},
		parse: func(word string) (V, problem) {
			if i := slices.Index(words, word); i >= 0 {
				return values[i], problem{}
			}
			var none V
			return none, problem{"unknown word " + quote(word), oneOf(word, words)}
		},
	}
}

// integer is a decimal number without sign, leading zero, or quotes.
func integer(least, most int) scalar[int] {
	limits := fmt.Sprintf("%d to %d", least, most)
	if least == most {
		limits = fmt.Sprint(least)
	}
	return scalar[int]{
		kind: "a whole number", limits: limits, tags: []string{"!!int"}, hint: limits + ", without quotes",
		schema: schema{Type: "integer", Minimum: new(int64(least)), Maximum: new(int64(most))},
		parse: func(text string) (int, problem) {
			switch n, ok := parseDecimal(text); {
			case !ok:
				return 0, problem{quote(text) + " is not a whole number of plain digits", limits}
			case n < int64(least) || n > int64(most):
				return 0, problem{quote(text) + " is out of range", limits}
			default:
				return int(n), problem{}
			}
		},
	}
}

// size is a number of bytes, with or without a unit. With orZero, 0 is allowed
// as well.
func size(least, most int64, orZero bool) scalar[int64] {
	s := quantity("a size", "10MiB", sizeUnits, parseSize, formatSize, least, most, orZero)
	s.schema = schema{Type: []string{"string", "integer"}, Pattern: sizePattern(), Minimum: &least, Maximum: &most}
	if orZero {
		s.schema.Minimum = new(int64(0))
	}
	return s
}

// duration is a length of time with units, or 0.
func duration(least, most time.Duration) scalar[time.Duration] {
	s := quantity("a duration", "7d", timeUnits, parseDuration, formatDuration, least, most, true)
	s.schema = schema{
		Type: []string{"string", "integer"}, Pattern: "^(0|" + durationPattern() + ")$", MinLength: 1,
		Minimum: new(int64(0)), Maximum: new(int64(0)), // a number without a unit is 0
	}
	return s
}

// period is a length of time with units that is never 0.
func period(least, most time.Duration) scalar[time.Duration] {
	s := quantity("a duration", "10m", timeUnits, parseDuration, formatDuration, least, most, false)
	s.schema = schema{Type: "string", Pattern: "^" + durationPattern() + "$", MinLength: 1}
	return s
}

// boolean is one of the two words that every version of YAML reads alike.
func boolean() scalar[bool] {
	return scalar[bool]{
		kind: "true or false", tags: []string{"!!bool"}, hint: "write true or false",
		schema: schema{Type: "boolean"},
		parse: func(word string) (bool, problem) {
			if word != "true" && word != "false" {
				return false, problem{quote(word) + " is neither true nor false", "write true or false, in lower case"}
			}
			return word == "true", problem{}
		},
	}
}

func quantity[V ~int64](
	kind, example string, units []unit,
	parse func(string) (V, bool), format func(V) string,
	least, most V, orZero bool,
) scalar[V] {
	limits := format(least) + " to " + format(most)
	if orZero {
		limits = "0, or " + limits
	}
	form := "such as " + example + "; units are " + unitNames(units)
	return scalar[V]{
		kind: kind, limits: limits, tags: []string{"!!int", "!!str"}, hint: form,
		parse: func(text string) (V, problem) {
			switch n, ok := parse(text); {
			case !ok:
				return 0, problem{quote(text) + " is not " + kind, form}
			case n == 0 && orZero:
				return 0, problem{}
			case n < least || n > most:
				return 0, problem{quote(text) + " is out of range", limits}
			default:
				return n, problem{}
			}
		},
	}
}
