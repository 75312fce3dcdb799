package apply

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/osssync/osssync/internal/localfs"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/resumable"
)

// download fetches the object of d and puts the file in place whole.
func (r *runner) download(ctx context.Context, d *plan.Download) Result {
	if err := r.env.Root.MkdirParents(d.Path); err != nil {
		return failure(d, err)
	}
	var before *localfs.Stat
	if d.Before != nil {
		stat, err := Look(r.env.Root, d.Path, *d.Before)
		if err != nil {
			return keptLocal(d, err)
		}
		before = &stat
	}
	var preserved string
	m := r.env.Mapping
	res, err := resumable.Download(ctx, r.env.Client, m.Bucket, m.Prefix+d.Path, d.Path, resumable.DownloadOptions{
		Root:       r.env.Root.FS(),
		Store:      r.env.Store,
		Scope:      r.env.Scope,
		ExpectETag: d.Remote.ETag,
		ExpectSize: &d.Remote.Size,
		Threshold:  threshold(m.Transfer.Threshold),
		PartSize:   m.Transfer.PartSize,
		Parts:      m.Transfer.Parts,
		Mode:       r.mode,
		ModTime:    d.Remote.Modified,
		NoReplace:  d.Before == nil,
		TempMark:   r.env.TempMark,
		BeforePublish: func(*os.Root, string) (err error) {
			// RACE: a file written between this look and the rename is replaced;
			// POSIX has no rename that compares. A target that must be absent is
			// published by link, which has no such window where links exist.
			if err = r.env.Root.CheckTarget(d.Path, before); err == nil && d.Preserve {
				preserved, err = r.env.Root.Preserve(d.Path, *before, r.env.RunID)
			}
			return err
		},
		Progress:     r.env.Progress.transfer(d.Path, d.Remote.Size, 0),
		FineProgress: true,
	})
	switch {
	case isNotFound(err):
		return skipped(d, "the object is gone since the plan was made")
	case err != nil && preserved != "":
		return failure(d, fmt.Errorf("%w (the file that was here is now %s)", err, preserved))
	case err != nil:
		return keptLocal(d, err)
	}
	return published(d, res, preserved)
}

// published is the result of a download whose file stands. The file that was in its
// place is now preserved, "" if there was none to keep.
func published(d *plan.Download, res *resumable.DownloadResult, preserved string) Result {
	result := done(d)
	result.Bytes = res.Size - res.BytesKept
	if preserved != "" {
		result.Detail = "the file that was here is now " + preserved
	}
	if !res.Verified {
		result.Detail = strings.TrimPrefix(result.Detail+"; unverified: the object has no checksum", "; ")
	}
	if res.Fingerprint == (resumable.Fingerprint{}) {
		return result // somebody wrote to the file right after it was published
	}
	// The content went through our own hands up to the rename, so the stat that
	// was taken after it stands for it.
	result.Row = &plan.Base{
		Path:   d.Path,
		Local:  StatOfFingerprint(res.Fingerprint),
		Remote: d.Remote,
		Sums:   plan.Sums{CRC64: strconv.FormatUint(res.CRC64, 10)},
		Owned:  true,
	}
	return result
}

// newFileMode returns the permissions of the files of a run, which no object has a
// say in. Where the root itself takes no file they are 0, and learned file by file.
func newFileMode(env *Env) fs.FileMode {
	mode, err := resumable.NewFileMode(env.Root.FS(), env.TempMark)
	if err != nil {
		return 0
	}
	return mode
}

// deleteLocal moves a file to the trash of the run. The object is not looked for
// again: that the listing went past its key is proof enough, and to ask for a key
// that is not there creates it in a bucket that mirrors on a miss. One that was
// written since comes with the next pull, and the file is in the trash.
func (r *runner) deleteLocal(d *plan.DeleteLocal) Result {
	want, err := Look(r.env.Root, d.Path, d.Before)
	if err != nil {
		return keptLocal(d, err)
	}
	place, err := r.env.Root.Trash(d.Path, want, r.env.RunID)
	if err != nil {
		return keptLocal(d, err)
	}
	result := done(d)
	result.Forget, result.Detail = true, place
	return result
}

// keptLocal makes the result of an action that did not replace or delete a local
// file because of err.
func keptLocal(a plan.Action, err error) Result {
	switch {
	case errors.Is(err, localfs.ErrChanged):
		return skipped(a, "changed here since the plan was made; your version was kept")
	case errors.Is(err, fs.ErrExist):
		return skipped(a, "a file of this name, or of one that is the same to this file system, is here by now; it was kept")
	}
	return failure(a, err)
}
