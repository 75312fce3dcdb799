package plan

import (
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/osssync/osssync/spec"
)

// Touched is what a pass over some paths of a push knows of one of them. There is
// always something of the tree at the path: what is not there is not handed to
// such a pass, so it cannot take anything for absent.
type Touched struct {
	Local  Local
	Base   *Base   // nil: the index has no row
	Remote *Remote // the object of the row as a HEAD told it; nil: none, or no row
}

// AlignTouched turns what is known of some paths into states that may become rows
// which send content, and never into a delete: no side is [Absent]. An object is
// known only where the index has a row; elsewhere there is [Assumed] to be none, so
// that content goes there without replacing any. Paths must be strictly increasing;
// the sequence ends with an [OrderError] if they are not, and with the first error
// of touched.
func AlignTouched(touched iter.Seq2[Touched, error]) iter.Seq2[State, error] {
	return func(yield func(State, error) bool) {
		last, begun := "", false
		for t, err := range touched {
			if err == nil && begun && t.Local.Path <= last {
				err = &OrderError{Side: "local", Prev: last, Next: t.Local.Path}
			}
			if err != nil {
				yield(State{}, err)
				return
			}
			if last, begun = t.Local.Path, true; !yield(t.state(), nil) {
				return
			}
		}
	}
}

func (t *Touched) state() State {
	s := State{Path: t.Local.Path, Local: t.Local, Base: t.Base, RemoteIs: Assumed}
	if t.Local.Problem == "" {
		s.LocalIs = Present
	}
	if t.Remote != nil {
		s.RemoteIs, s.Remote = Present, *t.Remote
	}
	return s
}

// errNotTouched refuses a section that is none of a pass over some paths.
var errNotTouched = errors.New("not a plan of some paths of a push")

// FinishTouched writes the section of a pass over some paths of a push, as Finish
// does that of a whole one. No reader takes it but [ReadTouched].
func (d *Draft) FinishTouched(h *Header, w io.Writer) error {
	if d.policy.Direction != spec.Push {
		return errNotTouched
	}
	out, err := d.finish(h, w, func(*Summary) {})
	if err != nil {
		return err
	}
	return out.seal(&endLine{Op: opEnd, Rows: out.rows, Summary: out.summary, Touched: true})
}

// ReadTouched reads a plan file with the one section that [Draft.FinishTouched] has
// written. One that would delete, abort or forget is refused, whoever wrote it. For
// the rest it is as ReadFile.
func ReadTouched(r io.ReaderAt, size int64) (*File, error) { return readFile(r, size, true) }

// checkTouched accepts the section of a pass over some paths.
func (s *Section) checkTouched(end *endLine) error {
	switch sum := &s.Summary; {
	case !end.Touched, s.Header.Direction != spec.Push.String():
		return errNotTouched
	case sum.Deletes() > 0, sum.Abort.Objects > 0, sum.Forget > 0:
		return fmt.Errorf("%w: it deletes, aborts or forgets", errNotTouched)
	}
	return nil
}
