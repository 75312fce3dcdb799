package plan

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"strings"
)

// StaleError tells that the world is not the one a saved plan was made from.
// Nothing was changed.
type StaleError struct {
	Mapping string
	What    string   // what moved, in words, if the plan as a whole does not fit
	Paths   []string // the first paths whose planned action is not due as planned
	Count   int64    // of all such paths
	Applied bool     // all that moved is that an apply ran since
}

func (e *StaleError) Error() string {
	if e.What != "" {
		return fmt.Sprintf("plan of mapping %q is stale: %s", e.Mapping, e.What)
	}
	quoted := make([]string, len(e.Paths))
	for i, p := range e.Paths {
		quoted[i] = fmt.Sprintf("%q", p)
	}
	more := ""
	if e.Count > int64(len(e.Paths)) {
		more = ", ..."
	}
	return fmt.Sprintf("plan of mapping %q is stale: %d %s not due as planned any more: %s%s",
		e.Mapping, e.Count, Plural(e.Count, "action"), strings.Join(quoted, ", "), more)
}

// maxStalePaths is how many paths a StaleError names.
const maxStalePaths = 10

// Narrow writes to w the section fresh without the changes that saved does not
// hold. It fails with a [StaleError] if saved holds a change that is not in
// fresh, to the letter. So a saved plan, edited or not, can only make an apply
// do less than spec and policy would have it do now, and what is recorded in the
// index never comes from a file.
func Narrow(fresh, saved *Section, w io.Writer) error {
	if moved := saved.Header.Moved(&fresh.Header); moved != "" {
		apart := saved.Header
		apart.Lineage, apart.Serial = fresh.Header.Lineage, fresh.Header.Serial
		return &StaleError{Mapping: saved.Header.Mapping, What: moved, Applied: apart.Moved(&fresh.Header) == ""}
	}
	out, err := beginSection(w, &fresh.Header)
	if err != nil {
		return err
	}
	out.summary = fresh.Summary.paths()
	stale := &StaleError{Mapping: saved.Header.Mapping}
	next, stop := iter.Pull2(saved.changes())
	defer stop()
	want, err, more := next()
	if err != nil {
		return err
	}
	// Each delete of saved is due, or this fails: as many are the same ones.
	allDeletes := saved.Summary.Deletes() == fresh.Summary.Deletes()
	for line, err := range fresh.lines() {
		if err != nil {
			return err
		}
		a, err := parse(line)
		if err != nil {
			return err
		}
		if forgetsMount(a) || !allDeletes && IsShown(a) {
			continue // a plan in part may leave out the deletes for which it was to be forgotten, or that wait for it
		}
		if changes(a) {
			for more && want.before(a) {
				stale.add(want.path)
				if want, err, more = next(); err != nil {
					return err
				}
			}
			if !more || !bytes.Equal(want.line, line) {
				continue // not in the saved plan as it stands now
			}
			if want, err, more = next(); err != nil {
				return err
			}
		}
		if err := out.row(a, line); err != nil {
			return err
		}
	}
	for more {
		stale.add(want.path)
		if want, err, more = next(); err != nil {
			return err
		}
	}
	if stale.Count > 0 {
		return stale
	}
	return out.end(&fresh.proof)
}

func (e *StaleError) add(path string) {
	e.Count++
	if len(e.Paths) < maxStalePaths {
		e.Paths = append(e.Paths, path)
	}
}

// changes reports whether a changes a side or a multipart upload.
func changes(a Action) bool {
	switch a.(type) {
	case *Conflict, *Skip, *KeepUpload, *Record, *Forget:
		return false
	}
	return true
}

// change is a row of a saved plan that waits for its match.
type change struct {
	path string
	id   string // upload id, for the several uploads of one key
	line []byte
}

func (c *change) before(a Action) bool {
	if c.path != a.Where() {
		return c.path < a.Where()
	}
	return c.id < uploadID(a)
}

// uploadID tells the rows of one path apart: at most one concerns the content
// and comes first, the others are aborts in the order of their ids.
func uploadID(a Action) string {
	if abort, ok := a.(*AbortUpload); ok {
		return abort.UploadID
	}
	return ""
}

func (s *Section) changes() iter.Seq2[change, error] {
	return func(yield func(change, error) bool) {
		for line, err := range s.lines() {
			if err != nil {
				yield(change{}, err)
				return
			}
			a, err := parse(line)
			if err != nil {
				yield(change{}, err)
				return
			}
			if changes(a) && !yield(change{path: a.Where(), id: uploadID(a), line: bytes.Clone(line)}, nil) {
				return
			}
		}
	}
}

// paths returns the part of s that does not come from rows.
func (s Summary) paths() Summary {
	return Summary{
		LocalFiles: s.LocalFiles, RemoteObjects: s.RemoteObjects, OwnedRows: s.OwnedRows, DeniedObjects: s.DeniedObjects,
		Unchanged: s.Unchanged, Extra: s.Extra, Shielded: s.Shielded, Unmoved: s.Unmoved, UnmovedAt: s.UnmovedAt,
		Missing: s.Missing, MissingAt: s.MissingAt, MissingWhy: s.MissingWhy, Unmounted: s.Unmounted, UnmountedAt: s.UnmountedAt,
	}
}
