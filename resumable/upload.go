package resumable

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/iter"
)

// NoThreshold as a threshold means that every object that is not empty is
// transferred in parts or ranges. An empty one cannot be.
const NoThreshold int64 = -1

// UploadOptions are the optional settings of [Upload]. The zero value is
// ready to use. Negative numbers other than NoThreshold are refused.
type UploadOptions struct {
	// Root, when set, is the directory that filename is relative to, as a
	// slash-separated path without "." and ".." elements; no local call leaves
	// it. When nil, filename is an ordinary path of the operating system.
	Root *os.Root

	// Store keeps the record of an unfinished multipart upload. nil means a
	// FileStore in DefaultStoreDir, opened when a multipart upload begins.
	// Uploads with one PutObject never touch it.
	Store Store

	// ServerTime, when set, gives the service's clock as far as it is known, such
	// as from the Date of the newest answer, and never ahead of it. Each multipart
	// upload that begins then leaves an intent in Store before its first request:
	// a record without an upload id. If the process dies before it knows the id,
	// or an answer that told one was lost, Record.Begun tells who lists the pending
	// uploads which of them can be this one's. nil, or a clock that is not known
	// yet, means no intents.
	ServerTime func() (now time.Time, known bool)

	// Scope is an identity beyond bucket and key, such as endpoint and account.
	// Records of different scopes never meet.
	Scope string

	// Threshold is the size in bytes from which on an object is sent in
	// parts. 0 means 10 MiB, NoThreshold means 1 byte. Above 5 GiB, the most
	// that one PutObject carries, parts are used whatever the threshold.
	Threshold int64

	// PartSize is the preferred size of a part in bytes; 0 means 10 MiB. It is
	// doubled until it is at least 100 KiB and 10,000 parts suffice. A resumed
	// upload keeps the size it began with.
	PartSize int64

	// Parts is how many parts are sent at the same time; 0 means 1.
	Parts int

	// Sequential makes the service compute the MD5 of the whole object (the
	// query sequential of InitiateMultipartUpload), for which parts must come
	// in their order: Parts then counts for nothing, and stored parts with a
	// gap before them make the upload start over.
	Sequential bool

	// Headers go with the object: Content-Type, Cache-Control, x-oss-meta-*,
	// x-oss-storage-class and so on, in any case. Without Content-Type the
	// type follows from the extension of the key, application/octet-stream
	// when that is unknown. Headers the transfer itself sets (Content-MD5,
	// Content-Length, x-oss-forbid-overwrite and the like) and callbacks are
	// refused. A multipart upload is bound to the headers it began with; see
	// UploadResult.StaleHeaders.
	Headers map[string]string

	// ForbidOverwrite makes the service refuse to replace an existing object
	// (x-oss-forbid-overwrite); the error is then fs.ErrExist. The service
	// ignores it in a bucket whose versioning is enabled or suspended.
	ForbidOverwrite bool

	// Expect, when set, is what the caller saw of the file. If the file that
	// is opened differs, nothing is sent and the error is ErrSourceChanged.
	Expect *Fingerprint

	// Progress, when set, is told the bytes done and the total. Calls never
	// overlap, done never decreases, and the last call of a transfer whose
	// bytes all went out is (total, total); for an upload in parts that call
	// precedes the commit, so only the returned error tells success. It must
	// not block. A panic of it is not recovered and may be in any goroutine.
	Progress func(done, total int64)

	// FineProgress has Progress told as bytes of parts are handed to the network.
	// Otherwise an upload in parts tells whole parts, each when the next one
	// begins, as that of oss2 does.
	FineProgress bool

	// BeforeCommit, when set, is called right before a multipart upload is
	// completed, once in a call of Upload and not at all for an upload that an
	// earlier call completed or for one PutObject. An error keeps the object
	// from being published and is returned wrapped; record and parts stay for
	// the next call, even if it is ErrSourceChanged.
	BeforeCommit func(ctx context.Context) error

	limits limits
}

// UploadResult describes an object that was uploaded.
type UploadResult struct {
	Size         int64       // bytes
	ETag         string      // without quotes
	CRC64        uint64      // CRC-64 (ECMA) of the bytes sent
	MD5          string      // upper-case hex; empty for a multipart upload
	VersionID    string      // empty unless the bucket is versioned
	RequestID    string      // of the request that proved the object stands
	LastModified time.Time   // zero when unknown; no request is made to learn it
	Fingerprint  Fingerprint // of the file, as uploaded
	Multipart    bool        // sent in parts
	PartsSent    int         // parts sent by this call
	PartsKept    int         // parts found stored from an earlier call
	BytesKept    int64       // in those parts: not sent by this call

	// StaleHeaders tells that the upload was resumed and the object bears the
	// headers of the call that began it, which differ from those given now.
	StaleHeaders bool
}

// Upload stores the local file filename as the object key of bucket.
//
// A file below opts.Threshold is sent with one PutObject. A larger one is sent
// in parts; when that is interrupted, a later call with the same bucket, key,
// file and store sends only what is missing. A stored part counts only if its
// number, size and checksum equal those of the local bytes now. If the file is
// changed meanwhile the error is ErrSourceChanged and, for an upload in parts,
// nothing is published. Two calls for the same file and object should not run
// at the same time with one store.
//
// Errors satisfy errors.Is for fs.ErrNotExist (no such file; no request was
// sent), fs.ErrExist, ErrNotFound, ErrSourceChanged, ErrTooLarge and
// ErrInvalid, and errors.As for *IntegrityError and *oss.ServiceError. The
// upload ends when ctx does; its record stays.
//
// OSS APIs: PutObject, InitiateMultipartUpload, UploadPart, ListParts,
// CompleteMultipartUpload, AbortMultipartUpload, HeadObject.
func Upload(ctx context.Context, c API, bucket, key, filename string, opts UploadOptions) (*UploadResult, error) {
	result, err := uploadFile(ctx, c, bucket, key, filename, opts)
	if err != nil {
		return nil, fmt.Errorf("upload %q to %q: %w", filename, objectName(bucket, key), err)
	}
	return result, nil
}

func (o UploadOptions) withDefaults() UploadOptions {
	if o.Threshold == 0 {
		o.Threshold = defaultUploadThreshold
	}
	if o.PartSize == 0 {
		o.PartSize = defaultPartSize
	}
	if o.Parts == 0 || o.Sequential {
		o.Parts = defaultUploadParts
	}
	o.limits = o.limits.withDefaults()
	return o
}

// upload is one call of Upload.
type upload struct {
	api      API
	parts    iter.Invoker // nil: the client cannot list parts, all is plain
	bucket   string
	key      string
	object   string // for messages
	headers  map[string]string
	opts     UploadOptions
	src      *source
	progress *progress
	announce atomic.Bool // parts are sent with Content-MD5
}

func uploadFile(ctx context.Context, c API, bucket, key, filename string, opts UploadOptions) (*UploadResult, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	if err := checkSizes(opts.Threshold, opts.PartSize, opts.Parts); err != nil {
		return nil, err
	}
	headers, err := canonicalHeaders(opts.Headers)
	if err != nil {
		return nil, err
	}
	if _, given := headers["Content-Type"]; !given {
		headers["Content-Type"] = contentType(key)
	}
	p, err := openPlace(opts.Root, filename, true)
	if err != nil {
		return nil, err
	}
	defer p.close()
	src, err := openSource(p, opts.Expect)
	if err != nil {
		return nil, err
	}
	defer src.file.Close()
	u := &upload{
		api: c, bucket: bucket, key: key, object: objectName(bucket, key), headers: headers,
		opts: opts.withDefaults(), src: src, progress: newProgress(opts.Progress, src.print.Size, opts.FineProgress),
	}
	u.parts, _ = c.(iter.Invoker)
	return u.run(ctx)
}

func (u *upload) run(ctx context.Context) (*UploadResult, error) {
	size := u.src.print.Size
	switch {
	case u.parts == nil && size > maxPartSize:
		return nil, fmt.Errorf("%w: %d bytes, one PutObject takes at most %d and the client cannot do parts", ErrTooLarge, size, maxPartSize)
	case u.parts == nil, size == 0, size < u.opts.Threshold && size <= maxPartSize:
		return u.put(ctx)
	}
	return u.multipart(ctx)
}

// contentType follows the extension of the key.
func contentType(key string) string {
	if t := oss.TypeByExtension(key); t != "" {
		return t
	}
	return "application/octet-stream"
}
