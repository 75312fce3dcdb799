package spec

import (
	"io/fs"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"
	"pgregory.net/rapid"
)

func TestGlobMatches(t *testing.T) {
	for _, row := range []struct {
		pattern string
		yes, no string // paths, separated by spaces
	}{
		{"**", "a a/b .a/b/c", ""},
		{"*", "a a/b", ""},
		{"*.map", "x.map a/b/x.map x.map/below", "x.mapp map a/map"},
		{"/*.map", "x.map x.map/below", "a/x.map"},
		{"a/*.map", "a/x.map a/x.map/b", "x.map b/a/x.map a/b/x.map"},
		{"**/*.map", "x.map a/b/x.map", "x.js"},
		{"a/**", "a/b a/b/c", "a b/a/c"},
		{"a/**/c", "a/c a/b/c a/b/b/c a/c/d", "a b/c"},
		{"**/a/**", "a/b x/a/b", "a x/a"},
		{"node_modules", "node_modules x/node_modules/y", "node_modules2/a"},
		{".git/", ".git/config sub/.git/HEAD", ".git sub/.git .gitignore"},
		{"build/out", "build/out build/out/x", "x/build/out build"},
		{"build/*/", "build/a/b build/a/b/c", "build/a build"},
		{"{a,b}.js", "a.js x/b.js", "c.js"},
		{"{a/x,b}", "a/x b", "c/a/x c/b"},
		{"{a,b{c,d}}", "a bc bd", "b c"},
		{"[a-c]?", "ax b1 x/cz", "dx a"},
		{"[^a-c]", "d x/z", "a"},
		{"[{,}]", "{ , }", "a"},
		{`\*\{`, "*{", "x{"},
		{`\!x`, "!x", "x"},
		{"ü*", "über a/ü", "u"},
		{"***", "", ""}, // refused, see TestGlobRefused
	} {
		g, wrong := compileGlob(row.pattern)
		if wrong.what != "" {
			if row.yes+row.no != "" {
				t.Errorf("%q: %v", row.pattern, wrong)
			}
			continue
		}
		for _, path := range strings.Fields(row.yes) {
			if !g.matches(path) {
				t.Errorf("%q does not match %q", row.pattern, path)
			}
		}
		for _, path := range strings.Fields(row.no) {
			if g.matches(path) {
				t.Errorf("%q matches %q", row.pattern, path)
			}
		}
	}
}

func TestGlobRefused(t *testing.T) {
	for pattern, what := range map[string]string{
		"":                              "empty pattern",
		strings.Repeat("a", 1025):       "1,024 bytes",
		strings.Repeat("a/", 60) + "b":  "60 path components",
		strings.Repeat("{a,b}", 7):      "64 alternatives",
		strings.Repeat("{a,b}", 170):    "64 alternatives",
		strings.Repeat("{", 500):        "malformed",
		"!a":                            "negated",
		"[":                             "malformed",
		"[]":                            "malformed",
		"{a":                            "malformed",
		"a}":                            "malformed",
		`a\`:                            "malformed",
		"a//b":                          "empty path component",
		"/":                             "empty path component",
		"//":                            "empty path component",
		"{,a}":                          "empty path component",
		"./a":                           `"." or ".."`,
		"a/..":                          `"." or ".."`,
		"{a,.}/b":                       `"." or ".."`,
		"a**":                           `"**" next to`,
		"***":                           `"**" next to`,
		"a[/]b":                         "character class",
		`a\/b`:                          "character class",
		strings.Repeat("{a,b,c,d}/", 4): "64 alternatives",
	} {
		if _, wrong := compileGlob(pattern); !strings.Contains(wrong.what, what) {
			t.Errorf("%.40q: problem %q, want one with %q", pattern, wrong.what, what)
		}
	}
	for _, pattern := range []string{
		strings.Repeat("a", 1024), strings.Repeat("a/", 59) + "b", strings.Repeat("{a,b}", 6), `\**`, "[**]",
	} {
		if _, wrong := compileGlob(pattern); wrong.what != "" {
			t.Errorf("%.40q: %v", pattern, wrong)
		}
	}
}

func TestGlobBelow(t *testing.T) {
	for _, row := range []struct {
		pattern, dir string
		some, all    bool
	}{
		{"**", "", true, true},
		{"*", "", true, true},
		{"a/**", "", true, false},
		{"a/**", "a", true, true},
		{"a/**", "a/b", true, true},
		{"a/**", "b", false, false},
		{"a/**/c", "a/b", true, false},
		{"a/b", "a", true, false},
		{"a/b", "a/b", true, true},
		{"a/b", "a/c", false, false},
		{"/x.js", "a", false, false},
		{"x.js", "a", true, false},
		{".git/", "sub/.git", true, true},
		{".git/", "sub", true, false},
		{"a/**/", "a", true, false},
		{"a/**/", "a/b", true, true},
		{"{a,b}/**", "b", true, true},
	} {
		g, wrong := compileGlob(row.pattern)
		if wrong.what != "" {
			t.Fatalf("%q: %v", row.pattern, wrong)
		}
		if some, all := g.below(row.dir); some != row.some || all != row.all {
			t.Errorf("%q below %q: some %v, all %v; want %v, %v", row.pattern, row.dir, some, all, row.some, row.all)
		}
	}
}

// drawPattern draws a well-formed pattern over few letters, so that matches
// are common.
func drawPattern(t *rapid.T) string {
	name := rapid.StringMatching(`[ab*?]{1,3}|\[ab\]|\[\^a\]|\{a,b\}|\{a,bb,\*a\}b?|\\a`)
	component := rapid.OneOf(name, rapid.Just("**"), rapid.SampledFrom([]string{"a", "b", "*"}))
	pattern := strings.Join(rapid.SliceOfN(component, 1, 4).Draw(t, "components"), "/")
	pattern = rapid.SampledFrom([]string{"", "", "/"}).Draw(t, "start") + pattern
	return pattern + rapid.SampledFrom([]string{"", "", "/"}).Draw(t, "end")
}

// drawPath draws a path of 1 to most components; an empty one when it is 0.
func drawPath(t *rapid.T, label string, most int) string {
	component := rapid.StringMatching(`[ab]{1,3}`)
	return strings.Join(rapid.SliceOfN(component, min(1, most), most).Draw(t, label), "/")
}

// slowMatch says in terms of doublestar what a pattern means.
func slowMatch(pattern, path string) bool {
	body, dirOnly := strings.CutSuffix(pattern, "/")
	if !strings.Contains(body, "/") {
		body = "**/" + body
	}
	body = strings.TrimPrefix(body, "/")
	if body == "**" || strings.HasSuffix(body, "/**") {
		body += "/*" // what is in a directory is not the directory
	}
	for i := 0; i <= len(path); i++ {
		whole := i == len(path)
		if (whole && !dirOnly || !whole && path[i] == '/') && doublestar.MatchUnvalidated(body, path[:i]) {
			return true
		}
	}
	return false
}

func TestGlobMatchesAsDoublestar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := drawPattern(t)
		g, wrong := compileGlob(pattern)
		if wrong.what != "" {
			t.Skip(wrong.what)
		}
		for range 8 {
			path := drawPath(t, "path", 5)
			if got, want := g.matches(path), slowMatch(pattern, path); got != want {
				t.Fatalf("%q matches %q: %v, want %v", pattern, path, got, want)
			}
		}
	})
}

func TestGlobBelowIsTrue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := drawPattern(t)
		g, wrong := compileGlob(pattern)
		if wrong.what != "" {
			t.Skip(wrong.what)
		}
		dir := rapid.SampledFrom([]string{"", drawPath(t, "dir", 3)}).Draw(t, "root or dir")
		some, all := g.below(dir)
		for range 8 {
			path := drawPath(t, "below", 4)
			if dir != "" {
				path = dir + "/" + path
			}
			if g.matches(path) && !some {
				t.Fatalf("%q matches %q, but nothing below %q", pattern, path, dir)
			}
			if !g.matches(path) && all {
				t.Fatalf("%q does not match %q, but all below %q", pattern, path, dir)
			}
		}
	})
}

func FuzzGlob(f *testing.F) {
	for _, pattern := range []string{"**/*.map", ".git/", "{a,b{c,[d}]}}/**", `\[x`, "a/*/?[^b]", "{{a,b},{c,d}}"} {
		f.Add(pattern, "a/b/c.map")
	}
	f.Fuzz(func(t *testing.T, pattern, path string) {
		g, wrong := compileGlob(pattern)
		if wrong.what != "" {
			return
		}
		if len(g) == 0 || len(g) > maxPatternAlternatives {
			t.Fatalf("%q: %d alternatives", pattern, len(g))
		}
		some, all := g.below(path)
		if inside := g.matches(path + "/x"); inside && !some || !inside && all {
			t.Fatalf("%q below %q: %v, but says some %v, all %v", pattern, path, inside, some, all)
		}
		// Alternatives, each a pattern of its own, are unknown to slowMatch, a class
		// takes a slash for one of its characters there, and stars cost it too much.
		if strings.ContainsAny(pattern, "{[") || strings.Count(pattern, "*") > 6 || len(path) > 40 {
			return
		}
		if !fs.ValidPath(path) || path == "." || !utf8.ValidString(path) {
			return // no walk and no listing that is compared has it
		}
		if got, want := g.matches(path), slowMatch(pattern, path); got != want {
			t.Fatalf("%q matches %q: %v, want %v", pattern, path, got, want)
		}
	})
}

func BenchmarkMappingMatch(b *testing.B) {
	m := Mapping{
		Include: []string{"**"},
		Exclude: []string{"*.map", ".git/", "node_modules", "**/testdata/**/*.{bin,dat}", "build/out"},
	}
	m.rules = compileRules(&m)
	b.ReportAllocs()
	for b.Loop() {
		m.Match("src/internal/types/testdata/fixedbugs/issue48951.go")
	}
}
