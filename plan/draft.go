package plan

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/osssync/osssync/spec"
)

// maxRevisions bounds the rows that a later path can take back. A tree or bucket
// with more names that are file and directory at once is not a tree to sync.
const maxRevisions = 100_000

// fullRows is up to how many rows a plan is gathered that a guard will stop
// whatever follows: it can be read, and the guard tells the whole number. Beyond
// them, some 300 MB, a listing without end would only fill the disk.
const fullRows = 1_000_000

// Draft takes the verdicts of one mapping in path order and becomes a section of
// a plan file. Rows go to scratch first, because a later path can show that an
// earlier one must be left alone: "a" is written before "a/b" is seen, with any
// number of paths between them. A Draft is for one goroutine.
type Draft struct {
	policy  *Policy
	scratch io.ReadWriteSeeker
	out     *bufio.Writer
	nest    nesting
	lack    lack
	rows    int64 // in scratch
	size    int64 // of them, in bytes
	full    int64 // as fullRows

	encoder   encoder
	summary   Summary                       // of the paths and rows seen
	unmovedAt string                        // the first path that is counted as unmoved
	denied    struct{ local, remote int64 } // files and objects passed over for their names
	conflicts map[string]bool               // file and directory at once, found after their row was written
	keep      map[string]bool               // counterparts of refused keys: not to be deleted
	arrivals  arrivals
}

// NewDraft returns an empty draft that keeps its rows in scratch, which must be
// empty and is the caller's to close and remove.
func NewDraft(p *Policy, scratch io.ReadWriteSeeker) *Draft {
	return &Draft{
		policy:    p,
		scratch:   scratch,
		out:       bufio.NewWriterSize(scratch, 64<<10),
		nest:      nesting{direction: p.Direction},
		lack:      newLack(p),
		full:      fullRows,
		conflicts: map[string]bool{},
		keep:      map[string]bool{},
	}
}

// Add takes the final verdict on s. States must come in the order of [Align]. The
// error is a [GuardError] when the rows are past a million and past a limit of the
// policy's guard on what a plan moves.
func (d *Draft) Add(s *State, v Verdict) error {
	collides, retract := d.nest.enter(s, &v)
	for _, above := range retract {
		d.count(above.class, -1)
		d.conflicts[above.path] = true
		if above.brings {
			d.countUnmoved(above.path)
		}
	}
	if collides && v.Class != ClassBlocked {
		v = Verdict{Class: ClassBlocked, Action: &Conflict{Path: s.Path, Reason: ReasonFileAndDirectory}, Unmoved: v.Unmoved || bringsContent(v.Action)}
	}
	if s.Refused != "" && d.policy.Prune != spec.PruneNever {
		if other, ok := counterpart(s.Path); ok {
			d.keep[other] = true
		}
	}
	if len(d.conflicts)+len(d.keep) > maxRevisions {
		return fmt.Errorf("more than %d names that are refused or a file and a directory at once; last %q", maxRevisions, s.Path)
	}
	d.count(v.Class, 1)
	if v.Unmoved {
		d.countUnmoved(s.Path)
	}
	if v.Denied {
		d.countDenied(s)
	}
	if v.New {
		d.arrivals.see(s)
	}
	d.lack.see(s, &v)
	content, uploads := d.policy.pending(s, v.Action)
	for _, a := range append([]Action{content, d.lack.mounted(s), d.policy.shown(s, &v)}, uploads...) {
		if a == nil {
			continue
		}
		line, err := d.encoder.encode(a)
		if err != nil {
			return fmt.Errorf("row of %q: %w", s.Path, err)
		}
		d.rows++
		d.size += int64(len(line)) + 1
		d.summary.count(a)
		d.out.Write(line)
		if err := d.out.WriteByte('\n'); err != nil {
			return fmt.Errorf("plan scratch: %w", err)
		}
	}
	if d.rows > d.full {
		return guardVolume(d.policy, &d.summary)
	}
	return nil
}

// count counts n paths of class c; those of other classes are counted by their rows.
func (d *Draft) count(c Class, n int64) {
	switch c {
	case ClassUnchanged:
		d.summary.Unchanged += n
	case ClassExtra:
		d.summary.Extra += n
	case ClassShielded:
		d.summary.Shielded += n
	}
}

// countUnmoved counts a path whose content is not moved; one that a later path turns
// into a conflict comes out of order.
func (d *Draft) countUnmoved(path string) {
	if d.summary.Unmoved++; d.summary.Unmoved == 1 || path < d.unmovedAt {
		d.unmovedAt, d.summary.UnmovedAt = path, strings.ToValidUTF8(path, "\uFFFD")
	}
}

func (d *Draft) countDenied(s *State) {
	if s.LocalIs == Present {
		d.denied.local++
	}
	if s.Remote.Path != "" {
		d.denied.remote++
	}
}

// Finish writes the section: header, rows with all revisions applied, end. It
// fails if proof is not whole, so a plan that saw only part of a side has no end
// and no reader takes it.
func (d *Draft) Finish(h *Header, proof *Proof, w io.Writer) error {
	out, err := d.finish(h, w, func(sum *Summary) {
		// A tree that holds nothing but what is passed over is as good as empty.
		sum.LocalFiles, sum.RemoteObjects = proof.LocalFiles-d.denied.local, proof.RemoteObjects-d.denied.remote
		sum.OwnedRows, sum.DeniedObjects = proof.OwnedRows, d.denied.remote
	})
	if err != nil {
		return err
	}
	return out.end(proof)
}

// finish writes all of a section but its last line. tell writes into the summary
// what the sides held.
func (d *Draft) finish(h *Header, w io.Writer, tell func(*Summary)) (*sectionWriter, error) {
	if err := d.out.Flush(); err != nil {
		return nil, fmt.Errorf("plan scratch: %w", err)
	}
	if _, err := d.scratch.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("plan scratch: %w", err)
	}
	out, err := beginSection(w, h)
	if err != nil {
		return nil, err
	}
	out.summary = d.summary
	tell(&out.summary)
	d.lack.tell(&out.summary)
	return out, d.writeRows(out)
}

// writeRows copies the rows to out. Only if a path took back the row of an earlier
// one they have to be read for that.
func (d *Draft) writeRows(out *sectionWriter) error {
	if len(d.conflicts) > 0 || len(d.keep) > 0 || d.lack.keepsAny() || d.summary.DeleteRemote.Objects > 0 && d.arrivals.any() {
		out.summary = out.summary.paths()
		return d.revise(out)
	}
	if err := out.copyRows(d.scratch, d.rows, d.size); err != nil {
		return fmt.Errorf("plan scratch: %w", err)
	}
	return nil
}

// revise copies the rows to out. Conflicts found late take the place of the
// path's row, or a place of their own where the path had none.
func (d *Draft) revise(out *sectionWriter) error {
	late := slices.Sorted(maps.Keys(d.conflicts))
	insert := func(upTo string, all bool) error {
		for len(late) > 0 && (all || late[0] <= upTo) {
			if err := out.action(&Conflict{Path: late[0], Reason: ReasonFileAndDirectory}); err != nil {
				return err
			}
			late = late[1:]
		}
		return nil
	}
	lines := newLineReader(d.scratch)
	for range d.rows {
		line, err := lines.next()
		if err != nil {
			return fmt.Errorf("plan scratch: %w", err)
		}
		a, err := parse(line)
		if err != nil {
			return fmt.Errorf("plan scratch: %w", err)
		}
		if err := insert(a.Where(), false); err != nil {
			return err
		}
		switch now := d.revised(a); now {
		case a:
			err = out.row(a, line)
		case nil:
		default:
			err = out.action(now)
		}
		if err != nil {
			return err
		}
	}
	return insert("", true)
}

// revised returns what stands for the row a now that every path was seen: a, or
// another row, or nil if a conflict found late takes its place.
func (d *Draft) revised(a Action) Action {
	path := a.Where()
	late := d.conflicts[path]
	switch a := a.(type) {
	case *AbortUpload, *KeepUpload:
		return a
	case *ResumeUpload:
		if late {
			return &KeepUpload{Path: path, Reason: ReasonUploadOwned, UploadID: a.UploadID, Started: a.Started, Parts: a.Parts, Bytes: a.Bytes}
		}
	case *DeleteRemote, *DeleteLocal:
		if d.keep[path] && !late {
			return &Conflict{Path: path, Reason: ReasonCounterpart}
		}
		if remote, is := a.(*DeleteRemote); is && !late {
			return d.arrivals.hold(remote)
		}
	case *Forget:
		if d.lack.keeps(path) {
			return nil
		}
	}
	if late {
		return nil
	}
	return a
}
