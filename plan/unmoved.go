package plan

import "github.com/osssync/osssync/spec"

// unmoved reports whether the source has content at s, which is not moved, that the
// target is not known to have under that very name. What was renamed to such a place
// looks gone at its old name, so deletes must not rely on that. An object that is
// still the one of the index row was not renamed to s since.
func (p *Policy) unmoved(s *State) bool {
	if p.Direction == spec.Pull {
		return s.Remote.Path != "" && s.isContent() && !s.Base.remoteHolds(s.Remote.Version)
	}
	switch s.Local.Problem {
	case ReasonSymlink, ReasonSymlinkRefused, ReasonSymlinkEscapes, ReasonSymlinkLoop, ReasonSymlinkBroken,
		ReasonFIFO, ReasonSocket, ReasonDevice, ReasonIrregular, ReasonOtherDevice:
		return false // no content of the tree
	case "":
		return s.LocalIs == Present
	}
	return true
}

// uncompared is the verdict on a path of both sides whose contents cannot be
// compared, for why.
func uncompared(s *State, why Reason) Verdict {
	return Verdict{Class: ClassBlocked, Action: &Conflict{Path: s.Path, Reason: why}, Unmoved: true}
}

// bringsContent reports whether a gives the target content that it does not have, as
// is known of what was compared. Where a conflict of names takes the place of a, that
// content is unmoved, also if the target has other content under the name.
func bringsContent(a Action) bool {
	switch a.(type) {
	case *Upload, *Download:
		return a.Why() != ReasonHeadersDiffer
	}
	return false
}

// isContent reports an object that is neither a symbolic link nor what tools make for
// a directory.
func (s *State) isContent() bool {
	return s.Remote.Type != TypeSymlink && (s.Remote.Version.Size > 0 || !isMarker(s.Path))
}

// holds reports whether what a push passes over at s for its name keeps deletes
// waiting: it is unmoved in the way of [Policy.unmoved], but only until an apply has
// shown it. A file that stood there then, and is the same one still, is no renamed
// one. A folder of version control counts only if there was an apply that could have
// shown it: a checkout brings it along, also where no state is kept.
func (p *Policy) holds(s *State) bool {
	return p.Prune != spec.PruneNever && p.isNew(s) && (p.Applied || !s.isPassed() || !isVersionControl(s.Path))
}

// isNew reports whether a push passes over something at s for its name that no
// apply has shown as it is. What lies in .git and the like, where that is looked
// into, was not renamed into it by accident.
func (p *Policy) isNew(s *State) bool {
	if p.Direction != spec.Push || p.Touched || s.RemoteIs == Present {
		return false
	}
	switch {
	case inVersionControl(s.Path):
		return false
	case s.isPassed():
		return s.Local.Problem != "" && (s.Base == nil || !s.Base.Denied)
	}
	return s.LocalIs == Present && !s.Base.deniedHolds(s.Local.Stat)
}

// IsShown reports a row by which the index remembers that an apply passed over a name.
// It is to be done after the deletes, and only if those that wait for that name were
// held for it and nothing else.
func IsShown(a Action) bool {
	record, is := a.(*Record)
	return is && record.Base.Denied
}

// shown returns the row by which the index remembers what an apply passes over at s
// for its name, or nil if it does or need not.
func (p *Policy) shown(s *State, v *Verdict) Action {
	if !v.Denied || !p.isNew(s) {
		return nil
	}
	row := Base{Path: s.Path, Denied: true, Mount: s.Base != nil && s.Base.Mount}
	if s.LocalIs == Present {
		row.Local = s.Local.Stat
	}
	return &Record{Base: row}
}
