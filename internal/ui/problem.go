package ui

import (
	"fmt"
	"strings"

	"github.com/osssync/osssync/spec"
)

type problemLine struct {
	Format int    `json:"format"`
	Op     string `json:"op"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Field  string `json:"field,omitempty"`
	What   string `json:"what"`
	Hint   string `json:"hint,omitempty"`
}

// Problem writes a problem of a spec: a line with op "problem".
func (j *JSON) Problem(p *spec.FieldError) error {
	return j.Line(problemLine{
		Format: Format, Op: "problem",
		File: p.File, Line: p.Line, Column: p.Column, Field: p.Field, What: p.What, Hint: p.Hint,
	})
}

type validLine struct {
	Format   int    `json:"format"`
	Op       string `json:"op"`
	File     string `json:"file"`
	Mappings int    `json:"mappings"`
	Stores   int    `json:"stores"`
}

// Valid writes that a spec is right, and what it holds: a line with op "valid".
func (j *JSON) Valid(s *spec.Spec) error {
	return j.Line(validLine{Format: Format, Op: "valid", File: s.Path, Mappings: len(s.Mappings), Stores: len(s.Stores)})
}

// The characters that GitHub Actions takes for its own in the message and, more of
// them, in the properties of a workflow command.
var (
	annotationMessage  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	annotationProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// Annotation returns a problem of a spec as the line by which GitHub Actions shows
// it at its place in the file, without a line feed.
func Annotation(p *spec.FieldError) string {
	told := p.What
	if p.Field != "" {
		told = p.Field + ": " + told
	}
	if p.Hint != "" {
		told += ": " + p.Hint
	}
	return fmt.Sprintf("::error file=%s,line=%d,col=%d::%s",
		annotationProperty.Replace(Clean(p.File)), p.Line, p.Column, annotationMessage.Replace(Clean(told)))
}
