package apply

import (
	"context"
	"errors"
	"io/fs"
	"strconv"
	"strings"

	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/resumable"
)

// upload sends the file of u. row is the action as planned, stored the bytes of
// it that are at the service already.
//
// A new object is sent with forbid-overwrite, an existing one is looked at right
// before it is replaced.
//
// RACE: OSS has no If-Match on PutObject. Another writer's object that appears
// between the look and the end of our upload is replaced; and in a bucket with
// versioning the service ignores forbid-overwrite. With versioning the replaced
// content is kept as an older version.
func (r *runner) upload(ctx context.Context, row plan.Action, u *plan.Upload, stored int64) Result {
	var before func(context.Context) error
	if u.Before != nil {
		if result, ok := r.stillThere(ctx, row, *u.Before); !ok {
			return result
		}
		before = func(ctx context.Context) error { return r.unmoved(ctx, u.Path, *u.Before) }
	}
	m := r.env.Mapping
	readAt := r.env.Now()
	expect := fingerprint(u.Local)
	res, err := resumable.Upload(ctx, r.env.Client, m.Bucket, m.Prefix+u.Path, u.Path, resumable.UploadOptions{
		Root:            r.env.Root.FS(),
		Store:           r.env.Store,
		ServerTime:      r.env.ServerTime,
		Scope:           r.env.Scope,
		Threshold:       threshold(m.Transfer.Threshold),
		PartSize:        m.Transfer.PartSize,
		Parts:           m.Transfer.Parts,
		Headers:         u.Headers,
		ForbidOverwrite: u.Before == nil,
		Expect:          &expect,
		BeforeCommit:    before,
		Progress:        r.env.Progress.transfer(u.Path, u.Local.Size, stored),
		FineProgress:    true,
	})
	if errors.Is(err, fs.ErrExist) {
		return r.settleExisting(ctx, row, u)
	}
	if errors.Is(err, fs.ErrNotExist) {
		if _, moved := Look(r.env.Root, u.Path, u.Local); moved != nil {
			return failure(row, moved)
		}
	}
	if err != nil {
		return failure(row, err)
	}
	result := done(row)
	result.Bytes = res.Size - res.BytesKept
	stat := StatOfFingerprint(res.Fingerprint)
	result.Row = &plan.Base{
		Path:    u.Path,
		Local:   stat,
		Remote:  plan.Version{Size: res.Size, ETag: res.ETag, Modified: res.LastModified.UTC()},
		Sums:    plan.Sums{MD5: res.MD5, CRC64: strconv.FormatUint(res.CRC64, 10)},
		Headers: plan.HeadersDigest(u.Headers),
		Owned:   true,
		Racy:    plan.Racy(stat, readAt),
	}
	if res.StaleHeaders {
		return r.renewHeaders(ctx, result, u)
	}
	return result
}

// renewHeaders ends an upload that went on with one that had been begun with
// other headers: those go with the object, so it is given the right ones now.
func (r *runner) renewHeaders(ctx context.Context, uploaded Result, u *plan.Upload) Result {
	head, err := r.head(ctx, u.Path)
	if err != nil {
		return failure(uploaded.Action, err)
	}
	row := uploaded.Row
	set := r.setMeta(ctx, &plan.SetMeta{
		Path: u.Path, Reason: plan.ReasonHeadersDiffer, Remote: head.version, Local: row.Local,
		Sums: row.Sums, Headers: u.Headers, Owned: true, Racy: row.Racy,
	})
	set.Action, set.Bytes = uploaded.Action, uploaded.Bytes
	return set
}

// settleExisting decides an upload of a new object that was refused because
// there is one. If it has our content it is most likely our own, from an answer
// that was lost; else it is somebody's and stays.
func (r *runner) settleExisting(ctx context.Context, row plan.Action, u *plan.Upload) Result {
	head, err := r.head(ctx, u.Path)
	if err != nil {
		return failure(row, err)
	}
	readAt := r.env.Now()
	want, err := Look(r.env.Root, u.Path, u.Local)
	if err != nil {
		return failure(row, err)
	}
	sums, err := r.env.Root.Hash(ctx, u.Path, want)
	if err != nil {
		return failure(row, err)
	}
	crc := strconv.FormatUint(sums.CRC64, 10)
	if head.version.Size != u.Local.Size || head.crc64 != crc {
		return skipped(row, "an object of another writer appeared there; it was left as it is")
	}
	result := done(row)
	result.Row = &plan.Base{
		Path: u.Path, Local: u.Local, Remote: head.version,
		Sums: plan.Sums{CRC64: crc},
		Racy: plan.Racy(u.Local, readAt),
	}
	return result
}

// threshold converts the spec's number, where 0 means always in parts.
func threshold(bytes int64) int64 {
	if bytes == 0 {
		return resumable.NoThreshold
	}
	return bytes
}

func fingerprint(s plan.Stat) resumable.Fingerprint {
	return resumable.Fingerprint{Size: s.Size, ModTime: s.MtimeNs, ChangeTime: s.CtimeNs, Inode: s.Inode}
}

// StatOfFingerprint takes what a plan holds of a fingerprint.
func StatOfFingerprint(f resumable.Fingerprint) plan.Stat {
	return plan.Stat{Size: f.Size, MtimeNs: f.ModTime, CtimeNs: f.ChangeTime, Inode: f.Inode}
}

func trimETag(etag string) string { return strings.Trim(etag, `"`) }
