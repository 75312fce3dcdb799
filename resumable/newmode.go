package resumable

import (
	"fmt"
	"io/fs"
	"os"

	"github.com/osssync/osssync/internal/disk"
)

// newFileModeMask is what programs ask for when they make a file of data.
const newFileModeMask fs.FileMode = 0o666

// NewFileMode returns the permissions of files that are made in root: what the
// umask leaves of 0666, or the directory's default ACL if it has one. It never has a
// bit to execute. Who downloads many files learns it once for
// [DownloadOptions].Mode, where 0 learns it anew for every file.
//
// It makes an empty file in root and removes it, for the umask cannot be read
// without setting it for the whole process. That file has the name of a temporary
// file of [Download], with mark if that is not "" (see [DownloadOptions].TempMark).
// It is safe for concurrent use.
func NewFileMode(root *os.Root, mark string) (fs.FileMode, error) {
	if mark != "" && !isTempMark(mark) {
		return 0, fmt.Errorf("%w: mark of temporary files %q", ErrInvalid, mark)
	}
	mode, err := (&place{root: root, name: ".", mark: mark}).newFileMode()
	if err != nil {
		return 0, fmt.Errorf("permissions of new files in %q: %w", root.Name(), err)
	}
	return mode, nil
}

// newFileMode is NewFileMode for the directory of the file.
func (p *place) newFileMode() (fs.FileMode, error) {
	name := p.beside(p.newTempBase())
	f, err := disk.OpenFile(p.root, name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, newFileModeMask)
	if err != nil {
		return 0, err
	}
	defer disk.Remove(p.root, name)
	defer f.Close()
	fi, err := disk.StatFile(f)
	if err != nil {
		return 0, err
	}
	return fi.Mode().Perm() & newFileModeMask, nil
}
