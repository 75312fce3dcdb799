package localfs

import "io/fs"

// Stat is what identifies one state of a file: two equal Stats of one name mean
// that nobody wrote, replaced or chmodded the file in between, as far as the
// file system's clock can tell. The zero value describes no file.
type Stat struct {
	Size    int64       // bytes
	MtimeNs int64       // modification time, nanoseconds since 1970-01-01 UTC
	CtimeNs int64       // inode change time, likewise; 0 on Windows
	Inode   uint64      // 0 on Windows
	Dev     uint64      // device of the file system; 0 on Windows
	Mode    fs.FileMode // type and permission bits
}

// statOf takes what the platform gives from fi.
func statOf(fi fs.FileInfo) Stat {
	s := Stat{Size: fi.Size(), MtimeNs: fi.ModTime().UnixNano(), Mode: fi.Mode()}
	s.CtimeNs, s.Inode, s.Dev = inodeOf(fi)
	return s
}

// sameFile reports whether s and t are the same content under the same inode.
// Unlike ==, it ignores ctime, which a rename changes.
func (s Stat) sameFile(t Stat) bool {
	s.CtimeNs, t.CtimeNs = 0, 0
	return s == t
}
