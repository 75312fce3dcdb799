package reconcile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/internal/localfs"
	"github.com/osssync/osssync/plan"
)

// pointer looks whether a file is a pointer of Git LFS and the object that it
// would replace, if there is one, is none. The object is read only if the file is one, and only if
// it is small enough to be one too.
func (s *settler) pointer(ctx context.Context, state *plan.State, e *plan.Evidence) error {
	var content []byte
	want, err := apply.Look(s.root, state.Path, state.Local.Stat)
	if err == nil {
		content, err = s.root.Content(state.Path, want)
	}
	switch {
	case err == nil:
	case errors.Is(err, localfs.ErrChanged):
		e.LocalFault, e.Detail = plan.ReasonChangedWhileRead, "file"
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, fs.ErrPermission), fault.Of(err) == fault.Other, fault.Of(err) == fault.Disk:
		e.LocalFault, e.Detail = plan.ReasonUnreadable, err.Error()
		return nil
	default:
		return err
	}
	e.PointerKnown = true
	if !plan.IsPointer(content) {
		return nil
	}
	if state.RemoteIs == plan.Absent {
		e.Pointer = true
		return nil
	}
	object, err := s.small(ctx, state)
	if gone(err) {
		e.RemoteGone = true
		return nil
	}
	e.Pointer = !plan.IsPointer(object)
	return err
}

// small returns the content of an object that may be a pointer of Git LFS, and
// nothing of one that is too large for that or cannot be read before a restore.
func (s *settler) small(ctx context.Context, state *plan.State) ([]byte, error) {
	if state.Remote.Archived || state.Remote.Version.Size >= plan.MaxPointer {
		return nil, nil
	}
	res, err := s.client.GetObject(ctx, &oss.GetObjectRequest{
		Bucket: oss.Ptr(s.bucket), Key: oss.Ptr(s.prefix + state.Path),
		IfMatch:       oss.Ptr(state.Remote.Version.ETag),
		RequestCommon: oss.RequestCommon{Headers: map[string]string{"Accept-Encoding": "identity"}},
	})
	if err != nil {
		return nil, fmt.Errorf("get %q: %w", state.Path, err)
	}
	defer res.Body.Close()
	content, err := io.ReadAll(io.LimitReader(res.Body, plan.MaxPointer))
	if err != nil {
		return nil, fmt.Errorf("get %q: %w", state.Path, err)
	}
	return content, nil
}
