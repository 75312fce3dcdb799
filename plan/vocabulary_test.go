package plan

import (
	"iter"
	"strings"
	"time"

	"github.com/osssync/osssync/spec"
)

// The shared vocabulary of the tables: two contents A and B of 10 bytes, and one
// of 20 bytes. The local file, the object and the index row at "p" are made of
// these.
var (
	noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

	sumsA = Sums{MD5: strings.Repeat("A", 32), CRC64: "11"}
	sumsB = Sums{MD5: strings.Repeat("B", 32), CRC64: "22"}

	statTen    = Stat{Size: 10, MtimeNs: 1_000_000_007, CtimeNs: 1_000_000_008, Inode: 5}
	statOther  = Stat{Size: 10, MtimeNs: 2_000_000_007, CtimeNs: 2_000_000_008, Inode: 5}
	statTwenty = Stat{Size: 20, MtimeNs: 3_000_000_007, CtimeNs: 3_000_000_008, Inode: 5}
)

// side sets one side of a State; the same word means the same in all tables.
type side func(*State)

var (
	lNone    side = func(s *State) { s.LocalIs = Absent }
	lTen          = local(statTen)
	lTwenty       = local(statTwenty)
	lHuge         = local(Stat{Size: maxParts*maxPartSize + 1})
	lShield  side = func(s *State) { s.LocalIs = Unknown }
	lSymlink side = func(s *State) {
		s.LocalIs, s.Local = Unknown, Local{Path: s.Path, Problem: ReasonSymlink, Detail: "-> q"}
	}
	lPassed side = func(s *State) { lSymlink(s); s.Local.Passed = true }

	rNone     side = func(s *State) { s.RemoteIs = Absent }
	rA             = remote(TypeNormal, 10, sumsA.MD5)
	rB             = remote(TypeNormal, 10, sumsB.MD5)
	rLower         = remote(TypeNormal, 10, strings.ToLower(sumsA.MD5))
	rKMS           = remote(TypeNormal, 10, strings.Repeat("C", 32)) // looks like an MD5 and is none
	rMulti         = remote("Multipart", 10, "ABCDEF-2")
	rHex           = remote("Appendable", 10, sumsA.MD5) // its ETag looks like an MD5 too
	rTwenty        = remote(TypeNormal, 20, sumsB.MD5)
	rVast          = remote("Multipart", maxCopy+1, "ABCDEF-9")
	rSymlink       = remote(TypeSymlink, 10, "X")
	rArchived side = func(s *State) { rB(s); s.Remote.Archived = true }
	rColdPart side = func(s *State) { rMulti(s); s.Remote.Archived = true }
	rRefused  side = func(s *State) { rA(s); s.RemoteIs, s.Refused = Unknown, ReasonEmptySegment }

	bNone  side = func(*State) {}
	bHolds      = base(func(*Base) {})
	bOwned      = base(func(b *Base) { b.Owned = true })
	// The rows below hold for one side, or for none.
	bLocalMoved  = base(func(b *Base) { b.Local = statOther; b.Owned = true })
	bRemoteMoved = base(func(b *Base) { b.Remote.ETag = "OLD"; b.Owned = true })
	bFound       = base(func(b *Base) { b.Remote.ETag = "OLD" }) // not put there by us
	bRemoteTouch = base(func(b *Base) { b.Remote.Modified = noon.Add(-time.Hour) })
	bBothMoved   = base(func(b *Base) { b.Local, b.Remote.ETag, b.Owned = statOther, "OLD", true })
	bRacy        = base(func(b *Base) { b.Racy, b.Owned = true, true })
	bNoTime      = base(func(b *Base) { b.Remote.Modified, b.Owned = time.Time{}, true })
	bHeaders     = base(func(b *Base) { b.Headers, b.Owned = HeadersDigest(headers("p")), true })
	bDrifted     = base(func(b *Base) { b.Headers, b.Owned = "0123456789abcdef", true })
	bDriftMoved  = base(func(b *Base) { b.Headers, b.Local = "0123456789abcdef", statOther })
	bOnlyMD5     = base(func(b *Base) { b.Sums.CRC64, b.Remote.ETag = "", "OLD" })
	bOnlyCRC     = base(func(b *Base) { b.Sums.MD5, b.Remote.ETag = "", "OLD" })
)

func local(stat Stat) side {
	return func(s *State) { s.LocalIs, s.Local = Present, Local{Path: s.Path, Stat: stat} }
}

func remote(kind ObjectType, size int64, etag string) side {
	return func(s *State) {
		s.RemoteIs = Present
		s.Remote = Remote{Path: s.Path, Type: kind, Version: Version{Size: size, ETag: etag, Modified: noon}}
	}
}

// base is an index row that holds for both sides as they stand in the State,
// with the sums of A, and then changed.
func base(change func(*Base)) side {
	return func(s *State) {
		s.Base = &Base{Path: s.Path, Local: s.Local.Stat, Remote: s.Remote.Version, Sums: sumsA}
		change(s.Base)
	}
}

func state(path string, sides ...side) *State {
	s := &State{Path: path}
	for _, set := range sides {
		set(s)
	}
	return s
}

func headers(path string) map[string]string {
	return map[string]string{"Content-Type": "text/plain", "X-Oss-Meta-Path": path}
}

func policy(direction spec.Direction, prune spec.Prune) *Policy {
	return &Policy{
		Direction: direction, Prune: prune, PrefixLen: 4, Now: noon,
		HeadersFor: headers,
		Phase:      func(string) int { return 1 },
		Threshold:  10 << 20, PartSize: 10 << 20,
	}
}

// world holds what the evidence will be once it is asked for.
type world struct {
	file   Sums // of reading the file; zero: it cannot be read
	racy   bool
	head   string // CRC-64 of a HEAD
	gone   bool   // the HEAD finds another object, or none
	object Sums   // of reading the object

	pointer bool // the file is a pointer of Git LFS, and the object is none
}

// answer does what v asks for.
func (w world) answer(ask Ask, e *Evidence) {
	switch ask {
	case AskLocalSums:
		e.Local, e.LocalRacy = w.file, w.racy
		if w.file == (Sums{}) {
			e.LocalFault, e.Detail = ReasonUnreadable, "permission denied"
		}
	case AskRemoteSums:
		e.RemoteHead, e.RemoteGone, e.Remote.CRC64 = true, w.gone, w.head
	case AskRemoteBody:
		e.RemoteBody, e.Remote = true, w.object
	case AskPointer:
		e.PointerKnown, e.Pointer = true, w.pointer
	}
}

// settle calls Diff until it wants no more, and returns what it asked for.
func settle(p *Policy, s *State, w world) (v Verdict, asks []Ask) {
	var e Evidence
	for v = p.Diff(s, &e); v.Ask != AskNothing && len(asks) <= 4; v = p.Diff(s, &e) {
		asks = append(asks, v.Ask)
		w.answer(v.Ask, &e)
	}
	return v, asks
}

// seq is a well-behaved source.
func seq[T any](items ...T) iter.Seq2[T, error] { return failing(nil, items...) }

// failing is a source that ends with err, if there is one.
func failing[T any](err error, items ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
		if err != nil {
			var none T
			yield(none, err)
		}
	}
}

// awkward are paths whose order and nesting go wrong easily.
var awkward = []string{
	"a", "a!", "a-", "a-b", "a-b/c", "a.", "a/", "a/b", "a/b!", "a/b-c", "a/b/", "a/b/c", "a/b0", "a/c", "a0", "a0/b",
	"ab", "ab/c", "b", "b/a", "b/a/a", "link", "link-x", "link/x", "link/x/y", "link0", "é", "é/x",
}

// junk are keys that name no place in a tree.
var junk = []string{"/a", "a//b", "a/../b", "./a", "a/b//", ".osssync/x", "a\x01", "b\xff", "\\a"}
