package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/internal/ui"
	"github.com/osssync/osssync/iter"
)

// stale counts uploads.
type stale struct{ uploads, bytes int64 }

func (s *stale) add(u *pendingUpload) { s.uploads, s.bytes = s.uploads+1, s.bytes+u.bytes }

// pendingUpload is an upload with what its parts tell.
type pendingUpload struct {
	iter.Upload
	parts int
	bytes int64
	age   time.Duration // since the last sign of life
	owned bool          // a record in the state folder can go on with it
	due   bool          // old enough, and nobody's
}

func (u *pendingUpload) text(bucket string) string {
	owned := ""
	if u.owned {
		owned = ", can be resumed from here"
	}
	return fmt.Sprintf("%s  %s, %s, idle for %s, id %s%s", ui.Name(address{bucket, u.Key}.String()),
		ui.Bytes(u.bytes), ui.Count(int64(u.parts), "part"), ui.Age(u.age), ui.Name(u.UploadID), owned)
}

// sweep reads the pending uploads of a store.
type sweep struct {
	store     *reconcile.Store
	owned     map[string]bool
	olderThan time.Duration
	deadline  time.Time // by the server's clock; zero until the first answer told it
}

// uploads yields the pending uploads at a place: those of a key, or of all keys
// below a prefix.
func (s *sweep) uploads(ctx context.Context, at address) iter.Seq2[pendingUpload, error] {
	return func(yield func(pendingUpload, error) bool) {
		for u, err := range s.pending(ctx, at) {
			if err != nil {
				yield(pendingUpload{}, err)
				return
			}
			p, err := s.look(ctx, at.bucket, u)
			if errors.Is(err, iter.ErrNotFound) {
				continue // ended meanwhile
			}
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

func (s *sweep) pending(ctx context.Context, at address) iter.Seq2[iter.Upload, error] {
	if at.isPrefix() {
		return iter.MultipartUploads(ctx, s.store.Client, at.bucket, iter.MultipartUploadsOptions{Prefix: at.key})
	}
	return iter.ObjectUploads(ctx, s.store.Client, at.bucket, at.key, iter.ObjectUploadsOptions{})
}

// look counts the parts of an upload and judges it.
func (s *sweep) look(ctx context.Context, bucket string, u iter.Upload) (pendingUpload, error) {
	p := pendingUpload{Upload: u, owned: s.owned[u.UploadID]}
	var (
		newest time.Time
		err    error
	)
	if p.parts, p.bytes, newest, err = apply.CountParts(ctx, s.store.Client, bucket, u.Key, u.UploadID); err != nil {
		return p, err
	}
	now, known := s.store.Client.ServerTime()
	if !known {
		return p, nil // without a clock nothing is old
	}
	if s.deadline.IsZero() {
		s.deadline = now.Add(-s.olderThan)
	}
	alive := u.Initiated
	if newest.After(alive) {
		alive = newest
	}
	p.age = now.Sub(alive)
	p.due = s.olderThan > 0 && !p.owned && alive.Before(s.deadline)
	return p, nil
}
