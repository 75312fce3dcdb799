package plan

import "io"

// Without writes to w the section fresh without the changes that drop names. What
// is left is a part of what is due, so deletes must not rely on it.
func Without(fresh *Section, drop func(Action) bool, w io.Writer) error {
	out, err := beginSection(w, &fresh.Header)
	if err != nil {
		return err
	}
	out.summary = fresh.Summary.paths()
	for line, err := range fresh.lines() {
		if err != nil {
			return err
		}
		a, err := parse(line)
		if err != nil {
			return err
		}
		if changes(a) && drop(a) {
			continue
		}
		if err := out.row(a, line); err != nil {
			return err
		}
	}
	return out.end(&fresh.proof)
}
