package resumable

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/iter"
)

// DownloadOptions are the optional settings of [Download]. The zero value is
// ready to use. Negative numbers other than NoThreshold are refused.
type DownloadOptions struct {
	// Root is as in UploadOptions. The directory of the file must exist.
	Root *os.Root

	// Store keeps the record of an unfinished ranged download. nil means a
	// FileStore in DefaultStoreDir, opened when a ranged download begins.
	// Downloads with one GetObject never touch it.
	Store Store

	// Scope is as in UploadOptions.
	Scope string

	// VersionID names a version of the object; empty means the current one.
	VersionID string

	// ExpectETag, when set, is the ETag (quoted or not) the object must have.
	// If it has another, nothing is fetched and the error is ErrRemoteChanged.
	ExpectETag string

	// ExpectSize, when set, is the size in bytes the object must have. If it has
	// another, nothing is kept and the error is ErrRemoteChanged.
	ExpectSize *int64

	// Threshold is the size in bytes from which on an object is fetched in
	// ranges. 0 means 100 MiB, NoThreshold means 1 byte.
	Threshold int64

	// PartSize is the preferred size of a range in bytes; 0 means 10 MiB. It
	// is doubled until it is at least 100 KiB and 100,000 ranges suffice. A
	// resumed download keeps the size it began with.
	PartSize int64

	// Parts is how many ranges are fetched at the same time; 0 means 4.
	Parts int

	// Headers go with every request, such as x-oss-request-payer or
	// x-oss-traffic-limit. Ranges, conditions and Accept-Encoding are refused.
	Headers map[string]string

	// Mode is the permission of the published file; 0 means that of [NewFileMode],
	// learned anew. Bits other than permissions are ignored, and so are those that a
	// regular file in its place does not have.
	Mode fs.FileMode

	// ModTime, when not zero, becomes the modification time of the file.
	ModTime time.Time

	// NoReplace publishes by hard link, so that an existing file is never
	// replaced; the error is then fs.ErrExist. Where the file system has no hard
	// links the file is looked for right before the rename instead.
	NoReplace bool

	// BeforePublish, when set, is called right before the complete, verified
	// and synced file takes its name. root and name say where that will be. An
	// error keeps the file from being published and is returned wrapped.
	BeforePublish func(root *os.Root, name string) error

	// TempMark, when set, is TempMarkLen characters of A to Z and 2 to 7 with
	// which the random part of the names of temporary files begins. Who gives each
	// of his runs one that nobody else has finds by TempMark what is left of those
	// that died.
	TempMark string

	// Progress is as in UploadOptions, but the last call follows the
	// publication; total is -1 while the service has not told the size.
	Progress func(done, total int64)

	// FineProgress is as in UploadOptions, of the bytes of ranges as they arrive.
	FineProgress bool

	// StallTimeout is how long the body of an answer may bring no byte while it
	// is waited for; then the rest is asked for anew. 0 means two minutes.
	StallTimeout time.Duration

	limits limits
}

// DownloadResult describes a file that was published.
type DownloadResult struct {
	Size          int64       // bytes
	ETag          string      // without quotes
	CRC64         uint64      // CRC-64 (ECMA) of the bytes written
	Type          string      // Normal, Multipart, Appendable or Symlink
	VersionID     string      // empty unless the bucket is versioned
	RequestID     string      // of the HeadObject, or of the GetObject when there was none
	LastModified  time.Time   // of the object; zero when the service did not tell
	Fingerprint   Fingerprint // of the file under its final name; zero when it was written to right after it was published
	Ranged        bool        // fetched in ranges
	RangesFetched int         // ranges fetched by this call
	RangesKept    int         // ranges found intact from an earlier call
	BytesKept     int64       // in those ranges: not fetched by this call
	Verified      bool        // a checksum of the whole object was there and is equal
}

// Download stores the object key of bucket as the local file filename.
//
// The bytes go to a temporary file beside filename (see [IsTempName]), which
// is verified, synced and renamed; nothing half-written is ever visible under
// filename. An object of opts.Threshold bytes or more is fetched in ranges, and
// when that is interrupted a later call with the same bucket, key, version,
// file and store fetches only what is missing: ranges the record claims are
// read back from disk and kept only if their checksum still holds. A symbolic
// link at filename is replaced, never followed. Two calls for the same object
// and file should not run at the same time with one store.
//
// Errors satisfy errors.Is for ErrNotFound, ErrRemoteChanged, ErrArchived,
// fs.ErrNotExist (no such directory; no request was sent), fs.ErrExist and
// ErrInvalid, and errors.As for *IntegrityError and *oss.ServiceError. The
// download ends when ctx does; a ranged one leaves its record and its
// temporary file for the next call, a plain one leaves nothing.
//
// OSS APIs: HeadObject, GetObject.
func Download(ctx context.Context, c API, bucket, key, filename string, opts DownloadOptions) (*DownloadResult, error) {
	result, err := downloadFile(ctx, c, bucket, key, filename, opts)
	if err != nil {
		return nil, fmt.Errorf("download %q to %q: %w", objectName(bucket, key), filename, err)
	}
	return result, nil
}

func (o DownloadOptions) withDefaults() DownloadOptions {
	if o.Threshold == 0 {
		o.Threshold = defaultDownloadThreshold
	}
	if o.PartSize == 0 {
		o.PartSize = defaultPartSize
	}
	if o.Parts == 0 {
		o.Parts = defaultDownloadParts
	}
	if o.StallTimeout == 0 {
		o.StallTimeout = defaultStallTimeout
	}
	o.limits = o.limits.withDefaults()
	return o
}

// download is one call of Download.
type download struct {
	api     API
	bucket  string
	key     string
	name    string // of the object, for messages
	headers map[string]string
	opts    DownloadOptions
	place   *place
	result  DownloadResult // filled as things become known
}

func downloadFile(ctx context.Context, c API, bucket, key, filename string, opts DownloadOptions) (*DownloadResult, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	if err := checkSizes(opts.Threshold, opts.PartSize, opts.Parts); err != nil {
		return nil, err
	}
	if opts.StallTimeout < 0 {
		return nil, fmt.Errorf("%w: stall timeout %v", ErrInvalid, opts.StallTimeout)
	}
	if opts.TempMark != "" && !isTempMark(opts.TempMark) {
		return nil, fmt.Errorf("%w: mark of temporary files %q", ErrInvalid, opts.TempMark)
	}
	headers, err := canonicalHeaders(opts.Headers)
	if err != nil {
		return nil, err
	}
	p, err := openPlace(opts.Root, filename, false)
	if err != nil {
		return nil, err
	}
	defer p.close()
	p.mark = opts.TempMark
	if err := checkTarget(p, opts.NoReplace); err != nil {
		return nil, err
	}
	d := &download{api: c, bucket: bucket, key: key, name: objectName(bucket, key), headers: headers, opts: opts.withDefaults(), place: p}
	if _, ok := c.(iter.Invoker); !ok {
		err = d.whole(ctx)
	} else {
		err = d.known(ctx)
	}
	if err != nil {
		return nil, err
	}
	return &d.result, nil
}

// checkTarget refuses early what publishing would refuse in the end.
func checkTarget(p *place, noReplace bool) error {
	fi, err := disk.Lstat(p.root, p.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		_, err = disk.Stat(p.root, filepath.Dir(p.name))
		return err
	case err != nil:
		return err
	case noReplace:
		return fmt.Errorf("%q: %w", p.name, fs.ErrExist)
	case !fi.Mode().IsRegular() && fi.Mode().Type() != fs.ModeSymlink:
		return fmt.Errorf("%w: %q is %v", ErrInvalid, p.name, fi.Mode())
	}
	return nil
}

// known downloads an object that a HEAD described.
func (d *download) known(ctx context.Context) error {
	o, err := d.look(ctx)
	if err != nil {
		return err
	}
	progress := newProgress(d.opts.Progress, o.size, d.opts.FineProgress)
	if o.size > 0 && o.size >= d.opts.Threshold {
		err = d.ranged(ctx, o, progress)
	} else {
		err = d.plain(ctx, o, progress)
	}
	if err == nil {
		progress.end(o.size)
	}
	return err
}
