package resumable

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/osssync/osssync/internal/disk"
)

// tempPrefix and tempRandom make the name of a temporary file: 130 random
// bits in base 32, so nobody can be there first. Only the user may read it.
//
// The first TempMarkLen of them may be a mark of the caller; 65 are left then.
const (
	tempPrefix   = ".osssync-tmp-"
	tempRandom   = 26
	tempMode     = 0o600
	tempAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
)

// IsTempName tells whether the last element of a slash-separated path is the
// name of a temporary file of [Download]. Such a file is either in use, or
// named by a record that a later call takes up (see [FileStore.Records]), or
// was left by a process that died; it is never content.
func IsTempName(name string) bool { return isTempBase(path.Base(name)) }

func isTempBase(base string) bool {
	random, ok := strings.CutPrefix(base, tempPrefix)
	return ok && len(random) == tempRandom && strings.Trim(random, tempAlphabet) == ""
}

// TempMarkLen is how long a mark of temporary files is, in bytes.
const TempMarkLen = 13

// TempMark returns where [DownloadOptions].TempMark stands in the last element of a
// slash-separated path that [IsTempName] knows, and "" for any other. Without such
// an option it is as random as the rest.
func TempMark(name string) string {
	if !IsTempName(name) {
		return ""
	}
	return path.Base(name)[len(tempPrefix):][:TempMarkLen]
}

func isTempMark(mark string) bool {
	return len(mark) == TempMarkLen && strings.Trim(mark, tempAlphabet) == ""
}

// newTempBase makes up the name of a temporary file.
func (p *place) newTempBase() string { return tempPrefix + p.mark + rand.Text()[len(p.mark):] }

// createTemp makes a new temporary file beside the target.
func createTemp(p *place) (*os.File, string, error) {
	base := p.newTempBase()
	f, err := createPrivate(p, base)
	return f, base, err
}

// createPrivate makes an empty file where there is none.
func createPrivate(p *place, base string) (*os.File, error) {
	return disk.OpenFile(p.root, p.beside(base), os.O_RDWR|os.O_CREATE|os.O_EXCL, tempMode)
}

// errShared is a temporary file that has another name, as after a process that
// died between giving it the name of the target and taking its own away. To
// write to it would be to write to that.
var errShared = errors.New("temporary file has another name")

// openTemp opens the file of an earlier call, if it is still a regular one and
// nobody else's.
func openTemp(p *place, base string) (*os.File, error) {
	name := p.beside(base)
	fi, err := disk.Lstat(p.root, name)
	if err != nil {
		return nil, err
	}
	if !fi.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: temporary file %q is %v", ErrInvalid, name, fi.Mode())
	}
	if target, err := disk.Lstat(p.root, p.name); linkCount(fi) > 1 || err == nil && os.SameFile(fi, target) {
		return nil, fmt.Errorf("%w: %q", errShared, name)
	}
	return openSame(p, name, fi)
}

// openSame opens the file that fi describes.
func openSame(p *place, name string, fi fs.FileInfo) (*os.File, error) {
	f, err := disk.OpenFile(p.root, name, os.O_RDWR|openNonblock, 0)
	if err != nil {
		return nil, err
	}
	if opened, err := disk.StatFile(f); err != nil || !os.SameFile(fi, opened) {
		f.Close()
		return nil, fmt.Errorf("%w: temporary file %q replaced", ErrInvalid, name)
	}
	return f, nil
}
