package resumable

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"strings"
)

// tempPrefix and tempRandom make the name of a temporary file: 130 random
// bits in base 32, so nobody can be there first. Only the user may read it.
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

// createTemp makes a new, private, empty file beside the target.
func createTemp(p *place) (*os.File, string, error) {
	base := tempPrefix + rand.Text()
	f, err := p.root.OpenFile(p.beside(base), os.O_RDWR|os.O_CREATE|os.O_EXCL, tempMode)
	return f, base, err
}

// openTemp opens the file of an earlier call, if it is still a regular one.
func openTemp(p *place, base string) (*os.File, error) {
	name := p.beside(base)
	before, err := p.root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !before.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: temporary file %q is %v", ErrInvalid, name, before.Mode())
	}
	f, err := p.root.OpenFile(name, os.O_RDWR|openNonblock, 0)
	if err != nil {
		return nil, err
	}
	if after, err := f.Stat(); err != nil || !os.SameFile(before, after) {
		f.Close()
		return nil, fmt.Errorf("%w: temporary file %q replaced", ErrInvalid, name)
	}
	return f, nil
}

// discard frees what a record that is of no use names, so far as it can be
// made out: the temporary file of a download, the upload of an upload.
func discard(ctx context.Context, data []byte, p *place, abort func(context.Context, *uploadRecord)) {
	var up uploadRecord
	var down downloadRecord
	_ = json.Unmarshal(data, &up) // a field of a wrong type leaves the others
	_ = json.Unmarshal(data, &down)
	if up.Op == OpUpload && up.UploadID != "" {
		abort(ctx, &up)
	}
	if down.Op == OpDownload && isTempBase(down.Temp) {
		_ = p.root.Remove(p.beside(down.Temp)) // may be gone
	}
}
