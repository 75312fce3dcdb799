package ui

import (
	"bufio"
	"fmt"
	"io"

	"github.com/osssync/osssync/plan"
)

// WriteDeletes writes the deletes of a plan for a person, all of them, with their
// sizes and reasons, and what they come to. Of opts only width and color matter.
// The error is one of the section or of w.
func WriteDeletes(w io.Writer, s *plan.Section, opts TextOptions) error {
	t := text{TextOptions: opts.withDefaults(), out: bufio.NewWriter(w), now: s.Header.Made, deletes: true}
	t.heading(&s.Header)
	if s.Summary.Deletes() > 0 {
		if err := t.rows(s); err != nil {
			return err
		}
		t.out.WriteString("\n")
	}
	t.wrapped(deletesOf(&s.Summary), "    ")
	return t.out.Flush()
}

// WriteDeletesMarkdown writes the deletes of a plan as a table, all of them, so
// that what it writes can be longer than a comment may be. The error is one of the
// section or of w.
func WriteDeletesMarkdown(w io.Writer, s *plan.Section) error {
	out := bufio.NewWriter(w)
	h := &s.Header
	fmt.Fprintf(out, "### osssync: deletes of %s\n\n%s\n", code(Name(h.Mapping)), deletesOf(&s.Summary))
	if s.Summary.Deletes() > 0 {
		out.WriteString("\n| path | size | why |\n| --- | ---: | --- |\n")
	}
	for a, err := range s.Rows() {
		if err != nil {
			return err
		}
		if r := describe(a, h.Made, false); r.kind == kindDelete {
			fmt.Fprintf(out, "| %s | %s | %s |\n", code(r.name), r.size, cell(r.why))
		}
	}
	out.WriteString("\n")
	return out.Flush()
}

type deleteLine struct {
	Format     int         `json:"format"`
	Op         string      `json:"op"`
	Mapping    string      `json:"mapping"`
	Action     string      `json:"action"`
	Path       string      `json:"path"`
	PathBase64 []byte      `json:"path_base64,omitempty"` // as in results
	Reason     plan.Reason `json:"reason"`
	Bytes      int64       `json:"bytes"`
}

// Deletes writes the deletes of a plan, a line with op "delete" each.
func (j *JSON) Deletes(s *plan.Section) error {
	for a, err := range s.Rows() {
		if err != nil {
			return err
		}
		line := deleteLine{Format: Format, Op: "delete", Mapping: s.Header.Mapping, Action: plan.Word(a), Reason: a.Why()}
		switch a := a.(type) {
		case *plan.DeleteRemote:
			line.Bytes = a.Before.Size
		case *plan.DeleteLocal:
			line.Bytes = a.Before.Size
		default:
			continue
		}
		line.Path, line.PathBase64 = TextOrBase64(a.Where())
		if err := j.Line(line); err != nil {
			return err
		}
	}
	return nil
}

// deletesOf tells in a sentence what the deletes of a plan come to.
func deletesOf(s *plan.Summary) string {
	remote, local := s.DeleteRemote, s.DeleteLocal
	switch {
	case remote.Objects > 0:
		return fmt.Sprintf("%s to delete (%s).", Count(remote.Objects, "object"), Bytes(remote.Bytes))
	case local.Objects > 0:
		return fmt.Sprintf("%s to move to the trash (%s).", Count(local.Objects, "file"), Bytes(local.Bytes))
	}
	return "No deletes."
}
