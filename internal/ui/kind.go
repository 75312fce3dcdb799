package ui

import "github.com/osssync/osssync/plan"

// kind is how a sort of row is shown. Kinds follow one another as their groups
// do in a folded plan.
type kind uint8

const (
	kindNew kind = iota
	kindReplace
	kindResume
	kindMeta
	kindDelete
	kindAbort
	kindKeep
	kindConflict
	kindSkip
	kindHidden // concerns the index alone
)

// appearance is what stands for a kind.
type appearance struct {
	glyph  string
	legend string // what the glyph means
	more   string // what is said of the number of rows beyond the fold
	noun   string // what they are called, if that takes a noun
	color  string // SGR parameter
	fold   int    // rows shown of a plan that is folded
}

// Deletes and conflicts are what a plan is read for, so more of them are shown.
var appearances = [...]appearance{
	kindNew:      {glyph: "+", legend: "new", more: "new", color: "32", fold: 10},
	kindReplace:  {glyph: "~", legend: "replace", more: "to replace", color: "33", fold: 10},
	kindResume:   {glyph: "^", legend: "resume", more: "to resume", color: "32", fold: 10},
	kindMeta:     {glyph: "m", legend: "set headers", more: "to set headers of", color: "33", fold: 10},
	kindDelete:   {glyph: "-", legend: "delete", more: "to delete", color: "31", fold: 100},
	kindAbort:    {glyph: "x", legend: "abort upload", more: "to abort", noun: "upload", color: "31", fold: 10},
	kindKeep:     {glyph: "o", legend: "keep upload", more: "to keep", noun: "upload", color: "36", fold: 10},
	kindConflict: {glyph: "!", legend: "left alone", more: "left alone", color: "35", fold: 100},
	kindSkip:     {glyph: ".", legend: "passed over", more: "passed over", color: "36", fold: 10},
}

func kindOf(a plan.Action) kind {
	switch a := a.(type) {
	case *plan.Upload:
		return newOr(a.Before == nil)
	case *plan.Download:
		return newOr(a.Before == nil)
	case *plan.ResumeUpload:
		return kindResume
	case *plan.SetMeta:
		return kindMeta
	case *plan.DeleteRemote, *plan.DeleteLocal:
		return kindDelete
	case *plan.AbortUpload:
		return kindAbort
	case *plan.KeepUpload:
		return kindKeep
	case *plan.Conflict:
		return kindConflict
	case *plan.Skip:
		return kindSkip
	}
	return kindHidden
}

// countKinds returns how many rows of each kind a plan has, and whether its summary
// tells: of uploads that go on it does not say how many replace something.
func countKinds(s *plan.Summary) (count [len(appearances)]int64, told bool) {
	if s.Resume.Objects > 0 {
		return count, false
	}
	count[kindNew] = s.Upload.Objects + s.Download.Objects - s.Replace
	count[kindReplace] = s.Replace
	count[kindMeta] = s.SetMeta.Objects
	count[kindDelete] = s.Deletes()
	count[kindAbort] = s.Abort.Objects
	count[kindKeep] = s.Keep.Objects
	count[kindConflict] = s.Conflicts
	count[kindSkip] = s.Skips
	return count, true
}

func newOr(isNew bool) kind {
	if isNew {
		return kindNew
	}
	return kindReplace
}
