package resumable

import (
	"crypto/md5"
	"encoding/hex"
	"path/filepath"
	"runtime"
	"strings"
)

// Store keeps the records of unfinished transfers, one a key. Keys are made by
// this package: lower-case hex and hyphens, at most 100 bytes. Records are JSON
// objects of at most some megabytes, with a checksum of their bytes: one that
// comes back otherwise than it was put is of no use. A Store must be safe for concurrent use
// with different keys; what it was told to Put must survive a crash, or be
// gone, but never be there in part. It may be an [Appender] as well.
type Store interface {
	// Get returns the record of a key, with what was appended to it; nil if there
	// is none.
	Get(key string) ([]byte, error)
	// Put stores a record in place of any earlier one of the key.
	Put(key string, record []byte) error
	// Delete removes the record of a key. That there is none is no error.
	Delete(key string) error
}

// Appender is a Store that can add to a record what a range of a download needs to be
// known by, some thirty bytes, at the cost of a write. A process that is killed then
// loses the ranges under way and no others. With a Store that is none, the record of
// a download is put anew after its first range and then once a second at most, and
// what came since is lost.
type Appender interface {
	Store
	// Append adds data to the end of what Put wrote, in one write and without a
	// sync: whether all of it, some or nothing survives a power loss does not
	// matter, nor in which order. That there is no record of the key is an error
	// that wraps [io/fs.ErrNotExist], and none is made.
	Append(key string, data []byte) error
}

// storeKey names the record of one transfer. The first two parts are the
// traditional layout: object and absolute path of the file. A scope, which the
// traditional layout lacks, is a third part.
func storeKey(scope, bucket, key, versionID, path string) string {
	object := "oss://" + bucket + "/" + key
	if versionID != "" {
		object += "?versionid=" + versionID
	}
	if runtime.GOOS == "windows" {
		path = strings.ToLower(path)
	}
	name := md5Hex(object) + "--" + md5Hex(filepath.Clean(path))
	if scope != "" {
		name += "--" + md5Hex(scope)
	}
	return name
}

func md5Hex(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}
