package spec

import (
	"strings"
	"testing"
	"time"
)

// A spec that is no other than a good one but for one mistake. Where it says @,
// the mistake goes; nothing there makes it good.
const mistaken = `version: 1
stores: {prod: {region: cn-hangzhou}}
mappings:
  - name: site
    local: public
    to: oss://my-site/www/
    @
`

// refused wants one problem that is told in the words of want.
func refused(t *testing.T, text, want string) {
	t.Helper()
	if _, err := Parse("a.yaml", "/srv", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got  %v\nwant %s\nof %.300q", err, want, text)
	}
}

// TestRefusals has for each way to misread a spec one that is refused; TestProblems
// pins all the words.
func TestRefusals(t *testing.T) {
	field := func(line string) string { return strings.Replace(mistaken, "@", line, 1) }
	if _, err := Parse("a.yaml", "/srv", []byte(field(""))); err != nil {
		t.Fatal(err)
	}
	t.Run("Y1 duplicate key", func(t *testing.T) {
		refused(t, field("local: other"), "a.yaml:7:5: mappings[0].local: duplicate key: it stands in line 5 already")
		refused(t, field("prune: never\n    prune: all"), "a.yaml:8:5: mappings[0].prune: duplicate key: it stands in line 7 already")
	})
	t.Run("Y2 second document", func(t *testing.T) {
		refused(t, field("")+"---\nversion: 1\n", "second document")
		refused(t, field("")+"...\n---\n{}\n", "second document")
	})
	t.Run("Y3 anchors, aliases, merge keys and tags", func(t *testing.T) {
		refused(t, field("exclude: &x [a]"), "exclude: anchor")
		refused(t, field("exclude: &x [a]\n    include: *x"), "include: alias")
		refused(t, field("<<: {prune: all}"), "merge key")
		refused(t, field("exclude: !!seq [a]"), "exclude: tag")
		bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
		for c := byte('b'); c <= 'j'; c++ {
			bomb += string(c) + ": &" + string(c) + " [" + strings.TrimSuffix(strings.Repeat("*"+string(c-1)+",", 9), ",") + "]\n"
		}
		refused(t, bomb, "a.yaml:10:4: j: anchor")
	})
	t.Run("Y4 deep nesting and huge files", func(t *testing.T) {
		begun := time.Now()
		for text, want := range map[string]string{
			strings.Repeat("[", 100_000): "malformed YAML",
			field("exclude: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000)): "more than 32 levels",
			field("x: " + strings.Repeat("{a: ", 3000) + strings.Repeat("}", 3000)):    "more than 32 levels",
			field("exclude: [" + strings.Repeat("a,", 600_000) + "a]"):                 "1 MiB",
		} {
			refused(t, text, want)
		}
		if took := time.Since(begun); took > 20*time.Second { // some hundred milliseconds
			t.Errorf("it took %v", took)
		}
	})
	t.Run("Y5 fields that a cut file lacks", func(t *testing.T) {
		refused(t, strings.TrimPrefix(field(""), "version: 1\n"), "version: missing")
		refused(t, "version: 1\nstores: {prod: {region: cn-hangzhou}}\n", "mappings: missing")
		refused(t, "version: 1\nstores: {prod: {region: cn-hangzhou}}\nmappings:\n", "mappings: no value")
		refused(t, field("exclude:\n"), "exclude: no value")
	})
	t.Run("Y6 empty file", func(t *testing.T) {
		for _, text := range []string{"", "\n", "# nothing\n", "---\n", "null\n", "~\n"} {
			refused(t, text, "empty file")
		}
		refused(t, "{}", "version: missing")
	})
	t.Run("Y7 typing errors", func(t *testing.T) {
		refused(t, field("delet: all"), "mappings[0].delet: unknown field")
		refused(t, field("prun: all"), `did you mean "prune"?`)
		refused(t, field("Prune: all"), `did you mean "prune"?`)
		refused(t, field("prune: al"), `did you mean "all"?`)
	})
	t.Run("Y8 values that YAML reads as something else", func(t *testing.T) {
		refused(t, field("prune: no"), `unknown word "no"`)
		refused(t, field("exclude: [no]"), `"no", which YAML 1.1 reads as true or false`)
		refused(t, field("exclude: [1e3]"), "a floating-point number instead of a pattern")
		refused(t, field("exclude: [0o17]"), "a number instead of a pattern")
		refused(t, field("exclude: [2026-01-01]"), "a date instead of a pattern")
		refused(t, field("transfer: {files: 0o17}"), `"0o17" is not a whole number of plain digits`)
		refused(t, field("transfer: {files: 1e1}"), "a floating-point number instead of a whole number")
		refused(t, field(`transfer: {files: "8"}`), "text instead of a whole number")
	})
	t.Run("Y9 numbers out of range", func(t *testing.T) {
		for _, number := range []string{"-1", "1_000", "+5", "0x10"} {
			refused(t, field("guard: {maxDeletes: "+number+"}"), "maxDeletes: \""+number+"\" is not a whole number of plain digits")
		}
		refused(t, field("guard: {maxDeletes: .nan}"), "instead of a whole number")
		refused(t, field("guard: {maxDeletes: .inf}"), "instead of a whole number")
		refused(t, field("guard: {maxDeletes: 9223372036854775808}"), "maxDeletes")
		refused(t, field("guard: {maxDeletePercent: 101}"), "out of range")
		refused(t, field("transfer: {partSize: 99999999999TiB}"), "partSize")
		refused(t, field("uploads: {abortAfter: 99999999999w}"), "abortAfter")
	})
	t.Run("Y10 nothing is filled in", func(t *testing.T) {
		secret := "osssync-test-secret"
		t.Setenv("OSSSYNC_TEST", secret)
		for _, local := range []string{"$OSSSYNC_TEST/a", "${OSSSYNC_TEST}", "~/a"} {
			refused(t, strings.Replace(field(""), "local: public", `local: "`+local+`"`, 1), "expanded")
		}
		for _, pattern := range []string{"$OSSSYNC_TEST", "{{env OSSSYNC_TEST}}", "%OSSSYNC_TEST%", "`id`"} {
			s, err := Parse("a.yaml", "/srv", []byte(field(`headers: [{match: "*", set: {x-oss-meta-a: '`+pattern+`'}}]`)))
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Mappings[0].HeadersFor("x")["x-oss-meta-a"]; got != pattern {
				t.Errorf("%q became %q", pattern, got)
			}
		}
		refused(t, field("extends: other.yaml"), "unknown field")
		refused(t, field("include: !include other"), "tag")
	})
	t.Run("Y12 patterns that explode", func(t *testing.T) {
		refused(t, field(`exclude: ["`+strings.Repeat("{a,b}", 7)+`"]`), "more than 64 alternatives")
		refused(t, field(`exclude: ["`+strings.Repeat("a", 1025)+`"]`), "more than 1,024 bytes")
	})
}

// TestY12_MatchingIsLinear gives patterns on which a matcher that backtracks takes
// for ever a path that almost matches.
func TestY12_MatchingIsLinear(t *testing.T) {
	name := strings.Repeat("a", 255)
	deep := strings.Repeat("a/", 500) + "a"
	begun := time.Now()
	for _, pattern := range []string{
		strings.Repeat("*a", 500) + "b",
		strings.Repeat("{a,*}a", 6) + strings.Repeat("*a", 400) + "b",
		strings.Repeat("**/a/", 28) + "b",
		"{" + strings.Repeat("**/a*a*a*a*b/", 12) + "x,y}",
	} {
		g, wrong := compileGlob(pattern)
		if wrong.what != "" {
			t.Fatalf("%.60q: %v", pattern, wrong)
		}
		for _, path := range []string{name, deep, strings.Repeat(name+"/", 4) + name} {
			if g.matches(path) {
				t.Errorf("%.60q matches %.60q", pattern, path)
			}
			g.below(path)
		}
	}
	if took := time.Since(begun); took > 20*time.Second { // some milliseconds
		t.Errorf("it took %v", took)
	}
}
