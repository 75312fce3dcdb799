package reconcile

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/ecma"
	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/internal/localfs"
	"github.com/osssync/osssync/plan"
)

// hash reads the local file. A file that cannot be read or does not hold still is
// evidence too.
func (s *settler) hash(ctx context.Context, with *localfs.Hasher, state *plan.State, e *plan.Evidence) error {
	readAt := s.now()
	sums, err := with.HashAs(ctx, state.Path, func(now localfs.Stat) bool { return apply.StatOf(now) == state.Local.Stat })
	switch {
	case err == nil:
		s.scan.Hashed.Add(sums.Size)
		e.Local = plan.Sums{MD5: strings.ToUpper(hex.EncodeToString(sums.MD5[:])), CRC64: strconv.FormatUint(sums.CRC64, 10)}
		e.LocalRacy = plan.Racy(state.Local.Stat, readAt)
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, localfs.ErrChanged):
		e.LocalFault, e.Detail = plan.ReasonChangedWhileRead, "file"
		return nil
	case errors.Is(err, fs.ErrPermission), fault.Of(err) == fault.Other, fault.Of(err) == fault.Disk:
		e.LocalFault, e.Detail = plan.ReasonUnreadable, err.Error()
		return nil
	}
	return err
}

// look asks the service for the checksum of an object.
func (s *settler) look(ctx context.Context, state *plan.State, e *plan.Evidence) error {
	s.scan.Headed.Add(1)
	res, err := s.client.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: oss.Ptr(s.bucket), Key: oss.Ptr(s.prefix + state.Path)})
	if gone(err) {
		e.RemoteGone = true
		return nil
	}
	if err != nil {
		return fmt.Errorf("head %q: %w", state.Path, err)
	}
	e.RemoteHead = true
	if res.ContentLength != state.Remote.Version.Size || strings.Trim(oss.ToString(res.ETag), `"`) != state.Remote.Version.ETag {
		e.RemoteGone = true
	}
	e.Remote.CRC64 = oss.ToString(res.HashCRC64)
	return nil
}

// read computes the checksums of an object from its content.
func (s *settler) read(ctx context.Context, state *plan.State, e *plan.Evidence) error {
	res, err := s.client.GetObject(ctx, &oss.GetObjectRequest{
		Bucket: oss.Ptr(s.bucket), Key: oss.Ptr(s.prefix + state.Path),
		IfMatch:       oss.Ptr(state.Remote.Version.ETag),
		RequestCommon: oss.RequestCommon{Headers: map[string]string{"Accept-Encoding": "identity"}},
	})
	if gone(err) {
		e.RemoteGone = true
		return nil
	}
	if err != nil {
		return fmt.Errorf("get %q: %w", state.Path, err)
	}
	defer res.Body.Close()
	sums := sums{md5: md5.New()}
	n, err := io.Copy(&sums, io.LimitReader(res.Body, state.Remote.Version.Size+1))
	if n > state.Remote.Version.Size {
		e.RemoteGone = true
		return nil
	}
	if err == nil && n != state.Remote.Version.Size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return fmt.Errorf("get %q after %d %s: %w", state.Path, n, plan.Plural(n, "byte"), err)
	}
	e.RemoteBody = true
	e.Remote.MD5 = strings.ToUpper(hex.EncodeToString(sums.md5.Sum(nil)))
	e.Remote.CRC64 = strconv.FormatUint(sums.crc64, 10)
	return nil
}

// sums takes the checksums of what is written to it.
type sums struct {
	md5   hash.Hash
	crc64 uint64
}

func (s *sums) Write(p []byte) (int, error) {
	s.crc64 = ecma.Update(s.crc64, p)
	return s.md5.Write(p)
}

// gone reports that the object is not the listed one any more.
func gone(err error) bool {
	var answer *oss.ServiceError
	return errors.As(err, &answer) && answer.Code != "NoSuchBucket" &&
		(answer.StatusCode == http.StatusNotFound || answer.StatusCode == http.StatusPreconditionFailed)
}
