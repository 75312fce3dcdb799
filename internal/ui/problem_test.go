package ui

import (
	"strings"
	"testing"

	"github.com/osssync/osssync/spec"
)

func TestProblem(t *testing.T) {
	hostile := &spec.FieldError{File: "a,b:c%\n::d.yaml", Line: 2, Column: 3, Field: "name", What: "100%\n::stop-commands::x", Hint: "\x1b[2J"}
	tests := []struct {
		name, want string
		write      func(b *strings.Builder)
	}{
		{
			"annotation", `::error file=a.yaml,line=1,col=2::empty file`,
			func(b *strings.Builder) {
				b.WriteString(Annotation(&spec.FieldError{File: "a.yaml", Line: 1, Column: 2, What: "empty file"}))
			},
		},
		{
			"annotation with hostile names", `::error file=a%2Cb%3Ac%25%0A%3A%3Ad.yaml,line=2,col=3::name: 100%25%0A::stop-commands::x: \x1b[2J`,
			func(b *strings.Builder) { b.WriteString(Annotation(hostile)) },
		},
		{
			"JSON", `{"format":1,"op":"problem","file":"a,b:c%\n::d.yaml","line":2,"column":3,"field":"name","what":"100%\n::stop-commands::x","hint":"\u001b[2J"}` + "\n",
			func(b *strings.Builder) { _ = NewJSON(b).Problem(hostile) },
		},
		{
			"valid", `{"format":1,"op":"valid","file":"a.yaml","mappings":1,"stores":2}` + "\n",
			func(b *strings.Builder) {
				_ = NewJSON(b).Valid(&spec.Spec{Path: "a.yaml", Mappings: make([]spec.Mapping, 1), Stores: make([]spec.Store, 2)})
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			tt.write(&b)
			if b.String() != tt.want {
				t.Errorf("got\n%s\nwant\n%s", b.String(), tt.want)
			}
		})
	}
}
