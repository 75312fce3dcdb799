package sabotage

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// writeModule makes a module with one function and its tests.
func writeModule(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":      "module example.org/m\n\ngo 1.26\n",
		"a/a.go":      "package a\n\nfunc one() int {\n\treturn 1\n}\n",
		"a/a_test.go": "package a\n\nimport \"testing\"\n\nfunc TestOne(t *testing.T) {\n\tif one() != 1 {\n\t\tt.Error(one())\n\t}\n}\n\nfunc TestTwo(t *testing.T) {}\n\nfunc TestRed(t *testing.T) { t.Error() }\n",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestSuite(t *testing.T) {
	suite := NewSuite(writeModule(t), t.TempDir())
	patch := func(old, now string, runs ...string) *Patch {
		p := &Patch{Name: "p", hunks: []hunk{{"a/a.go", old, now}}}
		for _, run := range runs {
			p.Tests = append(p.Tests, Test{Package: "./a", Run: run})
		}
		return p
	}
	for _, c := range []struct{ name, run, fault string }{
		{"passes", "^TestOne$", ""},
		{"fails by itself", "^TestRed$", "fail without a patch"},
		{"no such test", "^TestThree$", "no test of ./a passes"},
	} {
		err := suite.Green(t.Context(), Test{Package: "./a", Run: c.run})
		if c.fault == "" && err != nil || c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)) {
			t.Errorf("green, %s: error %v, want %q", c.name, err, c.fault)
		}
	}
	if tests, err := suite.Red(t.Context(), patch("return 1", "panic(1)", "^TestOne$", "^TestRed$")); err != nil || !slices.Equal(tests, []string{"TestOne", "TestRed"}) {
		t.Errorf("caught by %q, %v", tests, err)
	}
	if _, err := suite.Red(t.Context(), patch("return 1", "return 2", "^TestOne$", "^TestTwo$")); !errors.Is(err, ErrPassed) || !strings.Contains(err.Error(), "^TestTwo$") {
		t.Errorf("error %v of a test that does not notice", err)
	}
	if _, err := suite.Red(t.Context(), patch("return 1", `return "1"`, "^TestOne$")); err == nil || errors.Is(err, ErrPassed) || !strings.Contains(err.Error(), "build of ./a") {
		t.Errorf("error %v of a patch that does not compile", err)
	}
	if _, err := suite.Red(t.Context(), patch("return 7", "return 2", "^TestOne$")); err == nil || !strings.Contains(err.Error(), "0 places") {
		t.Errorf("error %v of a patch that does not fit", err)
	}
}
