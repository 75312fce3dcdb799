package sabotage

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const module = "../.."

func load(t *testing.T) []Patch {
	t.Helper()
	patches, err := Load(os.DirFS("testdata"))
	if err != nil {
		t.Fatal(err)
	}
	return patches
}

// TestPatchesFit keeps the patches from rotting: each has its place in the source and
// leaves Go behind, and names tests and rows that there are.
func TestPatchesFit(t *testing.T) {
	text, err := os.ReadFile("../safety/rows.txt")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		id, _, _ := strings.Cut(line, " |")
		rows[id] = true
	}
	patches := load(t)
	if len(patches) < 32 {
		t.Errorf("%d patches, want at least 32", len(patches))
	}
	tests := map[string][]string{} // by package
	for _, p := range patches {
		if _, err := p.Apply(os.DirFS(module)); err != nil {
			t.Error(err)
		}
		for _, row := range p.Rows {
			if !rows[row] {
				t.Errorf("patch %q: no row %q", p.Name, row)
			}
		}
		for _, test := range p.Tests {
			if tests[test.Package] == nil {
				tests[test.Package] = testNames(t, test.Package)
			}
			if !slices.ContainsFunc(tests[test.Package], testPattern(t, test.Run).MatchString) {
				t.Errorf("patch %q: no test of %s for -run %q", p.Name, test.Package, test.Run)
			}
		}
	}
}

// testNames returns the names of the tests of a package.
func testNames(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(module, dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(text, -1) {
			names = append(names, string(m[1]))
		}
	}
	return names
}

// testPattern is the part of a -run pattern that chooses tests, not their subtests.
func testPattern(t *testing.T, run string) *regexp.Regexp {
	t.Helper()
	first, _, _ := strings.Cut(run, "/")
	pattern, err := regexp.Compile(first)
	if err != nil {
		t.Fatal(err)
	}
	return pattern
}

// TestSabotage applies every patch and wants its tests to fail. It takes minutes, so
// it runs only with SABOTAGE=1.
func TestSabotage(t *testing.T) {
	if os.Getenv("SABOTAGE") == "" {
		t.Skip("SABOTAGE is not set")
	}
	patches := load(t)
	suite := NewSuite(module, t.TempDir())
	var tried, caught atomic.Int64
	t.Run("patch", func(t *testing.T) {
		for _, p := range patches {
			t.Run(p.Name, func(t *testing.T) {
				t.Parallel()
				tried.Add(1)
				began := time.Now()
				for _, test := range p.Tests {
					if err := suite.Green(t.Context(), test); err != nil {
						t.Fatal(err)
					}
				}
				tests, err := suite.Red(t.Context(), &p)
				if err != nil {
					t.Fatal(err)
				}
				caught.Add(1)
				origin := strings.Join(p.Rows, ", ")
				if p.Peer != "" {
					origin += "; " + p.Peer
				}
				t.Logf("caught in %.0f s by %s: %s (%s)", time.Since(began).Seconds(), strings.Join(tests, " and "), p.Title, origin)
			})
		}
	})
	t.Logf("%d/%d caught", caught.Load(), tried.Load())
}
