package plan

import (
	"fmt"
	"time"
)

// Stat is what identifies the state of a local file without reading it.
// Ctime and inode are zero on platforms that have none.
type Stat struct {
	Size    int64  `json:"size"`     // bytes
	MtimeNs int64  `json:"mtime_ns"` // nanoseconds since 1970
	CtimeNs int64  `json:"ctime_ns,omitempty"`
	Inode   uint64 `json:"inode,omitempty"`
}

// Version is what a listing tells of an object's content: if any of it moved,
// the object was written again. ETag is without quotes; Modified has the
// service's resolution of one second and is in UTC.
type Version struct {
	Size     int64     `json:"size"`
	ETag     string    `json:"etag"`
	Modified time.Time `json:"modified"`
}

// Equal reports whether both name the same state of an object.
func (v Version) Equal(w Version) bool {
	return v.Size == w.Size && v.ETag == w.ETag && v.Modified.Equal(w.Modified)
}

// Sums are checksums of a content. An empty field is unknown, never zero.
type Sums struct {
	MD5   string `json:"md5,omitempty"`   // upper-case hex, the form of OSS ETags
	CRC64 string `json:"crc64,omitempty"` // decimal, the form of x-oss-hash-crc64ecma
}

// compare returns whether a and b are known to be equal or known to differ, by
// the strongest checksum both have; both are false when they share none.
func (a Sums) compare(b Sums) (equal, differ bool) {
	switch {
	case a.MD5 != "" && b.MD5 != "":
		return a.MD5 == b.MD5, a.MD5 != b.MD5
	case a.CRC64 != "" && b.CRC64 != "":
		return a.CRC64 == b.CRC64, a.CRC64 != b.CRC64
	}
	return false, false
}

// or fills the unknown fields of a from b.
func (a Sums) or(b Sums) Sums {
	if a.MD5 == "" {
		a.MD5 = b.MD5
	}
	if a.CRC64 == "" {
		a.CRC64 = b.CRC64
	}
	return a
}

// Local is one item of the local walk. With a Problem it is not a file that can
// be synced, and nothing at its path or below may be taken for absent. A file
// whose path [CheckKey] refuses comes with a Problem.
type Local struct {
	Path    string // slash path below the root; ends in "/" for a directory that could not be read
	Stat    Stat
	Problem Reason // zero: a regular file
	Detail  string // evidence for Problem, for people
	Passed  bool   // the spec says to pass such things over, so that is no trouble unless it is in the way of a pull
}

// ObjectType is the x-oss-object-type of a listing.
type ObjectType string

// The object types that matter for comparing content.
const (
	TypeNormal  ObjectType = "Normal"
	TypeSymlink ObjectType = "Symlink"
)

// Remote is one object of the listing, its key cut by the mapping's prefix.
type Remote struct {
	Path     string
	Version  Version
	Type     ObjectType
	Archived bool // its content cannot be fetched before it is restored
}

// Base is what the index knows of a path from the end of an earlier apply: the
// local file and the object then had the same content.
type Base struct {
	Path    string  `json:"-"`
	Local   Stat    `json:"local"`
	Remote  Version `json:"remote"`
	Sums    Sums    `json:"sums"`
	Headers string  `json:"headers,omitempty"` // digest of the headers that were set; "" unknown
	Owned   bool    `json:"owned,omitempty"`   // this mapping put the content there
	Racy    bool    `json:"racy,omitempty"`    // the file may have changed in the clock tick of its reading: Local proves nothing
	Mount   bool    `json:"mount,omitempty"`   // another file system was mounted at Path, which ends in "/"; nothing else is known
	Denied  bool    `json:"denied,omitempty"`  // Path was passed over for its name; of its file Local is known and nothing else, of a folder nothing
}

// restamped reports whether the file, whose content has the checksums sums, differs
// from the one the index describes in nothing but the time of its last change of
// attributes: permissions or an owner were set, or a name was linked to it.
func (b *Base) restamped(s Stat, sums Sums) bool {
	s.CtimeNs = b.Local.CtimeNs
	equal, _ := b.Sums.compare(sums)
	return equal && b.Local == s
}

// localHolds reports whether the file is still the one the index describes.
func (b *Base) localHolds(s Stat) bool { return b != nil && !b.Racy && !b.Denied && b.Local == s }

// deniedHolds reports whether an apply has passed over the file as it is.
func (b *Base) deniedHolds(s Stat) bool { return b != nil && b.Denied && b.Local == s }

// remoteHolds reports whether the object is still the one the index describes.
// The answer to an upload does not tell its time; until a listing did, size and
// ETag alone say which content it is.
func (b *Base) remoteHolds(v Version) bool {
	if b == nil || b.Denied {
		return false
	}
	if b.Remote.Modified.IsZero() {
		v.Modified = b.Remote.Modified
	}
	return b.Remote.Equal(v)
}

// Pending is a multipart upload that was started and neither completed nor aborted.
type Pending struct {
	Path     string // its key, cut by the mapping's prefix
	UploadID string
	Started  time.Time // server's clock
	Newest   time.Time // time of the newest part, zero without parts
	Parts    int
	Bytes    int64
	Owned    bool  // a checkpoint names it, of this mapping or of other work on this machine
	Source   *Stat // a checkpoint of this mapping names it, and began it with this file

	// Unrecorded is what runs of this mapping may have begun at the path, if the
	// upload can be of that: no checkpoint names it, and it has no part.
	Unrecorded []Unrecorded
}

// Unrecorded is a time, by the server's clock, in which a run may have begun uploads
// that it could not record, and how many at most. Its ends belong to it.
type Unrecorded struct {
	Since, Until time.Time
	Uploads      int
}

// Holds reports whether t lies in the time.
func (u *Unrecorded) Holds(t time.Time) bool { return !t.Before(u.Since) && !t.After(u.Until) }

// Presence says what is known of one side of a path. Its zero value is Unknown:
// absence has to be proved, by sequences that went past the path and ended well.
type Presence uint8

// What can be known of a side.
const (
	Unknown Presence = iota
	Absent
	Present

	// Assumed stands for an object of which nothing is known, and which is not looked
	// for: there most likely is none. It lets content be sent that replaces nothing,
	// and never leads to a delete.
	Assumed
)

// String returns the word for p.
func (p Presence) String() string {
	switch p {
	case Absent:
		return "absent"
	case Present:
		return "present"
	case Assumed:
		return "assumed absent"
	}
	return "unknown"
}

// State is all that is known of one path. States are made by [Align]
// and [Policy.PassOver].
type State struct {
	Path string

	LocalIs Presence
	Local   Local // the item of the walk, if there was one at this very path

	RemoteIs Presence
	Remote   Remote // the object, if there was one
	Refused  Reason // why RemoteIs is Unknown: what keeps the key from naming a place in the tree

	Base    *Base     // nil: the index has no row
	Pending []Pending // by upload id

	// Within is the folder, with its slash, that is passed over for its name and
	// with all below it: Path, or above it. It is "" before [Policy.PassOver] and
	// where there is none.
	Within string
}

// isPassed reports whether s is a folder that is passed over with all below it.
func (s *State) isPassed() bool { return s.Within != "" && s.Within == s.Path }

// OrderError tells that a sequence was not strictly increasing in the bytes of
// its paths. Nothing that follows could be trusted, so the run ends.
type OrderError struct {
	Side       string // "local", "remote", "index" or "uploads"
	Prev, Next string
}

func (e *OrderError) Error() string {
	return fmt.Sprintf("%s sequence out of order: %q after %q", e.Side, e.Next, e.Prev)
}
