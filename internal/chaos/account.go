package chaos

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/osssync/osssync/apply"
	kinds "github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/plan"
)

// eReportTrue: what the run says is so.
func (w *world) eReportTrue(o *outcome) error {
	counted := map[apply.Outcome]int64{}
	for _, r := range o.results {
		counted[r.Outcome]++
		if (r.Outcome == apply.Done) != (r.Err == nil) {
			return fmt.Errorf("(e) %q is %s with error %v", r.Action.Where(), r.Outcome, r.Err)
		}
	}
	report := &o.report
	said := []int64{report.Done, report.Skipped, report.Held, report.Failed}
	if is := []int64{counted[apply.Done], counted[apply.Skipped], counted[apply.Held], counted[apply.Failed]}; !slices.Equal(said, is) {
		return fmt.Errorf("(e) the report counts %v, the results are %v", said, is)
	}
	if err := o.failedForReason(); err != nil || o.lied() {
		return err
	}
	source, target := w.source(o.after), w.target(o.after)
	for _, r := range o.results {
		path := r.Action.Where()
		if w.intruded(path) {
			continue // what was done is not what stands
		}
		switch r.Action.(type) {
		case *plan.DeleteRemote, *plan.DeleteLocal:
			if _, there := target[path]; there && r.Outcome == apply.Done {
				return fmt.Errorf("(e) %q is reported as deleted, and is there", path)
			}
		default:
			if movesContent(r.Action) && r.Outcome == apply.Done && source[path] != target[path] {
				return fmt.Errorf("(e) %q is reported as moved, and is not", path)
			}
		}
	}
	if o.err != nil || !report.Complete() || len(w.meddled)+len(w.rivalled) > 0 {
		return nil
	}
	if o.planned && report.Done != o.summary.Changes() {
		return fmt.Errorf("(e) the run is complete with %d of %d changes", report.Done, o.summary.Changes())
	}
	return w.sameSides(o.after, "(e) the run is complete, but")
}

// failedForReason wants a run that nothing disturbed to end well, unless it was
// refused, and one that was only interrupted to say so.
func (o *outcome) failedForReason() error {
	var (
		guard  *plan.GuardError
		stale  *plan.StaleError
		locked *reconcile.LockedError
	)
	onlyInterrupted := !slices.ContainsFunc(o.struck, func(f fault) bool { return f.do != interrupt })
	switch {
	case o.err == nil, errors.As(o.err, &guard), errors.As(o.err, &stale), errors.As(o.err, &locked), o.broken > 0, !onlyInterrupted:
		return nil
	case len(o.struck) == 0:
		return fmt.Errorf("(e) nothing was wrong, and the run failed: %w", o.err)
	case kinds.Of(o.err) != kinds.Interrupted:
		return fmt.Errorf("(e) the run was interrupted, and failed for another reason: %w", o.err)
	}
	return nil
}

// sameSides wants the target to be what source and policy make of it.
func (w *world) sameSides(s *sides, what string) error {
	source, target := w.source(s), w.target(s)
	for path, sum := range source {
		if target[path] != sum && w.mapping().Match(path) {
			return fmt.Errorf("%s %q differs", what, path)
		}
	}
	for path := range target {
		if _, there := source[path]; !there && w.scene.prune == "all" && w.mapping().Match(path) && !w.shielded(path) {
			return fmt.Errorf("%s %q should be gone", what, path)
		}
	}
	return nil
}

// gNothingWasted: beyond the content that the plan moves, each fault costs one
// part of it for each worker at most; a refusal, which may say that an upload is
// of no use, one file.
func (w *world) gNothingWasted(o *outcome) error {
	need, largest := int64(0), int64(0)
	for _, row := range o.rows {
		switch row := row.(type) {
		case *plan.Upload:
			need += row.Local.Size
			largest = max(largest, row.Local.Size)
		case *plan.ResumeUpload:
			largest = max(largest, row.Local.Size)
			if need += row.Cost().Bytes; w.amended[row.Path] {
				need += row.Bytes // stored, but of the file as it was
			}
		}
	}
	most := need + int64(o.broken*w.scene.workers)*threshold
	for _, f := range o.struck {
		if strings.HasPrefix(f.do, "4") {
			most += largest
		} else {
			most += int64(w.scene.workers) * threshold
		}
	}
	if o.sent > most {
		return fmt.Errorf("(g) %d bytes were sent for %d, with %d faults", o.sent, need, len(o.struck))
	}
	return nil
}

// iNoSecret: the secret is in no output and no file, in no form.
func (w *world) iNoSecret(o *outcome) error {
	state, err := w.stateText()
	if err != nil {
		return err
	}
	for _, form := range secretForms() {
		if bytes.Contains(o.output.Bytes(), form) {
			return errors.New("(i) the secret is in the output")
		}
		if bytes.Contains(state, form) {
			return errors.New("(i) the secret is in the state folder")
		}
	}
	return nil
}

// secretForms are plain, hexadecimal, for URLs, and base64 as it looks behind
// any number of other bytes.
func secretForms() [][]byte {
	forms := [][]byte{[]byte(secret), []byte(hex.EncodeToString([]byte(secret))), []byte(url.QueryEscape(secret))}
	for skip := range 3 {
		encoded := base64.StdEncoding.EncodeToString([]byte(secret)[skip:])
		forms = append(forms, []byte(encoded[:len(encoded)-4]))
	}
	return forms
}
