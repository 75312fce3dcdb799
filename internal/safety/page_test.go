package safety

import (
	"flag"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/safety.md anew")

func TestSafetyPage(t *testing.T) {
	const file = "../../docs/safety.md"
	want, err := Page(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("docs/safety.md is not what its rows and tests make; run with -update (-want +got):\n%s", diff)
	}
}

// allRows is a text in which every row is a limit but those given.
func allRows(proved ...string) string {
	var b strings.Builder
	for _, id := range ids() {
		limit := " | limit: none"
		for _, p := range proved {
			if id == p {
				limit = ""
			}
		}
		b.WriteString(id + " | hazard | behaviour | -" + limit + "\n")
	}
	return b.String()
}

func TestRows(t *testing.T) {
	rows := allRows()
	lines := strings.SplitAfter(rows, "\n")
	for _, c := range []struct{ name, text, fault string }{
		{"whole", rows, ""},
		{"comments and empty lines", "# rows\n\n" + rows, ""},
		{"missing in the middle", strings.Replace(rows, lines[3], "", 1), `row "D5" out of place`},
		{"missing at the end", strings.TrimSuffix(rows, lines[len(lines)-2]), "row W11 missing"},
		{"double", strings.Replace(rows, lines[3], lines[3]+lines[3], 1), `row "D4" out of place`},
		{"unknown", rows + "Z1 | hazard | behaviour | -\n", `row "Z1" out of place`},
		{"no hazard", strings.Replace(rows, "D4 | hazard", "D4 |", 1), `row "D4": want hazard`},
		{"no exit code", strings.Replace(rows, lines[3], "D4 | hazard | behaviour | three | limit: none\n", 1), `row "D4": want hazard`},
		{"last field no limit", strings.Replace(rows, lines[3], "D4 | hazard | behaviour | - | later\n", 1), `"later" is no limit`},
		{"too many fields", strings.Replace(rows, lines[3], "D4 | a | b | - | limit: c | d\n", 1), "6 fields"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := parseRows(c.text)
			switch {
			case c.fault == "" && err != nil:
				t.Error(err)
			case c.fault == "" && len(got) != len(ids()):
				t.Errorf("%d rows, want %d", len(got), len(ids()))
			case c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)):
				t.Errorf("error %v, want %q in it", err, c.fault)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	for _, c := range []struct{ name, text, fault string }{
		{"whole", "1 | nothing | D1 R5\n2 | more | K3\n", ""},
		{"out of order", "2 | nothing | D1\n", "claim 1"},
		{"no rows", "1 | nothing |\n", "rests on no row"},
		{"unknown row", "1 | nothing | D33\n", "D33, which does not exist"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parseClaims(c.text)
			if c.fault == "" && err != nil || c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)) {
				t.Errorf("error %v, want %q", err, c.fault)
			}
		})
	}
}

func TestProofs(t *testing.T) {
	module := fstest.MapFS{
		"a/a_test.go": {Data: []byte(`package a
func TestD1_Fails(t *testing.T) {
	t.Run("K5 dots", nil)
	t.Run("K5_more", nil)
	t.Run("OI-6 not ours", nil)
	t.Run("Z1 of another version", nil)
	t.Run(name, nil)
}
func FuzzM9_R4_Storm(f *testing.F) {}
func TestD1Like(t *testing.T) {}
func (s *suite) TestD2_Method() {}
`)},
		"a/fail_test.go":           {Data: []byte("//go:build failpoint && !windows\n\npackage a\nfunc TestL8_Sync(t *testing.T) {}\n")},
		"a/plain.go":               {Data: []byte("package a\nfunc TestD3_NoTest() {}\n")},
		"a/testdata/x/bad_test.go": {Data: []byte("no Go at all")},
	}
	got, err := collect(module)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]proof{
		"D1": {{Package: "a", Test: "TestD1_Fails"}},
		"K5": {{Package: "a", Test: "TestD1_Fails/K5 dots"}, {Package: "a", Test: "TestD1_Fails/K5_more"}},
		"M9": {{Package: "a", Test: "FuzzM9_R4_Storm"}},
		"R4": {{Package: "a", Test: "FuzzM9_R4_Storm"}},
		"L8": {{Package: "a", Test: "TestL8_Sync", Tag: "failpoint"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPageRefusesWhatIsNotProved(t *testing.T) {
	module := func(source string) fstest.MapFS {
		return fstest.MapFS{"a/a_test.go": {Data: []byte("package a\n" + source)}}
	}
	const claims = "1 | nothing | D1\n"
	for _, c := range []struct{ name, rows, source, fault string }{
		{"limits alone", allRows(), "", ""},
		{"row with its test", allRows("D1"), "func TestD1_X(t *testing.T) {}", ""},
		{"row without a test", allRows("D1", "K2"), "func TestD1_X(t *testing.T) {}", "row K2 (hazard) without a test"},
		{"test without a row", allRows(), "func TestD33_X(t *testing.T) {}", "row D33, which does not exist"},
		{"no Go", allRows(), "func {", "expected"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := load(c.rows, claims, "", module(c.source))
			if c.fault == "" && err != nil || c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)) {
				t.Errorf("error %v, want %q", err, c.fault)
			}
		})
	}
	if _, err := load(allRows(), claims, "2026-01-02 | chaos\n", module("")); err == nil {
		t.Error("a figure without its counts was taken")
	}
}
