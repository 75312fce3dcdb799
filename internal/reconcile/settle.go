package reconcile

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/crc64"
	"io"
	"io/fs"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"golang.org/x/sync/errgroup"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/internal/localfs"
	"github.com/osssync/osssync/iter"
	"github.com/osssync/osssync/plan"
)

// settleWindow is how many paths may be undecided at once. It bounds memory, and
// how far a slow hash can hold the walk and the listing back.
const settleWindow = 512

// looks bounds the requests for evidence that are under way at once.
const looks = 32

// settler finds the evidence that decisions ask for.
type settler struct {
	policy  *plan.Policy
	bucket  string
	prefix  string
	root    *localfs.Root
	client  apply.API
	now     func() time.Time
	scan    *Scan
	hashing chan struct{} // one slot for each file that is read
	looking chan struct{} // one slot for each request
}

// undecided is a path that waits: for evidence, or for those before it.
type undecided struct {
	state   plan.State
	verdict plan.Verdict
	err     error
	ready   chan struct{} // nil: the verdict is there
}

// settle hands the states on in their order, each with its verdict. Most need no
// evidence and are handed on at once; that of the others is found in parallel. A
// state is valid until decided returns.
func (s *settler) settle(ctx context.Context, states iter.Seq2[plan.State, error], decided func(*plan.State, plan.Verdict) error) error {
	s.hashing = make(chan struct{}, max(2, runtime.GOMAXPROCS(0)))
	s.looking = make(chan struct{}, looks)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		q := queue{settler: s, ctx: ctx, group: group, decided: decided}
		for state, err := range states {
			if err == nil {
				err = q.enter(state)
			}
			if err != nil {
				return err
			}
		}
		return q.drain(0)
	})
	return group.Wait()
}

// queue is the paths that cannot be handed on yet. It belongs to one goroutine.
type queue struct {
	*settler
	ctx     context.Context
	group   *errgroup.Group
	decided func(*plan.State, plan.Verdict) error

	waiting []*undecided
	current plan.State // one that did not have to wait
}

// enter takes the next state.
func (q *queue) enter(state plan.State) error {
	if q.ctx.Err() != nil {
		return context.Cause(q.ctx)
	}
	if len(q.waiting) == 0 {
		q.current = state
		if v := q.policy.Diff(&q.current, &plan.Evidence{}); v.Ask == plan.AskNothing {
			return q.hand(&q.current, v)
		}
	}
	u := &undecided{state: state}
	u.verdict = q.policy.Diff(&u.state, &plan.Evidence{})
	if u.verdict.Ask != plan.AskNothing {
		u.ready = make(chan struct{})
		q.group.Go(func() error {
			defer close(u.ready)
			u.err = q.find(q.ctx, u)
			return u.err
		})
	}
	q.waiting = append(q.waiting, u)
	return q.drain(settleWindow)
}

// drain hands on what is ready, and waits until at most so many are left.
func (q *queue) drain(left int) error {
	for len(q.waiting) > 0 {
		u := q.waiting[0]
		if len(q.waiting) <= left && !u.isReady() {
			return nil
		}
		if u.ready != nil {
			<-u.ready
		}
		if u.err != nil {
			return u.err
		}
		q.waiting = q.waiting[1:]
		if err := q.hand(&u.state, u.verdict); err != nil {
			return err
		}
	}
	return nil
}

func (q *queue) hand(state *plan.State, v plan.Verdict) error {
	q.scan.Compared.Add(1)
	if v.Class == plan.ClassChange {
		q.scan.Changes.Add(1)
	}
	return q.decided(state, v)
}

// isReady reports whether the verdict is there.
func (u *undecided) isReady() bool {
	if u.ready == nil {
		return true
	}
	select {
	case <-u.ready:
		return true
	default:
		return false
	}
}

// find gathers evidence until the verdict stands. An error is one that would meet
// other paths too.
func (s *settler) find(ctx context.Context, u *undecided) error {
	var e plan.Evidence
	for u.verdict.Ask != plan.AskNothing {
		var err error
		switch u.verdict.Ask {
		case plan.AskLocalSums:
			err = s.hash(ctx, &u.state, &e)
		case plan.AskRemoteSums:
			err = s.look(ctx, &u.state, &e)
		case plan.AskRemoteBody:
			err = s.read(ctx, &u.state, &e)
		case plan.AskPointer:
			err = s.pointer(ctx, &u.state, &e)
		}
		if err != nil {
			return err
		}
		u.verdict = s.policy.Diff(&u.state, &e)
	}
	return nil
}

func take(ctx context.Context, slots chan struct{}) (release func(), err error) {
	select {
	case slots <- struct{}{}:
		return func() { <-slots }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// hash reads the local file. A file that cannot be read or does not hold still is
// evidence too.
func (s *settler) hash(ctx context.Context, state *plan.State, e *plan.Evidence) error {
	release, err := take(ctx, s.hashing)
	if err != nil {
		return err
	}
	defer release()
	readAt := s.now()
	var sums localfs.Sums
	want, err := apply.Look(s.root, state.Path, state.Local.Stat)
	if err == nil {
		sums, err = s.root.Hash(ctx, state.Path, want)
	}
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
	release, err := take(ctx, s.looking)
	if err != nil {
		return err
	}
	defer release()
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
	release, err := take(ctx, s.looking)
	if err != nil {
		return err
	}
	defer release()
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
	sums := []hash.Hash{md5.New(), crc64.New(ecma)}
	n, err := io.Copy(io.MultiWriter(sums[0], sums[1]), io.LimitReader(res.Body, state.Remote.Version.Size+1))
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
	e.Remote.MD5 = strings.ToUpper(hex.EncodeToString(sums[0].Sum(nil)))
	e.Remote.CRC64 = strconv.FormatUint(sums[1].(hash.Hash64).Sum64(), 10)
	return nil
}

var ecma = crc64.MakeTable(crc64.ECMA)

// gone reports that the object is not the listed one any more.
func gone(err error) bool {
	var answer *oss.ServiceError
	return errors.As(err, &answer) && answer.Code != "NoSuchBucket" &&
		(answer.StatusCode == http.StatusNotFound || answer.StatusCode == http.StatusPreconditionFailed)
}
