package chaos

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// maxApplies bounds how many applies without faults may be needed until nothing
// is due.
const maxApplies = 2

// fConverges: once faults stop, a few applies make the sides as they should be,
// and nothing is due after them.
func (w *world) fConverges() error {
	for n := 1; ; n++ {
		o, err := w.run(how{allow: true})
		if err != nil {
			return err
		}
		if err := w.accept(o); err != nil {
			return err
		}
		changes, err := w.due()
		switch {
		case err != nil:
			return err
		case changes == 0 && o.err == nil && o.report.Complete():
			return w.sameSides(o.after, "(f) without faults")
		case n == maxApplies:
			return fmt.Errorf("(f) %d changes are due after %d applies without faults: %+v, %w", changes, n, o.report, o.err)
		}
	}
}

// due returns the number of changes in a plan that is not run.
func (w *world) due() (changes int64, err error) {
	ctx := context.Background()
	session, err := w.session(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, session.Close()) }()
	p, err := session.Preview(ctx, w.mapping())
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	return p.Section.Summary.Changes(), nil
}

// hNothingLeft: no file is held open any more, and at the latest an apply an hour or
// two later leaves no temporary file, no checkpoint and no upload. What else could be
// left, goroutines and connections, is found where the world ends.
func (w *world) hNothingLeft() error {
	held, err := w.descriptors()
	if err != nil {
		return err
	}
	if len(held) > 0 {
		return fmt.Errorf("(h) files are held open: %q", held)
	}
	if w.leftovers() == nil {
		return nil
	}
	time.Sleep(2 * time.Hour) // uploads and temporary files are left alone for one
	o, err := w.run(how{allow: true})
	if err != nil {
		return err
	}
	if err := w.accept(o); err != nil {
		return err
	}
	if o.err != nil {
		return fmt.Errorf("(h) an apply later: %w", o.err)
	}
	return w.leftovers()
}

// leftovers is an error if there are any.
func (w *world) leftovers() error {
	left, err := w.look()
	if err != nil {
		return err
	}
	records, err := w.records()
	if err != nil {
		return err
	}
	uploads, err := w.uploads()
	switch {
	case err != nil:
		return err
	case len(left.temps) > 0:
		return fmt.Errorf("(h) temporary files are left: %q", left.temps)
	case records > 0:
		return fmt.Errorf("(h) %d records or plan files are left", records)
	case len(uploads) > 0 && w.scene.push:
		return fmt.Errorf("(h) uploads are left: %q", uploads)
	}
	return nil
}

// accept judges a run, and books whose the contents at the target are now.
func (w *world) accept(o *outcome) error {
	if err := w.judge(o); err != nil {
		return err
	}
	was := w.target(o.before)
	for path, sum := range w.target(o.after) {
		if was[path] != sum && sum != w.intrusions(!w.scene.push)[path].sum {
			delete(w.foreign, path)
			delete(w.amended, path)
		}
	}
	return nil
}
