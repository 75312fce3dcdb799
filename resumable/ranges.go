package resumable

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/internal/disk"
)

// ranged downloads an object range by range, carrying on with what an earlier
// call left. On failure record and temporary file stay for the next, unless
// the bytes proved wrong.
func (d *download) ranged(ctx context.Context, o *object, progress *progress) error {
	want := binding{Op: OpDownload, Scope: d.opts.Scope, Bucket: d.bucket, Key: d.key, File: d.place.file}
	l, err := openLedger(d.opts.Store, want, d.opts.VersionID)
	if err != nil {
		return err
	}
	c, err := d.resume(ctx, l, o)
	if err == nil && c == nil {
		c, err = d.begin(l, o)
	}
	if err != nil {
		return err
	}
	defer c.file.Close()
	d.result.Ranged = true
	err = d.fetchMissing(ctx, c, o, progress)
	if err != nil || l.lines == nil {
		// What is finished is worth keeping however the transfer ended.
		err = besides(err, "record", c.save())
	}
	if err == nil {
		err = d.finishRanged(ctx, c, o)
	}
	var unsynced *syncError
	var mismatch *IntegrityError
	if errors.As(err, &unsynced) || errors.As(err, &mismatch) {
		return besides(besides(err, "temporary file", d.drop(c.rec.Temp)), "record", l.delete())
	}
	if err != nil {
		return err
	}
	// The file stands; a record left over names a temporary file that is gone.
	_ = l.delete()
	return nil
}

// drop removes a temporary file.
func (d *download) drop(base string) error {
	err := disk.Remove(d.place.root, d.place.beside(base))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// begin makes an empty temporary file and the record that names it.
func (d *download) begin(l *ledger, o *object) (*checkpoint, error) {
	plan := planParts(o.size, d.opts.PartSize, d.opts.limits.minPart, maxRanges)
	f, base, err := createTemp(d.place)
	if err != nil {
		return nil, err
	}
	c := d.newCheckpoint(l, f, plan, downloadRecord{
		binding: l.want, VersionID: d.opts.VersionID, ETag: o.etag, Size: o.size,
		ModTime: o.modified.Unix(), PartSize: plan.partSize, Temp: base,
	})
	if err := l.put(c.snapshot()); err != nil {
		f.Close()
		return nil, besides(fmt.Errorf("record: %w", err), "temporary file", d.drop(base))
	}
	return c, nil
}

func (d *download) newCheckpoint(l *ledger, f *os.File, plan partPlan, rec downloadRecord) *checkpoint {
	return &checkpoint{
		file: f, ledger: l, rec: rec, plan: plan, every: d.opts.limits.saveEvery,
		done: make([]bool, plan.count), crcs: make([]uint64, plan.count),
	}
}

// resume takes up the record of an earlier call if it is about this very
// object and its file is there; nil if there is nothing to take up.
func (d *download) resume(ctx context.Context, l *ledger, o *object) (*checkpoint, error) {
	data, err := l.get()
	if err != nil || data == nil {
		return nil, err
	}
	rec, err := decodeDownload(data, l.want)
	same := err == nil && rec.VersionID == d.opts.VersionID && rec.ETag == o.etag &&
		rec.Size == o.size && rec.ModTime == o.modified.Unix()
	if !same {
		return nil, discard(ctx, l, data, d.place, d.abort)
	}
	f, err := openTemp(d.place, rec.Temp)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, ErrInvalid) {
		return nil, l.delete()
	}
	if errors.Is(err, errShared) || errors.Is(err, os.ErrPermission) { // the latter: died with the permissions of the target
		return nil, besides(d.drop(rec.Temp), "record", l.delete())
	}
	if err != nil {
		return nil, err
	}
	c := d.newCheckpoint(l, f, cut(rec.Size, rec.PartSize), *rec)
	err = shorten(f, rec.Size)
	if err == nil {
		err = d.keepIntact(ctx, c, rec.Done)
	}
	if err == nil && l.lines != nil {
		// No line is appended to a torn one, and there is one a range at most.
		err = l.put(c.snapshot())
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return c, nil
}

// shorten cuts off what follows size bytes, where no range would write.
func shorten(f *os.File, size int64) error {
	fi, err := disk.StatFile(f)
	if err != nil || fi.Size() <= size {
		return err
	}
	return disk.Truncate(f, size)
}

// abort frees an upload whose record stood where a download's belongs.
func (d *download) abort(ctx context.Context, uploadID string) error {
	return abortUpload(ctx, d.api, d.bucket, d.key, uploadID, d.headers)
}

// keepIntact reads the claimed ranges back and marks those whose checksum
// holds. The file may be shorter than claimed, or have been altered.
func (d *download) keepIntact(ctx context.Context, c *checkpoint, claimed []rangeState) error {
	crcs := make(map[int]uint64, len(claimed))
	indexes := make([]int, 0, len(claimed))
	for _, r := range claimed {
		if _, twice := crcs[r.Number-1]; !twice {
			indexes = append(indexes, r.Number-1)
		}
		crcs[r.Number-1] = r.CRC
	}
	return eachPiece(ctx, indexes, d.opts.Parts, func(ctx context.Context, i int) error {
		sum, err := crcRange(ctx, disk.ContentOf(c.file), c.plan.offset(i), c.plan.length(i))
		if err == nil && sum == crcs[i] {
			c.restore(i, sum)
		}
		return ctx.Err()
	})
}

// fetchMissing fetches the ranges that are not there.
func (d *download) fetchMissing(ctx context.Context, c *checkpoint, o *object, progress *progress) error {
	var missing []int
	for i, done := range c.done {
		if done {
			d.result.RangesKept++
			d.result.BytesKept += c.plan.length(i)
			progress.add(c.plan.length(i))
		} else {
			missing = append(missing, i)
		}
	}
	d.result.RangesFetched = len(missing)
	return eachPiece(ctx, missing, d.opts.Parts, func(ctx context.Context, i int) error {
		progress.begin()
		under := pieceProgress{of: progress}
		start := c.plan.offset(i)
		crc, err := d.fetch(ctx, o, c.file, span{start, start + c.plan.length(i)}, func(at int64) { under.reach(at - start) })
		under.end()
		if err != nil {
			return fmt.Errorf("range %d: %w", i+1, err)
		}
		progress.add(c.plan.length(i))
		return c.finish(i, crc)
	})
}

// finishRanged verifies the whole by the checksums of its ranges and
// publishes it.
func (d *download) finishRanged(ctx context.Context, c *checkpoint, o *object) (err error) {
	for i, crc := range c.crcs {
		d.result.CRC64 = oss.CRC64Combine(d.result.CRC64, crc, uint64(c.plan.length(i)))
	}
	if d.result.Verified, err = o.verify(ctx, d.name, d.result.RequestID, c.file, d.result.CRC64); err != nil {
		return err
	}
	return d.publish(c.file, c.rec.Temp)
}
