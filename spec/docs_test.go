package spec

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// docs is the description of the language for its users.
func docs(t *testing.T) string {
	text, err := os.ReadFile("../docs/spec.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestDocsRows: each field of each table of the language has its row in the
// section of that table, with the same form, limits, default and effect.
func TestDocsRows(t *testing.T) {
	text := docs(t)
	checkRows(t, text, "The file", fileFields)
	checkRows(t, text, "stores", storeFields)
	checkRows(t, text, "credentials", credentialFields(0))
	checkRows(t, text, "mappings", mappingFields)
	checkRows(t, text, "headers", headerFields)
	checkRows(t, text, "transfer", transferFields)
	checkRows(t, text, "uploads", uploadsFields)
	checkRows(t, text, "guard", guardFields)
	checkRows(t, text, "watch", watchFields)
}

func checkRows[T any](t *testing.T, text, section string, fields []field[T]) {
	_, rest, found := strings.Cut(text, "\n## "+section+"\n")
	if !found {
		t.Errorf("no section %q", section)
		return
	}
	rest, _, _ = strings.Cut(rest, "\n## ")
	for _, f := range fields {
		effect := effects[section][f.name]
		if effect == "" {
			t.Errorf("field %q of section %q has no effect in effects.go", f.name, section)
			continue
		}
		if row := docsRow(f, effect); !strings.Contains(rest, "\n"+row) {
			t.Errorf("section %q lacks\n%s", section, row)
		}
	}
	if got := len(effects[section]); got != len(fields) {
		t.Errorf("section %q has %d effects, want %d", section, got, len(fields))
	}
	if got := strings.Count(rest, "\n| `"); got != len(fields) {
		t.Errorf("section %q has %d rows of fields, want %d", section, got, len(fields))
	}
}

func docsRow[T any](f field[T], effect string) string {
	fallback := f.fallback
	switch {
	case f.presence == required:
		fallback = "required"
	case fallback == "":
		fallback = "-"
	default:
		fallback = "`" + fallback + "`"
	}
	return fmt.Sprintf("| `%s` | %s | %s | %s | %s |\n", f.name, f.kind, f.limits, fallback, effect)
}

func TestDocsHeaders(t *testing.T) {
	text := docs(t)
	for _, h := range headers {
		if !strings.Contains(text, "\n| "+h.name+" | ") {
			t.Errorf("no row for header %s", h.name)
		}
	}
}

// TestDocsExamples: each example is a valid spec.
func TestDocsExamples(t *testing.T) {
	for i, example := range docsExamples(t) {
		if _, err := Parse(fmt.Sprintf("example %d", i+1), "/srv/site", []byte(example)); err != nil {
			t.Errorf("%v\n%s", err, example)
		}
	}
}

// docsExamples returns the specs of the page: the shortest, one with most
// fields, and others.
func docsExamples(t *testing.T) []string {
	t.Helper()
	var examples []string
	for _, m := range regexp.MustCompile("(?s)\n```yaml\n(.*?)```\n").FindAllStringSubmatch(docs(t), -1) {
		examples = append(examples, m[1])
	}
	if len(examples) < 2 {
		t.Fatalf("%d examples", len(examples))
	}
	return examples
}

// TestDocsOfCredentials: each example of a store's credentials is one, of a source
// that has a section, and each source has a section.
func TestDocsOfCredentials(t *testing.T) {
	text := credentialsPage(t)
	for _, example := range credentialsExamples(t) {
		s, err := Parse("example", "/srv", []byte(example))
		if err != nil {
			t.Errorf("%v\n%s", err, example)
			continue
		}
		if !strings.Contains(text, "### "+s.Stores[0].Credentials.From+"\n") {
			t.Errorf("an example of %q, which has no section", s.Stores[0].Credentials.From)
		}
	}
	for _, name := range credentialNames {
		if !strings.Contains(text, "### "+name+"\n") {
			t.Errorf("no section %q", name)
		}
	}
}

func credentialsPage(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../docs/credentials.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// credentialsExamples returns specs, each with an example of docs/credentials.md.
func credentialsExamples(t *testing.T) []string {
	t.Helper()
	var specs []string
	for _, m := range regexp.MustCompile("(?s)\n```yaml\n(credentials:.*?)```\n").FindAllStringSubmatch(credentialsPage(t), -1) {
		store := "    " + strings.ReplaceAll(strings.TrimSuffix(m[1], "\n"), "\n", "\n    ")
		specs = append(specs, "version: 1\nstores:\n  s:\n    region: cn-hangzhou\n"+store+"\nmappings: [{name: m, local: m, to: oss://abc/m/}]\n")
	}
	if len(specs) < 4 {
		t.Fatalf("%d examples", len(specs))
	}
	return specs
}
