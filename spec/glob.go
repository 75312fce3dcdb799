package spec

import (
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

const (
	maxPatternBytes        = 1024
	maxPatternComponents   = 60 // the states of an alternative fit into the bits of a uint64
	maxPatternAlternatives = 64 // what the braces of one pattern may multiply to

	anyDirs = "**" // the component that stands for any number of directories
	anyName = "*"
)

// glob is one compiled pattern: it matches what one of its alternatives, the
// pattern without braces, matches.
//
// A pattern is compiled into components here, and doublestar compares single
// components only: its own Match takes exponential time on some patterns with
// braces, and it cannot tell whether anything below a directory could match.
type glob []alternative

// alternative is a run of components, walked as a nondeterministic automaton:
// state i means that the components before i are matched, and the last state,
// len(components), means that all are.
type alternative struct {
	components []string // anyDirs, or a pattern for one path component
	dirOnly    bool     // the pattern ends in "/": it matches directories, so paths below them
}

// compileGlob compiles a pattern, or returns what is wrong with it.
func compileGlob(pattern string) (glob, problem) {
	switch {
	case pattern == "":
		return nil, problem{"empty pattern", ""}
	case len(pattern) > maxPatternBytes:
		return nil, problem{"pattern of more than 1,024 bytes", "split it into several"}
	case strings.HasPrefix(pattern, "!"):
		return nil, problem{"negated pattern", `there is no negation; write \! for a name that begins with "!"`}
	case !doublestar.ValidatePattern(pattern):
		return nil, problem{"malformed pattern", `a "[", "{" or final "\" has no partner; write "\[" for the character itself`}
	}
	expanded, ok := expandBraces(pattern)
	if !ok {
		return nil, problem{"pattern of more than 64 alternatives", "use fewer braces, or split it into several"}
	}
	anchored := strings.Contains(strings.TrimSuffix(pattern, "/"), "/")
	compiled := make(glob, 0, len(expanded))
	for _, text := range expanded {
		one, wrong := compileAlternative(text, anchored)
		if wrong.what != "" {
			return nil, wrong
		}
		compiled = append(compiled, one)
	}
	return compiled, problem{}
}

// compileAlternative compiles a pattern without braces. One that is not
// anchored matches at any depth.
func compileAlternative(text string, anchored bool) (alternative, problem) {
	var a alternative
	text = strings.TrimPrefix(text, "/")
	text, a.dirOnly = strings.CutSuffix(text, "/")
	if !anchored {
		a.components = append(a.components, anyDirs)
	}
	for _, component := range splitComponents(text) {
		if wrong := checkComponent(component); wrong.what != "" {
			return alternative{}, wrong
		}
		if n := len(a.components); component == anyDirs && n > 0 && a.components[n-1] == anyDirs {
			continue
		}
		a.components = append(a.components, component)
	}
	if a.components[len(a.components)-1] == anyDirs {
		// "x/**" is everything in x, but not x itself.
		a.components = append(a.components, anyName)
	}
	if len(a.components) > maxPatternComponents {
		return alternative{}, problem{"pattern of more than 60 path components", ""}
	}
	return a, problem{}
}

// splitComponents splits at slashes; one inside a character class is no
// separator, so that checkComponent sees and refuses it.
func splitComponents(text string) []string {
	var components []string
	start := 0
	for i := 0; i < len(text); i += tokenLen(text[i:]) {
		if text[i] == '/' {
			components = append(components, text[start:i])
			start = i + 1
		}
	}
	return append(components, text[start:])
}

func checkComponent(component string) problem {
	switch {
	case component == "":
		return problem{"empty path component in a pattern", "one slash between two names"}
	case component == "." || component == "..":
		return problem{`"." or ".." in a pattern`, "patterns are relative to the root of the mapping"}
	case component != anyDirs && hasDoubleStar(component):
		return problem{`"**" next to other characters`, `"**" is a path component of its own; within a name write "*"`}
	case strings.Contains(component, "/"):
		return problem{`"/" in a character class or after "\"`, "a slash separates path components and nothing else"}
	}
	return problem{}
}

func hasDoubleStar(component string) bool {
	for i := 0; i < len(component); i += tokenLen(component[i:]) {
		if strings.HasPrefix(component[i:], anyDirs) {
			return true
		}
	}
	return false
}

// tokenLen returns the length of the first token of a well-formed pattern: an
// escaped byte, a whole character class, or one byte. It is at least 1.
func tokenLen(text string) int {
	switch text[0] {
	case '\\':
		return min(2, len(text))
	case '[':
		for i := 1; i < len(text); i++ {
			switch text[i] {
			case '\\':
				i++
			case ']':
				return i + 1
			}
		}
	}
	return 1
}

// matches reports whether the path, or a directory above it, matches.
func (g glob) matches(path string) bool {
	for _, a := range g {
		if a.matches(path) {
			return true
		}
	}
	return false
}

// below tells what the pattern matches below the directory dir ("" = the
// root): possibly something, and surely everything.
func (g glob) below(dir string) (some, all bool) {
	for _, a := range g {
		someOfIt, allOfIt := a.below(dir)
		some, all = some || someOfIt, all || allOfIt
	}
	return some, all
}

func (a alternative) matches(path string) bool {
	states := a.start()
	for more := true; more && states != 0; {
		var component string
		component, path, more = strings.Cut(path, "/")
		states = a.step(states, component)
		if a.done(states) && (more || !a.dirOnly) {
			return true
		}
	}
	return false
}

func (a alternative) below(dir string) (some, all bool) {
	states := a.start()
	for more := dir != ""; more && states != 0; {
		var component string
		component, dir, more = strings.Cut(dir, "/")
		states = a.step(states, component)
		if a.done(states) {
			return true, true
		}
	}
	last := len(a.components) - 1
	open := last > 0 && a.components[last-1] == anyDirs && a.components[last] == anyName
	return states != 0, open && !a.dirOnly && states&(1<<(last-1)) != 0
}

func (a alternative) start() uint64 { return a.skipAnyDirs(1) }

func (a alternative) done(states uint64) bool { return states&(1<<len(a.components)) != 0 }

// step returns the states after one more path component.
func (a alternative) step(states uint64, component string) uint64 {
	var next uint64
	for i, pattern := range a.components {
		switch {
		case states&(1<<i) == 0:
		case pattern == anyDirs:
			next |= 1 << i
		case pattern == anyName || doublestar.MatchUnvalidated(pattern, component):
			next |= 1 << (i + 1)
		}
	}
	return a.skipAnyDirs(next)
}

// skipAnyDirs adds the states that are reached by letting "**" match nothing.
func (a alternative) skipAnyDirs(states uint64) uint64 {
	for i, pattern := range a.components {
		if states&(1<<i) != 0 && pattern == anyDirs {
			states |= 1 << (i + 1)
		}
	}
	return states
}
