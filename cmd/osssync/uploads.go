package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/internal/ui"
	"github.com/osssync/osssync/iter"
)

type uploadsCmd struct {
	storeFlags
	Address     string        `arg:"" optional:"" help:"oss://bucket/prefix/ for all below it, oss://bucket/key for that key alone. Without it, all buckets of the store."`
	Abort       bool          `help:"Abort those that are older than --older-than."`
	OlderThan   time.Duration `type:"age" placeholder:"AGE" help:"Only uploads without a sign of life for so long, such as 7d or 12h."`
	AutoApprove bool          `help:"Do not ask."`
}

func (*uploadsCmd) Help() string {
	return `Lists multipart uploads that were neither completed nor aborted, with age by the server's clock, parts and
bytes: they are billed until somebody ends them. oss://bucket/www/ means all keys below www/, oss://bucket/www
the key www and no other, oss://bucket the whole bucket. --abort needs an address and --older-than, shows what
it is about to abort, and asks. An upload that a put or apply can go on with is kept: the state folder knows
them.

Exit codes: 0 done; 1 failed, or not approved; 6 another run has the embedded store; 7 spec or command line
wrong, or no such bucket; 8 credentials; 9 service not reached; 11 local disk; 130, 143 interrupted.`
}

func (c *uploadsCmd) run(ctx context.Context, e *env) error {
	switch {
	case c.Abort && (c.Address == "" || c.OlderThan == 0):
		return &usageError{err: errors.New("--abort without an address, or without an --older-than above 0"), hint: "such as: osssync uploads oss://bucket/prefix/ --abort --older-than 7d"}
	case c.Abort && !c.AutoApprove && !e.interactive():
		return errNoTerminal
	}
	at, err := c.place()
	if err != nil {
		return err
	}
	s, err := c.open(e)
	if err != nil {
		return err
	}
	defer s.Close()
	owned, err := reconcile.OwnedUploads(e.StateDir)
	if err != nil && c.Abort {
		return err
	}
	if err != nil {
		e.tell(err) // whose an upload is does not matter to a list
	}
	places := []address{at}
	if c.Address == "" {
		places = nil
		for b, err := range iter.Buckets(ctx, s.Client, iter.BucketsOptions{}) {
			if err != nil {
				return err
			}
			places = append(places, address{bucket: b.Name})
		}
	}
	sweep := sweep{store: s, owned: owned, olderThan: c.OlderThan}
	return c.sweep(ctx, e, &sweep, places)
}

// place reads the address, if there is one.
func (c *uploadsCmd) place() (address, error) {
	if c.Address == "" {
		return address{}, nil
	}
	at, err := parseAddress(c.Address)
	if err != nil || at.isPrefix() {
		return at, err
	}
	return at, at.checkKey()
}

// sweep lists, asks and aborts. The listing is read twice, so that no number of
// uploads has to be held: the deadline of the first reading holds for the second,
// and what is younger was not shown and is not aborted.
func (c *uploadsCmd) sweep(ctx context.Context, e *env, s *sweep, places []address) error {
	out := bufio.NewWriter(e.stdout)
	var all, due stale
	for _, at := range places {
		for u, err := range s.uploads(ctx, at) {
			if err != nil {
				return errors.Join(err, out.Flush())
			}
			mark := "o"
			if u.due {
				due.add(&u)
				if c.Abort {
					mark = "x"
				}
			}
			if u.due || c.OlderThan == 0 || c.Abort {
				all.add(&u)
				fmt.Fprintf(out, "  %s %s\n", mark, u.text(at.bucket))
			}
		}
	}
	fmt.Fprintf(out, "%s (%s).\n", ui.Count(all.uploads, "unfinished upload"), ui.Bytes(all.bytes))
	if err := out.Flush(); err != nil || !c.Abort || due.uploads == 0 {
		return err
	}
	if !c.AutoApprove {
		if err := e.confirm(ctx, fmt.Sprintf("Abort %s (x), %s?", ui.Count(due.uploads, "upload"), ui.Bytes(due.bytes))); err != nil {
			return err
		}
	}
	return c.abort(ctx, e, s, places)
}

func (c *uploadsCmd) abort(ctx context.Context, e *env, s *sweep, places []address) error {
	// What began while the list was read has its record by now.
	var err error
	if s.owned, err = reconcile.OwnedUploads(e.StateDir); err != nil {
		return err
	}
	e.begun.Store(true)
	var aborted stale
	for _, at := range places {
		for u, err := range s.uploads(ctx, at) {
			if err != nil {
				return err
			}
			if !u.due {
				continue
			}
			// RACE: OSS has no condition on an abort. A part that arrives between the
			// look and the abort is lost with the others.
			_, err := s.store.Client.AbortMultipartUpload(ctx, &oss.AbortMultipartUploadRequest{
				Bucket: oss.Ptr(at.bucket), Key: oss.Ptr(u.Key), UploadId: oss.Ptr(u.UploadID),
			})
			if answer, ok := errors.AsType[*oss.ServiceError](err); ok && answer.Code == "NoSuchUpload" {
				continue // ended meanwhile
			}
			if err != nil {
				return fmt.Errorf("abort upload %q of %q: %w", u.UploadID, address{at.bucket, u.Key}, err)
			}
			aborted.add(&u)
		}
	}
	_, err = fmt.Fprintf(e.stdout, "Aborted %s (%s).\n", ui.Count(aborted.uploads, "upload"), ui.Bytes(aborted.bytes))
	return err
}
