package spec

import "strings"

// reserved is the name of the folder that osssync keeps for itself: nothing
// at or below a component of this name is ever part of a mapping.
const reserved = ".osssync"

// rules are the compiled patterns of a mapping.
type rules struct {
	include, exclude, allow, order, headers []glob
	broken                                  bool // a pattern did not compile
}

// compileRules compiles the patterns of m.
func compileRules(m *Mapping) *rules {
	var r rules
	compile := func(patterns []string) []glob {
		globs := make([]glob, len(patterns))
		for i, pattern := range patterns {
			compiled, wrong := compileGlob(pattern)
			r.broken = r.broken || wrong.what != ""
			globs[i] = compiled
		}
		return globs
	}
	include := m.Include
	if len(include) == 0 {
		include = []string{anyDirs}
	}
	r.include = compile(include)
	r.exclude = compile(m.Exclude)
	r.allow = compile(m.Allow)
	r.order = compile(m.Order)
	matches := make([]string, len(m.Headers))
	for i, rule := range m.Headers {
		matches[i] = rule.Match
	}
	r.headers = compile(matches)
	return &r
}

// size is the number of alternatives of all patterns.
func (r *rules) size() int {
	n := 0
	for _, globs := range [][]glob{r.include, r.exclude, r.allow, r.order, r.headers} {
		for _, g := range globs {
			n += len(g)
		}
	}
	return n
}

// compiled returns the patterns that Parse compiled, or compiles them now.
func (m *Mapping) compiled() *rules {
	if m.rules != nil {
		return m.rules
	}
	return compileRules(m)
}

// Match reports whether path is the mapping's business: a pattern of Include
// matches it and none of Exclude does. A pattern that matches a directory
// matches everything below it. path is relative to the root or the prefix and
// separated by slashes. A path with a component named ".osssync" never matches.
func (m *Mapping) Match(path string) bool {
	if path == "" || isReserved(path) {
		return false
	}
	r := m.compiled()
	return !r.broken && matchesAny(r.include, path) && !matchesAny(r.exclude, path)
}

// MatchDir reports whether Match could be true for anything below the
// directory dir, which is written without a trailing slash; "" is the root.
// False is certain, so that a walk may skip the directory; true is not.
func (m *Mapping) MatchDir(dir string) bool {
	if isReserved(dir) {
		return false
	}
	r := m.compiled()
	if r.broken {
		return false
	}
	for _, g := range r.exclude {
		if _, all := g.below(dir); all {
			return false
		}
	}
	for _, g := range r.include {
		if some, _ := g.below(dir); some {
			return true
		}
	}
	return false
}

// Allows reports whether a pattern of Allow matches path: the mapping then moves
// it although its name is one of those that are passed over for what they may do
// or give away. It adds nothing to what Match says.
func (m *Mapping) Allows(path string) bool {
	r := m.compiled()
	return !r.broken && matchesAny(r.allow, path)
}

// AllowsBelow reports whether Allows could be true for the directory dir or for
// anything below it. dir is written without a trailing slash; "" is the root. False
// is certain; true is not.
func (m *Mapping) AllowsBelow(dir string) bool {
	r := m.compiled()
	if r.broken {
		return false
	}
	for _, g := range r.allow {
		if some, _ := g.below(dir); some {
			return true
		}
	}
	return false
}

// Phase returns the phase in which path is transferred, from 0 to Phases()-1:
// the index of the last pattern of Order that matches path, 0 when none does.
// A phase starts when the one before has ended well.
func (m *Mapping) Phase(path string) int {
	order := m.compiled().order
	for i := len(order) - 1; i > 0; i-- {
		if order[i].matches(path) {
			return i
		}
	}
	return 0
}

// Phases returns the number of phases, at least 1.
func (m *Mapping) Phases() int { return max(1, len(m.Order)) }

// HeadersFor returns the headers to send with an upload of path: those of all
// matching rules, where later rules replace earlier ones, and a Content-Type by
// the extension of path when no rule sets one. Names are canonical: the usual
// spelling of HTTP for its own headers, lower case for those of OSS. The map
// is the caller's.
func (m *Mapping) HeadersFor(path string) map[string]string {
	headers := map[string]string{contentType: contentTypeFor(path)}
	for i, g := range m.compiled().headers {
		if !g.matches(path) {
			continue
		}
		for name, value := range m.Headers[i].Set {
			headers[name] = value
		}
	}
	return headers
}

func matchesAny(globs []glob, path string) bool {
	for _, g := range globs {
		if g.matches(path) {
			return true
		}
	}
	return false
}

// isReserved reports whether a component of path is the reserved name.
func isReserved(path string) bool {
	if !strings.Contains(path, reserved) {
		return false
	}
	for component := range strings.SplitSeq(path, "/") {
		if component == reserved {
			return true
		}
	}
	return false
}
