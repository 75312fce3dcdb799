package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestExitCodesInDocs: the table of each README has every code of exit.go, and no
// other.
func TestExitCodesInDocs(t *testing.T) {
	source, err := parser.ParseFile(token.NewFileSet(), "exit.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	ast.Inspect(source, func(n ast.Node) bool {
		if c, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(c.Names[0].Name, "exit") {
			want = append(want, c.Values[0].(*ast.BasicLit).Value)
		}
		return true
	})
	if len(want) < 14 || len(want) != len(severity) {
		t.Fatalf("codes %q, %d of them ordered", want, len(severity))
	}
	row := regexp.MustCompile(`(?m)^\| (\d[\d, 、，]*) \| `)
	number := regexp.MustCompile(`\d+`)
	for _, file := range []string{"../../README.md", "../../README.zh-CN.md"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range row.FindAllStringSubmatch(string(text), -1) {
			got = append(got, number.FindAllString(m[1], -1)...)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s has codes %q, want %q", file, got, want)
		}
	}
}
