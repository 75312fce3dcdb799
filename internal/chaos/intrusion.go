package chaos

import (
	"slices"

	"github.com/osssync/osssync/plan"
)

// intrusion is a content that somebody puts at a path in the middle of a run, at a
// moment after which the run looks at it once more.
type intrusion struct {
	sum  string
	size int64
}

// intrude stores an object as another writer in the middle of a run. No other content
// of the world has its size.
func (w *world) intrude(path string) error {
	w.meddling.Lock()
	defer w.meddling.Unlock()
	size := 10_000 + w.edits
	c := w.compose(path, size)
	w.rivalled[path] = intrusion{digest(c), int64(size)}
	if w.scene.push {
		w.foreign[path] = true
	}
	return putKey(w.writer(), prefix+path, c) // the run may have set the service's clock
}

// intrusions are those of the newest run in files or objects, by path.
func (w *world) intrusions(local bool) map[string]intrusion {
	if local {
		return w.meddled
	}
	return w.rivalled
}

// intruded reports whether there was one at path, on either side.
func (w *world) intruded(path string) bool {
	_, file := w.meddled[path]
	_, object := w.rivalled[path]
	return file || object
}

// intrusionGone returns a path where the target lacks what somebody put there in the
// middle of the run, unless the plan knew of it, or the run could not. A bucket with
// versions heeds no x-oss-forbid-overwrite, and a commit that comes late asks nobody.
func (w *world) intrusionGone(o *outcome, is sums) (string, bool) {
	late := slices.ContainsFunc(o.struck, func(f fault) bool { return f.do == tardily })
	if late || o.lied() || w.versioned {
		return "", false
	}
	for path, by := range w.intrusions(!w.scene.push) {
		known := slices.ContainsFunc(o.rows, func(a plan.Action) bool { return a.Where() == path && expects(a) == by.size })
		if is[path] != by.sum && !known {
			return path, true
		}
	}
	return "", false
}

// expects is the size of what a row replaces or deletes; -1: nothing.
func expects(a plan.Action) int64 {
	switch a := a.(type) {
	case *plan.Upload:
		if a.Before != nil {
			return a.Before.Size
		}
	case *plan.ResumeUpload:
		return expects(&a.Upload)
	case *plan.Download:
		if a.Before != nil {
			return a.Before.Size
		}
	case *plan.DeleteRemote:
		return a.Before.Size
	case *plan.DeleteLocal:
		return a.Before.Size
	}
	return -1
}
