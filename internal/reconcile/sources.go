package reconcile

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/index"
	"github.com/osssync/osssync/internal/listing"
	"github.com/osssync/osssync/internal/localfs"
	"github.com/osssync/osssync/iter"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/spec"
)

// sources are the four sequences of one mapping, with its filter applied: what
// the spec excludes is invisible on every side.
type sources struct {
	mapping *spec.Mapping
	root    *localfs.Root // nil: the tree of a pull that does not exist yet
	client  apply.API
	index   *index.Index
	owners  owners // of pending multipart uploads
	scan    *Scan
	passes  func(dir string) plan.Reason // why a folder is passed over for its name; "" if not
	temps   []string                     // names of unfinished downloads that the walk met
	listed  map[string]bool              // ids of the mapping's own uploads that still are pending
}

func (s *sources) join(ctx context.Context) plan.Sources {
	joined := plan.Sources{Local: aside(ctx, s.local), Remote: aside(ctx, s.remote), Base: aside(ctx, s.base)}
	if s.mapping.Direction == spec.Push {
		joined.Pending = s.pending(ctx)
	}
	return joined
}

// visible reports whether a path is the mapping's business. The temporary names
// of our own downloads never are.
func (s *sources) visible(p string) bool {
	return !strings.HasPrefix(path.Base(p), localfs.TempPrefix) && s.mapping.Match(strings.TrimSuffix(p, "/"))
}

func (s *sources) local(ctx context.Context) iter.Seq2[plan.Local, error] {
	return func(yield func(plan.Local, error) bool) {
		if s.root == nil {
			return
		}
		options := s.walkOptions()
		options.Temp = s.noteTemp
		for entry, err := range s.root.Walk(ctx, options) {
			if err != nil {
				yield(plan.Local{}, err)
				return
			}
			s.scan.Walked.Add(1)
			l := localOf(entry)
			if entry.Problem == localfs.PassedOver {
				l.Problem = s.passes(strings.TrimSuffix(entry.Path, "/"))
			}
			if !yield(l, nil) {
				return
			}
		}
		// What was walked is the tree at the path only if it still stands there.
		if err := s.root.Check(); err != nil {
			yield(plan.Local{}, err)
		}
	}
}

func (s *sources) walkOptions() localfs.WalkOptions {
	return localfs.WalkOptions{
		Symlinks: symlinkModes[s.mapping.Symlinks], Match: s.mapping.Match, MatchDir: s.mapping.MatchDir,
		Pass: func(dir string) bool { return s.passes(dir) != "" },
	}
}

var symlinkModes = map[spec.Symlinks]localfs.SymlinkMode{
	spec.SymlinksSkip:   localfs.SkipSymlinks,
	spec.SymlinksFollow: localfs.FollowSymlinks,
	spec.SymlinksError:  localfs.RefuseSymlinks,
}

func localOf(e localfs.Entry) plan.Local {
	l := plan.Local{Path: e.Path, Stat: apply.StatOf(e.Stat)}
	if e.Problem == localfs.None {
		return l
	}
	l.Passed = e.Problem == localfs.Symlink // what `symlinks: skip` asks for
	known := false
	if l.Problem, known = problemReasons[e.Problem]; !known {
		l.Problem, l.Detail = plan.ReasonUnreadable, e.Problem.String()
	}
	if e.Err != nil {
		l.Detail = e.Err.Error()
	}
	return l
}

var problemReasons = map[localfs.Problem]plan.Reason{
	localfs.Unreadable:       plan.ReasonUnreadable,
	localfs.Changed:          plan.ReasonChangedWhileRead,
	localfs.Symlink:          plan.ReasonSymlink,
	localfs.SymlinkRefused:   plan.ReasonSymlinkRefused,
	localfs.SymlinkEscapes:   plan.ReasonSymlinkEscapes,
	localfs.SymlinkLoop:      plan.ReasonSymlinkLoop,
	localfs.SymlinkBroken:    plan.ReasonSymlinkBroken,
	localfs.FIFO:             plan.ReasonFIFO,
	localfs.Socket:           plan.ReasonSocket,
	localfs.Device:           plan.ReasonDevice,
	localfs.Irregular:        plan.ReasonIrregular,
	localfs.OtherDevice:      plan.ReasonOtherDevice,
	localfs.NotDirectory:     plan.ReasonIrregular,
	localfs.LeadingBackslash: plan.ReasonBackslash,
	localfs.NotUTF8:          plan.ReasonNotUTF8,
	localfs.ControlCharacter: plan.ReasonControlCharacter,
	localfs.NameTooLong:      plan.ReasonNameTooLong,
	localfs.PathTooLong:      plan.ReasonKeyTooLong,
	localfs.Reserved:         plan.ReasonReservedName,
}

func (s *sources) remote(ctx context.Context) iter.Seq2[plan.Remote, error] {
	return func(yield func(plan.Remote, error) bool) {
		options := listing.Options{Prefix: s.mapping.Prefix, Known: s.known(ctx)}
		for object, err := range atMost(listing.Objects(ctx, s.client, s.mapping.Bucket, options), maxListed) {
			if err != nil {
				yield(plan.Remote{}, err)
				return
			}
			s.scan.Listed.Add(1)
			p := strings.TrimPrefix(object.Key, s.mapping.Prefix)
			if p != "" && !s.visible(p) {
				continue
			}
			if !yield(remoteOf(p, &object), nil) {
				return
			}
		}
	}
}

// maxListed bounds the objects of one listing, so that one without end has an end:
// 10^8 are 100,000 pages.
const maxListed = 100_000_000

// atMost ends with an error where objects has more than limit.
func atMost(objects iter.Seq2[iter.Object, error], limit int) iter.Seq2[iter.Object, error] {
	return func(yield func(iter.Object, error) bool) {
		n := 0
		for object, err := range objects {
			if n++; n > limit && err == nil {
				yield(iter.Object{}, fmt.Errorf("listing of more than %d objects; last %q", limit, object.Key))
				return
			}
			if !yield(object, err) {
				return
			}
		}
	}
}

// known yields keys that probably are in the bucket: of what was there after the
// last apply or, if nothing is known of that, of the tree.
func (s *sources) known(ctx context.Context) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		indexed := false
		for p := range s.index.Paths() {
			if indexed = true; !yield(s.mapping.Prefix + p) {
				return
			}
		}
		if indexed || s.root == nil {
			return
		}
		// One that cannot be read to its end is told of by the walk that counts.
		for entry, err := range s.root.Walk(ctx, s.walkOptions()) {
			if err != nil || !yield(s.mapping.Prefix+entry.Path) {
				return
			}
		}
	}
}

func remoteOf(p string, o *iter.Object) plan.Remote {
	return plan.Remote{
		Path:     p,
		Version:  plan.Version{Size: o.Size, ETag: o.ETag, Modified: o.LastModified.UTC()},
		Type:     plan.ObjectType(o.Type),
		Archived: isArchived(o.StorageClass, o.RestoreInfo),
	}
}

// isArchived reports an object whose content can only be read after a restore
// that has not ended.
func isArchived(class, restore string) bool {
	switch class {
	case "Archive", "ColdArchive", "DeepColdArchive":
		return !strings.Contains(restore, `ongoing-request="false"`)
	}
	return false
}

func (s *sources) base(context.Context) iter.Seq2[plan.Base, error] {
	return func(yield func(plan.Base, error) bool) {
		for row, err := range s.index.Rows() {
			seen := s.visible
			if strings.HasSuffix(row.Path, "/") { // of a folder
				seen = func(p string) bool { return s.mapping.MatchDir(strings.TrimSuffix(p, "/")) }
			}
			if err == nil && !seen(row.Path) {
				continue
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

// pending lists the multipart uploads below the prefix and counts the parts of
// each. One that ends while it is looked at is not pending any more.
func (s *sources) pending(ctx context.Context) iter.Seq2[plan.Pending, error] {
	return func(yield func(plan.Pending, error) bool) {
		options := iter.MultipartUploadsOptions{Prefix: s.mapping.Prefix}
		for upload, err := range iter.MultipartUploads(ctx, s.client, s.mapping.Bucket, options) {
			if err != nil {
				yield(plan.Pending{}, err)
				return
			}
			source, ours := s.owners.here[upload.UploadID]
			if ours {
				s.listed[upload.UploadID] = true
			}
			p := strings.TrimPrefix(upload.Key, s.mapping.Prefix)
			if !s.visible(p) {
				continue
			}
			row := plan.Pending{Path: p, UploadID: upload.UploadID, Started: upload.Initiated.UTC(), Owned: s.owners.owns(upload.UploadID)}
			if ours {
				row.Source = &source
			}
			if plan.CheckKey(p) == "" {
				var newest time.Time
				row.Parts, row.Bytes, newest, err = apply.CountParts(ctx, s.client, s.mapping.Bucket, upload.Key, upload.UploadID)
				if errors.Is(err, iter.ErrNotFound) {
					continue
				}
				if err != nil {
					yield(plan.Pending{}, err)
					return
				}
				row.Newest = newest.UTC()
				row.Unrecorded = s.owners.unrecorded(&upload, row.Parts)
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}
