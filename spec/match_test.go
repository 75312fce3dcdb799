package spec

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestMatch(t *testing.T) {
	m := Mapping{Include: []string{"public/", "*.md"}, Exclude: []string{"*.map", ".git/", "public/draft"}}
	for path, want := range map[string]bool{
		"public/index.html":        true,
		"public/a/b.css":           true,
		"README.md":                true,
		"docs/README.md":           true,
		"main.go":                  false,
		"public":                   false,
		"public/app.js.map":        false,
		"public/.git/config":       false,
		"public/draft/x.html":      false,
		"public/drafts/x.html":     true,
		"":                         false,
		"public/.osssync/index.db": false,
		".osssync/README.md":       false,
		"public/.osssync":          false,
		"public/x.osssync/a":       true,
	} {
		if got := m.Match(path); got != want {
			t.Errorf("Match(%q) = %v, want %v", path, got, want)
		}
	}
}

func TestMatchDir(t *testing.T) {
	for _, row := range []struct {
		include, exclude string // patterns, separated by spaces
		yes, no          string // directories, separated by spaces; "." is the root
	}{
		{"**", ".git/ dist", ". a a/b gitdir", ".git a/.git a/.git/refs dist a/dist/b .osssync a/.osssync/b"},
		{"a/**/x.js", "", ". a a/b", "b .git"},
		{"/a/b /c", "", ". a a/b a/b/d c/d", "d a/c"},
		{"*.md", "a/**", ". b b/c", "a a/b"},
		{"**", "**", "", ". a"},
		{"**", "a/**/b/", ". a a/x", "a/b a/x/b a/x/b/c"},
	} {
		m := Mapping{Include: strings.Fields(row.include), Exclude: strings.Fields(row.exclude)}
		check := func(dirs string, want bool) {
			for _, dir := range strings.Fields(dirs) {
				if dir == "." {
					dir = ""
				}
				if got := m.MatchDir(dir); got != want {
					t.Errorf("include %q, exclude %q: MatchDir(%q) = %v, want %v", row.include, row.exclude, dir, got, want)
				}
			}
		}
		check(row.yes, true)
		check(row.no, false)
	}
}

// drawMapping draws a mapping of a few patterns, without invalid ones.
func drawMapping(t *rapid.T) *Mapping {
	patterns := func(label string) []string {
		var list []string
		for range rapid.IntRange(0, 3).Draw(t, label) {
			pattern := drawPattern(t)
			if _, wrong := compileGlob(pattern); wrong.what == "" {
				list = append(list, pattern)
			}
		}
		return list
	}
	m := &Mapping{Include: patterns("include"), Exclude: patterns("exclude"), Allow: patterns("allow"), Order: patterns("order")}
	for _, pattern := range patterns("headers") {
		m.Headers = append(m.Headers, HeaderRule{Match: pattern, Set: map[string]string{
			rapid.SampledFrom([]string{"Cache-Control", "Expires", contentType}).Draw(t, "header"): pattern,
		}})
	}
	m.rules = compileRules(m)
	return m
}

func TestMatchDirNeverHidesAMatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMapping(t)
		for range 8 {
			path := drawPath(t, "path", 5)
			if !m.Match(path) {
				continue
			}
			for i := range len(path) {
				if path[i] == '/' && !m.MatchDir(path[:i]) {
					t.Fatalf("%q matches, but nothing below %q", path, path[:i])
				}
			}
			if !m.MatchDir("") {
				t.Fatalf("%q matches, but nothing at all", path)
			}
		}
	})
}

func TestAllowsBelow(t *testing.T) {
	for _, row := range []struct{ allow, yes, no string }{
		{"", "", ". .git"},
		{"/.git/config", ". .git .git/config .git/config/x", ".git/hooks a a/.git"},
		{".git/", ". .git a/.git a .git/hooks", ""},
		{".env", ". .git a/b", ""}, // at any depth, so also there
		{"/.env /home/*/.ssh/id_*", ". .env .env/x home home/a/.ssh home/a/.ssh/id_x", ".git home/a/b/.ssh home/a/.aws"},
	} {
		m := Mapping{Allow: strings.Fields(row.allow)}
		for _, side := range []struct {
			dirs string
			want bool
		}{{row.yes, true}, {row.no, false}} {
			for _, dir := range strings.Fields(side.dirs) {
				if dir == "." {
					dir = ""
				}
				if got := m.AllowsBelow(dir); got != side.want {
					t.Errorf("allow %q: AllowsBelow(%q) = %v", row.allow, dir, got)
				}
			}
		}
	}
	broken := Mapping{Allow: []string{"**", "["}}
	if broken.AllowsBelow("a") {
		t.Error("a broken pattern allows something")
	}
}

// Where a pattern matches a path, AllowsBelow is true of the path and of every
// directory above it.
func TestAllowsBelowNeverHidesWhatIsAllowed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMapping(t)
		for range 8 {
			path := drawPath(t, "path", 5)
			if allowed := slices.ContainsFunc(m.Allow, func(pattern string) bool { return slowMatch(pattern, path) }); !allowed {
				continue
			}
			for dir, more := path, true; more; {
				if !m.AllowsBelow(dir) {
					t.Fatalf("%q is allowed, but nothing at or below %q", path, dir)
				}
				slash := strings.LastIndexByte(dir, '/')
				dir, more = dir[:max(slash, 0)], dir != ""
			}
		}
	})
}

func TestMatchPhaseHeadersSayWhatTheirPatternsSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMapping(t)
		path := drawPath(t, "path", 4)
		matches := func(pattern string) bool { return slowMatch(pattern, path) }

		included := len(m.Include) == 0 || slices.ContainsFunc(m.Include, matches)
		if want := included && !slices.ContainsFunc(m.Exclude, matches); m.Match(path) != want {
			t.Fatalf("Match(%q) = %v", path, !want)
		}

		phase := 0
		headers := map[string]string{contentType: defaultContentType}
		for i, pattern := range m.Order {
			if matches(pattern) {
				phase = i
			}
		}
		for _, rule := range m.Headers {
			for name, value := range rule.Set {
				if matches(rule.Match) {
					headers[name] = value
				}
			}
		}
		if got := m.Phase(path); got != phase || got >= m.Phases() {
			t.Fatalf("Phase(%q) = %d of %d, want %d", path, got, m.Phases(), phase)
		}
		if diff := cmp.Diff(headers, m.HeadersFor(path)); diff != "" {
			t.Fatalf("HeadersFor(%q) (-want +got):\n%s", path, diff)
		}
	})
}

func TestPhase(t *testing.T) {
	m := Mapping{Order: []string{"assets/", "**", "*.html", "/index.html"}}
	for path, want := range map[string]int{"assets/a.js": 1, "b.js": 1, "a/b.html": 2, "a/index.html": 2, "index.html": 3} {
		if got := m.Phase(path); got != want {
			t.Errorf("Phase(%q) = %d, want %d", path, got, want)
		}
	}
	var none Mapping
	if none.Phases() != 1 || none.Phase("a") != 0 {
		t.Errorf("without order: phase %d of %d, want 0 of 1", none.Phase("a"), none.Phases())
	}
}

func TestHeadersForContentType(t *testing.T) {
	m := Mapping{Headers: []HeaderRule{{"*.custom", map[string]string{contentType: "text/x-custom"}}}}
	for path, want := range map[string]string{
		"index.html":       "text/html",
		"a.b/INDEX.HTML":   "text/html",
		"a.html/LICENSE":   "application/octet-stream",
		"x.tar.gz":         "application/gzip",
		"x.unheard-of":     "application/octet-stream",
		"x.custom":         "text/x-custom",
		"x.":               "application/octet-stream",
		"fonts/a.b.WoFf2":  "font/woff2",
		"site.webmanifest": "application/manifest+json",
	} {
		if got := m.HeadersFor(path)[contentType]; got != want {
			t.Errorf("Content-Type of %q: %q, want %q", path, got, want)
		}
	}
	for extension, kind := range contentTypes {
		if extension != strings.ToLower(extension) || extension[0] != '.' || checkMediaType(kind).what != "" {
			t.Errorf("row %q: %q", extension, kind)
		}
	}
}

func TestHeadersForBelongsToTheCaller(t *testing.T) {
	m := Mapping{Headers: []HeaderRule{{"**", map[string]string{"Expires": "never"}}}}
	m.HeadersFor("a")["Expires"] = "changed"
	if got := m.HeadersFor("a")["Expires"]; got != "never" {
		t.Errorf("Expires: %q", got)
	}
}

func TestAllows(t *testing.T) {
	m := Mapping{Allow: []string{".env", "/.git/", "*.pem"}, Exclude: []string{"*.pem"}}
	for path, want := range map[string]bool{
		".env": true, "a/.env": true, ".git/config": true, "a/.git/config": false, "a.pem": true, ".envrc": false, "": false,
	} {
		if got := m.Allows(path); got != want {
			t.Errorf("%q: %t", path, got)
		}
	}
	if m.Match("a.pem") {
		t.Error("what is allowed is matched although it is excluded")
	}
	if none := (&Mapping{}); none.Allows(".env") {
		t.Error("allowed by default")
	}
	if broken := (&Mapping{Allow: []string{".env", "["}}); broken.Allows(".env") || broken.Match("a") {
		t.Error("a broken pattern allows something")
	}
}

func TestMappingMadeByHandWithABrokenPattern(t *testing.T) {
	for _, m := range []Mapping{
		{Include: []string{"**", "["}}, {Exclude: []string{"["}}, {Order: []string{"["}}, {Headers: []HeaderRule{{Match: "["}}},
	} {
		if m.Match("a") || m.MatchDir("") {
			t.Errorf("%+v matches", m)
		}
	}
	var empty Mapping
	if !empty.Match("a/b") || !empty.MatchDir("") {
		t.Error("the zero mapping does not match everything")
	}
}
