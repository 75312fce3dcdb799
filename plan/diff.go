package plan

import (
	"github.com/osssync/osssync/spec"
)

// Ask names the evidence that a decision still needs.
type Ask uint8

// What can be asked for.
const (
	AskNothing    Ask = iota
	AskLocalSums      // read the file, computing its checksums
	AskRemoteSums     // HEAD the object for its CRC-64
	AskRemoteBody     // read the object (Deep)
	AskPointer        // look whether the file is a pointer of Git LFS, and the object none or not there
)

// Evidence is what was found out beyond the listings. The zero value means that
// nothing was asked for yet.
type Evidence struct {
	Local      Sums   // of the file as it stands in State.Local.Stat
	LocalRacy  bool   // the file was modified so shortly before reading that a later write may not show
	LocalFault Reason // the file could not be read, or moved while it was
	Detail     string // evidence for LocalFault

	Remote     Sums // of the object, from HEAD or from its body
	RemoteHead bool // a HEAD was done
	RemoteBody bool // the body was read
	RemoteGone bool // the object is not the listed one any more

	PointerKnown bool // it was looked whether content is to be replaced by a pointer
	Pointer      bool // the file is a pointer of Git LFS, and the object is none or not there
}

// Class says how a path counts in the summary.
type Class uint8

// The classes of paths.
const (
	ClassNone      Class = iota // nothing on either side
	ClassUnchanged              // both sides have the same content
	ClassChange                 // an action will change a side
	ClassExtra                  // only at the target, and not to be deleted
	ClassShielded               // left alone because something above it could not be seen
	ClassBlocked                // left alone by a conflict of its own, or passed over
)

// Verdict is what Diff decides of a path. If Ask is not AskNothing, the rest is
// empty and Diff wants to be called again with more evidence.
type Verdict struct {
	Ask    Ask
	Class  Class
	Action Action // may be nil
	Owned  bool   // for a delete: the index says that this mapping put the content there
	Denied bool   // it is for its name, or a folder's, that the path is passed over, so neither side counts as having something there
	New    bool   // it is Denied, and deletes of what it may have been under another name wait for one apply

	Unmoved bool // the source has content there that is not moved and may be what a delete takes away
}

// Diff decides what becomes of one path, apart from its pending uploads. It is a
// pure function; asked again with the evidence it wanted, it ends after at most
// four rounds.
//
// Invariant: a delete is returned only if the source side is Absent, which only
// [Align] says and only of a path that the source's sequence went past. Unknown
// on either side never leads to a change.
func (p *Policy) Diff(s *State, e *Evidence) Verdict {
	if v, blocked := p.block(s); blocked {
		return v
	}
	if s.LocalIs == Absent && s.RemoteIs == Absent {
		if s.Base != nil {
			return Verdict{Action: &Forget{Path: s.Path}}
		}
		return Verdict{}
	}
	if s.LocalIs == Present && s.RemoteIs == Present {
		return p.compare(s, e)
	}
	sourceIs := s.LocalIs
	if p.Direction == spec.Pull {
		sourceIs = s.RemoteIs
	}
	if sourceIs == Present {
		if e.LocalFault != "" {
			return Verdict{Class: ClassBlocked, Action: &Conflict{Path: s.Path, Reason: e.LocalFault, Detail: e.Detail, Due: true}}
		}
		return p.replace(s, e, ReasonNew)
	}
	if sourceIs != Absent {
		return Verdict{Class: ClassShielded}
	}
	return p.extra(s)
}

// block returns the verdict for paths of which too little is known, or which
// cannot exist on both sides.
func (p *Policy) block(s *State) (Verdict, bool) {
	conflict := func(r Reason, detail string) (Verdict, bool) {
		return Verdict{Class: ClassBlocked, Action: &Conflict{Path: s.Path, Reason: r, Detail: detail}, Unmoved: p.unmoved(s)}, true
	}
	if v, passed := p.pass(s); passed {
		return v, true
	}
	switch {
	case s.Local.Problem != "" && s.Local.Passed && (p.Direction == spec.Push || s.RemoteIs == Absent):
		return Verdict{Class: ClassBlocked, Action: &Skip{Path: s.Path, Reason: s.Local.Problem}}, true
	case s.Local.Problem != "":
		return conflict(s.Local.Problem, s.Local.Detail)
	case s.Refused != "":
		return conflict(s.Refused, "")
	case s.LocalIs == Unknown || s.RemoteIs == Unknown:
		return Verdict{Class: ClassShielded, Unmoved: p.Direction == spec.Pull && p.unmoved(s)}, true
	case s.LocalIs == Present && p.PrefixLen+len(s.Path) > maxKey:
		return conflict(ReasonKeyTooLong, "")
	case s.RemoteIs == Present && s.Remote.Type == TypeSymlink:
		return conflict(ReasonObjectSymlink, "")
	}
	return Verdict{}, false
}

// compare decides a path that both sides have.
func (p *Policy) compare(s *State, e *Evidence) Verdict {
	localHolds, remoteHolds := s.Base.localHolds(s.Local.Stat), s.Base.remoteHolds(s.Remote.Version)
	if localHolds && remoteHolds && s.Local.Stat.Size == s.Remote.Version.Size {
		return p.same(s, e, s.Base.Sums, true)
	}
	if e.LocalFault != "" {
		return Verdict{Class: ClassBlocked, Action: &Conflict{Path: s.Path, Reason: e.LocalFault, Detail: e.Detail, Due: true}}
	}
	if e.RemoteGone {
		return Verdict{Class: ClassBlocked, Action: &Conflict{Path: s.Path, Reason: ReasonChangedWhileRead, Detail: "object", Due: true}}
	}
	if s.Local.Stat.Size != s.Remote.Version.Size {
		return p.replace(s, e, ReasonSizeDiffers)
	}

	local, remote := e.Local, e.Remote.or(listedSums(&s.Remote))
	if localHolds {
		local = local.or(s.Base.Sums)
	}
	if remoteHolds {
		remote = remote.or(s.Base.Sums)
	}
	return p.judge(s, e, local, remote)
}

// judge decides by checksums. local and remote hold all that is known by now.
func (p *Policy) judge(s *State, e *Evidence, local, remote Sums) Verdict {
	equal, differ := local.compare(remote)
	switch {
	case equal:
		return p.same(s, e, local, false)
	case remote == Sums{} && !e.RemoteHead:
		return Verdict{Ask: AskRemoteSums}
	case remote == Sums{} && p.Deep && s.Remote.Archived:
		return uncompared(s, ReasonArchived)
	case remote == Sums{} && p.Deep && !e.RemoteBody:
		return Verdict{Ask: AskRemoteBody}
	case remote == Sums{}:
		return uncompared(s, ReasonNoChecksum)
	case local == Sums{} || !differ && e.Local == Sums{}:
		return Verdict{Ask: AskLocalSums}
	case !differ:
		// Reading a file gives every checksum there is, so both sides share one.
		return uncompared(s, ReasonNoChecksum)
	}
	// An object encrypted with KMS is of type Normal and its ETag is no MD5.
	// Before content of equal size is sent again, the CRC-64 has a say.
	switch {
	case remote.CRC64 == "" && !e.RemoteHead:
		return Verdict{Ask: AskRemoteSums}
	case remote.CRC64 == "":
		return p.replace(s, e, ReasonContentDiffers)
	case local.CRC64 == "":
		return Verdict{Ask: AskLocalSums}
	case local.CRC64 == remote.CRC64:
		return p.same(s, e, local, false)
	}
	return p.replace(s, e, ReasonContentDiffers)
}

// same decides a path whose content is equal: headers may have to be set, and
// the index may have to learn of it. local is what is known of the file; known
// is true if the index row holds for both sides. An ETag that the file's MD5 did
// not confirm is not noted: that of an object encrypted with KMS looks like one.
func (p *Policy) same(s *State, e *Evidence, local Sums, known bool) Verdict {
	row := Base{Path: s.Path, Local: s.Local.Stat, Remote: s.Remote.Version, Racy: e.LocalRacy}
	row.Sums = local.or(e.Remote)
	if s.Base.remoteHolds(s.Remote.Version) {
		// The object is the one of the row, so what the row says of it stands.
		row.Sums = row.Sums.or(s.Base.Sums)
		row.Headers, row.Owned = s.Base.Headers, s.Base.Owned
	}
	if p.Direction == spec.Pull {
		row.Owned = s.Base != nil && s.Base.Owned && (s.Base.localHolds(s.Local.Stat) || s.Base.restamped(s.Local.Stat, local))
	}
	if v, drifted := p.headers(s, &row); drifted {
		return v
	}
	if known && s.Base.Remote.Equal(s.Remote.Version) {
		return Verdict{Class: ClassUnchanged}
	}
	return Verdict{Class: ClassUnchanged, Action: &Record{Base: row}}
}

// headers decides whether the object needs other headers. What it has is known
// from the index alone; a row that does not know proves nothing.
func (p *Policy) headers(s *State, row *Base) (Verdict, bool) {
	if p.Direction != spec.Push || row.Headers == "" {
		return Verdict{}, false
	}
	want := p.HeadersFor(s.Path)
	if HeadersDigest(want) == row.Headers {
		return Verdict{}, false
	}
	if s.Remote.Version.Size > maxCopy || s.Remote.Archived {
		return p.transfer(s, ReasonHeadersDiffer), true
	}
	return Verdict{Class: ClassChange, Action: &SetMeta{
		Path: s.Path, Reason: ReasonHeadersDiffer,
		Remote: s.Remote.Version, Local: s.Local.Stat, Sums: row.Sums, Headers: want, Owned: row.Owned, Racy: row.Racy,
	}}, true
}

// transfer moves the source's content to the target.
func (p *Policy) transfer(s *State, why Reason) Verdict {
	if p.Direction == spec.Pull {
		if s.Remote.Archived {
			return Verdict{Class: ClassBlocked, Action: &Conflict{Path: s.Path, Reason: ReasonArchived}, Unmoved: true}
		}
		d := &Download{Path: s.Path, Reason: why, Remote: s.Remote.Version, Phase: p.Phase(s.Path), Requests: p.downloadRequests(s.Remote.Version.Size)}
		if s.LocalIs == Present {
			d.Before = &s.Local.Stat
			d.Preserve = !s.Base.localHolds(s.Local.Stat) || !s.Base.Owned
		}
		return Verdict{Class: ClassChange, Action: d}
	}
	requests, ok := p.transferRequests(s.Local.Stat.Size)
	if !ok {
		return Verdict{Class: ClassBlocked, Action: &Conflict{Path: s.Path, Reason: ReasonTooLarge}, Unmoved: why != ReasonHeadersDiffer}
	}
	u := &Upload{Path: s.Path, Reason: why, Local: s.Local.Stat, Headers: p.HeadersFor(s.Path), Phase: p.Phase(s.Path), Requests: requests}
	if s.RemoteIs == Present {
		u.Before = &s.Remote.Version
		u.Requests++ // the object is looked at again before it is replaced
	}
	return Verdict{Class: ClassChange, Action: u}
}

// extra decides a path that only the target has.
func (p *Policy) extra(s *State) Verdict {
	owned := s.Base != nil && s.Base.Owned
	if p.Direction == spec.Pull {
		owned = owned && s.Base.localHolds(s.Local.Stat)
	} else {
		owned = owned && s.Base.remoteHolds(s.Remote.Version)
	}
	if p.Prune == spec.PruneNever || p.Prune == spec.PruneManaged && !owned {
		return Verdict{Class: ClassExtra}
	}
	why := ReasonGone
	if owned {
		why = ReasonGoneOwned
	}
	v := Verdict{Class: ClassChange, Owned: owned}
	if p.Direction == spec.Pull {
		v.Action = &DeleteLocal{Path: s.Path, Reason: why, Before: s.Local.Stat}
	} else {
		v.Action = &DeleteRemote{Path: s.Path, Reason: why, Before: s.Remote.Version}
	}
	return v
}
