package resumable

import (
	"context"
	"fmt"
	"maps"
	"net/http/httptrace"
	"slices"
	"sync"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// attemptLimit bounds how long one InitiateMultipartUpload that is being sent may
// take to have its effect: the two minutes after which the client gives a silent
// service up, and two more, in which a system still sends what a dead process left.
const attemptLimit = 4 * time.Minute

// maxWindows bounds the windows of one record, so that it stays small however many
// runs die. Beyond, the oldest is forgotten.
const maxWindows = 16

// Window bounds by the service's clock when uploads may have been initiated whose
// ids nobody knows, and how many. The zero value holds no time and is of none.
type Window struct {
	Since   time.Time `json:"since"` // a whole second, the resolution of a listing
	Until   time.Time `json:"until"`
	Uploads int       `json:"uploads"` // at most
}

// Holds reports whether t lies in w. Its ends do.
func (w Window) Holds(t time.Time) bool { return !t.Before(w.Since) && !t.After(w.Until) }

// windowAt is that of a request which is sent at now.
func windowAt(now time.Time) Window {
	since := now.UTC().Truncate(time.Second)
	return Window{Since: since, Until: since.Add(attemptLimit), Uploads: 1}
}

// intent is a record that tells, before any request is sent, where an upload will
// be which this process may not live to name. Its last window is its own; the
// others are those of earlier ones at its place, still to be settled.
type intent struct {
	now    func() (time.Time, bool) // nil: no window of its own is kept
	ledger *ledger
	rec    *uploadRecord
	cancel context.CancelFunc // of the request

	mu       sync.Mutex
	attempts int
	failed   error // to write one of them down
	over     bool
}

// intend makes rec an intent and stores it. Without the service's clock it only
// takes the windows over.
func (u *upload) intend(l *ledger, rec *uploadRecord) (*intent, error) {
	rec.Begun = slices.Clone(l.begun)
	i := &intent{ledger: l, rec: rec}
	if u.opts.ServerTime == nil {
		return i, nil
	}
	now, known := u.opts.ServerTime()
	if !known {
		return i, nil
	}
	i.now = u.opts.ServerTime
	rec.Begun = append(rec.Begun, windowAt(now))
	rec.Begun = rec.Begun[max(0, len(rec.Begun)-maxWindows):]
	return i, l.put(rec)
}

// waitLimit is how much later than its intent a request may be sent, as after a
// pause that the service asked for, before the intent is written anew.
const waitLimit = 10 * time.Second

// attempt is called when a request is about to be sent. The client repeats what has
// no answer, and only the last attempt shows. That it is too late, or not the first,
// is written before; if it cannot be, the request is called off.
//
// RACE: one that is called off may be out all the same. The upload of it goes by age.
func (i *intent) attempt() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.attempts++
	if i.over || i.now == nil {
		return
	}
	own := &i.rec.Begun[len(i.rec.Begun)-1]
	now, _ := i.now()
	switch {
	case i.attempts > 1:
		own.Uploads, own.Until = i.attempts, windowAt(now).Until
	case now.Sub(own.Since) > waitLimit:
		*own = windowAt(now)
	default:
		return
	}
	if i.failed = i.ledger.put(i.rec); i.failed != nil {
		i.cancel()
	}
}

// close ends the intent when nothing will be sent any more. decided tells that it
// is known what became of the last attempt; the window stays for the others.
func (i *intent) close(decided bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.over = true
	if i.now == nil {
		return
	}
	last := len(i.rec.Begun) - 1
	lost := max(i.attempts, 1)
	if decided {
		lost--
	}
	if i.rec.Begun[last].Uploads = lost; lost == 0 {
		i.rec.Begun = i.rec.Begun[:last]
	}
}

// begin initiates the upload that i announces and gives its record the id.
func (u *upload) begin(ctx context.Context, i *intent) error {
	rec := i.rec
	headers := maps.Clone(u.headers)
	headers[tokenHeader] = rec.Token
	request := &oss.InitiateMultipartUploadRequest{
		Bucket: oss.Ptr(u.bucket), Key: oss.Ptr(u.key), RequestCommon: oss.RequestCommon{Headers: headers},
	}
	if u.opts.ForbidOverwrite {
		request.ForbidOverwrite = oss.Ptr("true")
	}
	if u.opts.Sequential {
		request.Parameters = map[string]string{"sequential": ""}
	}
	ctx, i.cancel = context.WithCancel(ctx)
	defer i.cancel()
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { i.attempt() }})
	begun, err := u.api.InitiateMultipartUpload(traced, request)
	if err != nil {
		i.close(!undecided(err))
		return besides(fmt.Errorf("initiate: %w", remote(err)), "record", i.failed)
	}
	rec.UploadID = oss.ToString(begun.UploadId)
	i.close(rec.UploadID != "")
	if rec.UploadID == "" { // a 200 that is no answer, such as a page of a proxy
		return fmt.Errorf("initiate without upload id: %w (request %q)", ErrNotAnswer, begun.Headers.Get(oss.HeaderOssRequestID))
	}
	return nil
}

// end removes the record of an upload that is over. While an upload without a
// name may stand beside it, an intent is left for who can look.
func (l *ledger) end(rec *uploadRecord) error {
	if l.begun = rec.Begun; len(l.begun) == 0 {
		return l.delete()
	}
	intent := *rec
	intent.UploadID = ""
	return l.put(&intent)
}
