package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/internal/ui"
	"github.com/osssync/osssync/iter"
)

type lsCmd struct {
	storeFlags
	Address   string `arg:"" optional:"" help:"oss://bucket/prefix, or oss://bucket/key for --parts. Without it the buckets are listed."`
	Uploads   bool   `help:"List multipart uploads that were neither completed nor aborted."`
	Parts     string `placeholder:"ID" help:"List the parts stored for this multipart upload."`
	Directory bool   `short:"d" help:"Roll up what lies below the next slash, as in a directory."`
	Format    string `enum:"text,json" default:"text" help:"text, or json: one object a line."`
}

func (*lsCmd) Help() string {
	return `Lists what the service tells, in the order of the bytes of keys; times are UTC. The store is the one of the
spec that --store names, or the one of --region.

Exit codes: 0 done; 1 failed, such as no such upload; 6 another run has the embedded store; 7 spec or command
line wrong, or no such bucket; 8 credentials; 9 service not reached, or its answer is no listing; 11 local
disk; 130, 143 interrupted.`
}

func (c *lsCmd) run(ctx context.Context, e *env) error {
	e.json = c.Format == "json"
	if c.Address == "" && (c.Uploads || c.Parts != "" || c.Directory) {
		return &usageError{err: errors.New("no address"), hint: "write oss://bucket/prefix/"}
	}
	if c.Parts != "" && (c.Uploads || c.Directory) {
		return &usageError{err: errors.New("--parts together with --uploads or -d")}
	}
	at := address{}
	if c.Address != "" {
		var err error
		if at, err = parseAddress(c.Address); err != nil {
			return err
		}
	}
	if c.Parts != "" {
		if err := at.checkKey(); err != nil {
			return err
		}
	}
	s, err := c.open(e)
	if err != nil {
		return err
	}
	defer s.Close()
	return c.list(ctx, e, s, at)
}

// list chooses the iterator. Pages are as large as the service makes them, since
// each is a request.
func (c *lsCmd) list(ctx context.Context, e *env, s *reconcile.Store, at address) error {
	paging, delimiter := iter.Paging{PageSize: 1000}, ""
	if c.Directory {
		delimiter = "/"
	}
	switch {
	case at.bucket == "":
		return list(e, iter.Buckets(ctx, s.Client, iter.BucketsOptions{Paging: paging}), bucketRow)
	case c.Parts != "":
		return list(e, iter.Parts(ctx, s.Client, at.bucket, at.key, c.Parts, iter.PartsOptions{Paging: paging}), partRow)
	case c.Uploads:
		return list(e, iter.MultipartUploads(ctx, s.Client, at.bucket, iter.MultipartUploadsOptions{Paging: paging, Prefix: at.key, Delimiter: delimiter}), uploadRow)
	}
	return list(e, iter.Objects(ctx, s.Client, at.bucket, iter.ObjectsOptions{Paging: paging, Prefix: at.key, Delimiter: delimiter}), objectRow)
}

// list prints a listing as it comes. Each row has a line of text and a value for
// a line of JSON.
func list[T any](e *env, seq iter.Seq2[T, error], show func(T) (text string, line any)) error {
	out := bufio.NewWriter(e.stdout)
	lines := ui.NewJSON(out)
	for item, err := range seq {
		if err != nil {
			return errors.Join(err, out.Flush())
		}
		text, line := show(item)
		if e.json {
			err = lines.Line(line)
		} else {
			_, err = fmt.Fprintln(out, text)
		}
		if err != nil {
			return err
		}
	}
	return out.Flush()
}

const listTime = "2006-01-02 15:04:05"

type listedBucket struct {
	Format       int       `json:"format"`
	Op           string    `json:"op"`
	Name         string    `json:"name"`
	Region       string    `json:"region"`
	StorageClass string    `json:"storage_class"`
	Created      time.Time `json:"created"`
}

func bucketRow(b iter.Bucket) (string, any) {
	return fmt.Sprintf("%s  %-14s  %-12s  oss://%s", b.Created.UTC().Format(listTime), ui.Name(b.Location), ui.Name(b.StorageClass), ui.Name(b.Name)),
		listedBucket{ui.Format, "bucket", b.Name, b.Region, b.StorageClass, b.Created.UTC()}
}

// named is how a key stands in a line of JSON.
type named struct {
	Key       string `json:"key"`
	KeyBase64 []byte `json:"key_base64,omitempty"` // in place of key, which then is "", if it is not UTF-8
}

func nameKey(key string) named {
	text, bytes := ui.TextOrBase64(key)
	return named{text, bytes}
}

type listedPrefix struct {
	Format int    `json:"format"`
	Op     string `json:"op"`
	named
}

func prefixRow(key string) (string, any) {
	return fmt.Sprintf("%19s  %10s  %s", "", "prefix", ui.Name(key)), listedPrefix{ui.Format, "prefix", nameKey(key)}
}

type listedObject struct {
	Format int    `json:"format"`
	Op     string `json:"op"`
	named
	Size         int64     `json:"size"` // bytes
	ETag         string    `json:"etag"`
	Modified     time.Time `json:"modified"`
	Type         string    `json:"type"`
	StorageClass string    `json:"storage_class"`
}

func objectRow(o iter.Object) (string, any) {
	if o.IsPrefix() {
		return prefixRow(o.Key)
	}
	return fmt.Sprintf("%s  %10s  %-10s  %-10s  %s", o.LastModified.UTC().Format(listTime), ui.Bytes(o.Size), ui.Name(o.Type), ui.Name(o.StorageClass), ui.Name(o.Key)),
		listedObject{ui.Format, "object", nameKey(o.Key), o.Size, o.ETag, o.LastModified.UTC(), o.Type, o.StorageClass}
}

type listedUpload struct {
	Format int    `json:"format"`
	Op     string `json:"op"`
	named
	UploadID string    `json:"upload_id"`
	Begun    time.Time `json:"begun"`
}

func uploadRow(u iter.Upload) (string, any) {
	if u.IsPrefix() {
		return prefixRow(u.Key)
	}
	return fmt.Sprintf("%s  %s  %s", u.Initiated.UTC().Format(listTime), ui.Name(u.UploadID), ui.Name(u.Key)),
		listedUpload{ui.Format, "upload", nameKey(u.Key), u.UploadID, u.Initiated.UTC()}
}

type listedPart struct {
	Format   int       `json:"format"`
	Op       string    `json:"op"`
	Number   int32     `json:"number"`
	Size     int64     `json:"size"` // bytes
	ETag     string    `json:"etag"`
	Modified time.Time `json:"modified"`
}

func partRow(p iter.Part) (string, any) {
	return fmt.Sprintf("%s  %10s  %5d  %s", p.LastModified.UTC().Format(listTime), ui.Bytes(p.Size), p.Number, ui.Name(p.ETag)),
		listedPart{ui.Format, "part", p.Number, p.Size, p.ETag, p.LastModified.UTC()}
}
