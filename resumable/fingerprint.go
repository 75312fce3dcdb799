package resumable

import "io/fs"

// Fingerprint is what identifies the state of a local file without reading
// it.
type Fingerprint struct {
	Size       int64  `json:"size"`  // bytes
	ModTime    int64  `json:"mtime"` // nanoseconds since 1970
	ChangeTime int64  `json:"ctime"` // nanoseconds since 1970; 0 where the system has none
	Inode      uint64 `json:"inode"` // 0 where the system has none
	Device     uint64 `json:"-"`     // 0 where the system has none; may change over a reboot, so it is not stored
}

// FingerprintOf returns the fingerprint of a file from its Stat.
func FingerprintOf(fi fs.FileInfo) Fingerprint {
	p := Fingerprint{Size: fi.Size(), ModTime: fi.ModTime().UnixNano()}
	p.ChangeTime, p.Inode, p.Device = identity(fi)
	return p
}

// Matches tells whether p and q can be of the same state of the same file.
// ChangeTime, Inode and Device count only where both sides know them.
func (p Fingerprint) Matches(q Fingerprint) bool {
	return p.Size == q.Size && p.ModTime == q.ModTime &&
		agree(p.ChangeTime, q.ChangeTime) && agree(p.Inode, q.Inode) && agree(p.Device, q.Device)
}

// sameContent tells whether p and q are of one file whose content nobody says to
// have written. Permissions, links and attributes move only the ChangeTime; but so
// does an edit whose ModTime was put back.
func (p Fingerprint) sameContent(q Fingerprint) bool {
	return p.Size == q.Size && p.ModTime == q.ModTime && p.Inode == q.Inode
}

// agree compares two values of which 0 means unknown.
func agree[T comparable](a, b T) bool {
	var unknown T
	return a == b || a == unknown || b == unknown
}
