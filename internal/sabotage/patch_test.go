package sabotage

import (
	"strings"
	"testing"
	"testing/fstest"
)

const head = "Title: t\nRows: D1 K2\nPeer: somebody#1\nTest: ./a -run ^TestX$ -tags x,y\n"

func TestParse(t *testing.T) {
	p, err := parse(head + "Test: ./b -run Y\n" + "\n--- a/a.go\n x\n\n-y\n+z\n w\n\n--- b.go\n-1\n")
	if err != nil {
		t.Fatal(err)
	}
	if p.Title != "t" || len(p.Rows) != 2 || p.Peer != "somebody#1" || len(p.Tests) != 2 || p.Tests[0] != (Test{"./a", "^TestX$", "x,y"}) || p.Tests[1] != (Test{"./b", "Y", ""}) {
		t.Errorf("head %+v", p)
	}
	want := []hunk{{"a/a.go", "x\n\ny\nw", "x\n\nz\nw"}, {"b.go", "1", ""}}
	if len(p.hunks) != 2 || p.hunks[0] != want[0] || p.hunks[1] != want[1] {
		t.Errorf("changes %q, want %q", p.hunks, want)
	}
}

func TestParseRefuses(t *testing.T) {
	const body = "\n--- a.go\n-x\n"
	for name, c := range map[string]struct{ text, fault string }{
		"no title":         {strings.Replace(head, "Title: t\n", "", 1) + body, "without title"},
		"no rows":          {strings.Replace(head, "Rows: D1 K2\n", "", 1) + body, "without title, rows"},
		"no test":          {"Title: t\nRows: D1\n" + body, "or test"},
		"unknown field":    {head + "Author: x\n" + body, `"Author: x`},
		"test of no kind":  {"Title: t\nRows: D1\nTest: ./a\n" + body, `test "./a"`},
		"test without run": {"Title: t\nRows: D1\nTest: ./a -tags x\n" + body, `test "./a -tags x"`},
		"foreign package":  {"Title: t\nRows: D1\nTest: net/http -run X\n" + body, `test "net/http`},
		"no change":        {head + "\n--- a.go\n x\n", "no change"},
		"no body":          {head, "no change"},
		"odd line":         {head + "\n--- a.go\n@@ 1 @@\n-x\n", "begins with none"},
	} {
		if _, err := parse(c.text); err == nil || !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%s: error %v, want %q", name, err, c.fault)
		}
	}
}

func TestApply(t *testing.T) {
	const source = "package a\n\nfunc f() int {\n\treturn 1\n}\n\nfunc g() int {\n\treturn 2\n}\n"
	for name, c := range map[string]struct{ body, want, fault string }{
		"one place":  {"-\treturn 1\n+\treturn 3\n", strings.Replace(source, "1", "3", 1), ""},
		"two places": {"-\treturn 1\n+\treturn 3\n\n--- a.go\n-\treturn 2\n", strings.Replace(strings.Replace(source, "1", "3", 1), "\treturn 2", "", 1), ""},
		"no place":   {"-\treturn 7\n", "", "0 places"},
		"many":       {"-\treturn\n", "", "2 places"},
		"no Go left": {"-func f() int {\n", "", "expected"},
	} {
		p, err := parse(head + "\n--- a.go\n" + c.body)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		files, err := p.Apply(fstest.MapFS{"a.go": {Data: []byte(source)}})
		switch {
		case c.fault == "" && (err != nil || string(files["a.go"]) != c.want):
			t.Errorf("%s: %q, %v, want %q", name, files["a.go"], err, c.want)
		case c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)):
			t.Errorf("%s: error %v, want %q", name, err, c.fault)
		}
	}
}

func TestLoad(t *testing.T) {
	good := &fstest.MapFile{Data: []byte(head + "\n--- a.go\n-x\n")}
	patches, err := Load(fstest.MapFS{"b.patch": good, "a.patch": good, "notes.txt": good})
	if err != nil || len(patches) != 2 || patches[0].Name != "a" || patches[1].Name != "b" {
		t.Errorf("%+v, %v", patches, err)
	}
	_, err = Load(fstest.MapFS{"a.patch": {Data: []byte("Title: t\n")}, "b.patch": {Data: []byte("x: y\n")}})
	for _, name := range []string{`"a.patch"`, `"b.patch"`} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error %v, want %s in it", err, name)
		}
	}
}
