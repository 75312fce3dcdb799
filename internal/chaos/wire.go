package chaos

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/signer"

	"github.com/osssync/osssync/internal/ossserver"
)

// Where clients of an embedded store believe to be connected to, and the region
// that they sign for.
const (
	host   = "127.0.0.1:80"
	region = "cn-hangzhou"
)

// wire stands between the client of a run and the server, and does to the
// exchanges what the faults of the run say.
type wire struct {
	server   http.Handler
	network  *network
	http     *http.Server
	serving  sync.WaitGroup
	pageSize int    // entries a page of objects; 0: as asked for
	secret   string // of accessKey

	rival func(path string) error // puts another writer's object at path

	mu      sync.Mutex
	idle    sync.Cond // inside is 0
	inside  int       // requests that are handled
	faults  []fault
	counts  map[ossserver.Operation]int
	struck  []fault
	cancel  context.CancelCauseFunc // of the run
	skew    time.Duration           // that the server's clock is ahead
	expired bool                    // the session token
	dead    bool                    // the run, as by SIGKILL: nothing of it gets through any more
	altered map[partOf]bool         // parts whose content, as sent last, was changed on its way
	doubts  map[string]bool         // ids of uploads whose Complete may have worked, for all that the run was told
	sent    int64                   // bytes of content that were taken
	strays  []string                // requests that should not have been sent
	pages   map[string]*answer      // of listings of objects: the newest answer to a query before this run
	fresh   map[string]*answer      // and in this run
	page    *answer                 // the last one of this run
}

// partOf is a part of a multipart upload.
type partOf struct{ upload, number string }

func newWire(server http.Handler, secret string) *wire {
	w := &wire{server: server, network: newNetwork(), secret: secret, pages: map[string]*answer{}, altered: map[partOf]bool{}}
	w.idle.L = &w.mu
	w.http = &http.Server{Handler: w, ErrorLog: log.New(io.Discard, "", 0)}
	w.begin(nil, func(error) {})
	w.serving.Go(func() { w.http.Serve(w.network) })
	return w
}

// begin starts a run with its faults. cancel interrupts it.
func (w *wire) begin(faults []fault, cancel context.CancelCauseFunc) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults, w.cancel = faults, cancel
	w.counts, w.struck = map[ossserver.Operation]int{}, nil
	w.skew, w.expired, w.sent, w.dead = 0, false, 0, false
	w.doubts = map[string]bool{}
	for query, page := range w.fresh {
		w.pages[query] = page
	}
	w.fresh, w.page = map[string]*answer{}, nil
}

// kill ends the run as SIGKILL does: what is on its way arrives, and nothing after
// it is done, by request or, where a gate stands before the disk, by call.
func (w *wire) kill() {
	w.mu.Lock()
	w.dead = true
	cancel := w.cancel
	w.mu.Unlock()
	cancel(errInterrupted)
}

func (w *wire) isDead() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dead
}

// settle waits for commits that come after their client has left.
func (w *wire) settle() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.inside > 0 {
		w.idle.Wait()
	}
}

// enter counts a request in, and leave out.
func (w *wire) enter() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.inside++
}

func (w *wire) leave() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.inside--; w.inside == 0 {
		w.idle.Broadcast()
	}
}

// close ends all connections, and waits for what hangs.
func (w *wire) close() {
	w.network.Close()
	w.http.Close()
	w.settle()
	w.serving.Wait()
}

// dialContext connects a client. The only address it knows is the server's.
func (w *wire) dialContext(ctx context.Context, _, addr string) (net.Conn, error) {
	f, due := w.take(dialing)
	switch {
	case addr != host:
		w.stray("connection to %q", addr)
		return nil, &net.OpError{Op: "dial", Net: "memory", Err: syscall.EHOSTUNREACH}
	case due && f.do == refused, w.isDead():
		return nil, &net.OpError{Op: "dial", Net: "memory", Err: syscall.ECONNREFUSED}
	}
	return w.network.dial(ctx)
}

// take counts a request for op, and returns the fault that strikes it.
func (w *wire) take(op ossserver.Operation) (fault, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts[op]++
	if op != dialing {
		w.counts[""]++
	}
	for _, f := range w.faults {
		n := w.counts[f.op]
		if f.op != op && (f.op != "" || op == dialing) || n < f.nth || n > f.nth && !f.ever {
			continue
		}
		w.struck = append(w.struck, f)
		return f, true
	}
	return fault{}, false
}

func (w *wire) stray(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.strays = append(w.strays, fmt.Sprintf(format, args...))
}

// ServeHTTP makes wire an http.Handler.
func (w *wire) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.enter()
	defer w.leave()
	if w.isDead() {
		panic(http.ErrAbortHandler)
	}
	x := &exchange{wire: w, writer: rw, request: r, op: operationOf(r)}
	w.inspect(r, x.op)
	if sends(x.op) {
		r.Body = &counted{r.Body, w}
	}
	f, due := w.take(x.op)
	w.mu.Lock()
	expired := w.expired
	w.mu.Unlock()
	w.follow(r, x.op, f, due)
	switch k, _ := kindOf(f.do); {
	case due:
		x.strike(k, f)
	case expired:
		x.reply(x.refusal(http.StatusForbidden, "SecurityTokenExpired"))
	case x.op == ossserver.ListObjects:
		x.reply(x.commit())
	default:
		w.server.ServeHTTP(rw, r)
	}
}

// inspect notes what no run may ask for.
func (w *wire) inspect(r *http.Request, op ossserver.Operation) {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	query := r.URL.Query()
	if key == "" {
		key = query.Get("prefix")
	}
	switch {
	case op == "" || op == ossserver.DeleteMultipleObjects:
		w.stray("%s %s", r.Method, r.URL)
	case bucket != bucketName || !strings.HasPrefix(key, prefix):
		w.stray("%s of %q in %q", op, key, bucket)
	case query.Has("versionId"):
		w.stray("%s of a version of %q", op, key)
	case r.Host != strings.TrimSuffix(host, ":80"):
		w.stray("%s at host %q", op, r.Host)
	case !strings.HasPrefix(r.Header.Get("Authorization"), "OSS4-HMAC-SHA256 "):
		w.stray("%s of %q without signature", op, key)
	case op == ossserver.PutObject && r.Header.Get("Content-Md5") == "":
		w.stray("%s of %q without Content-MD5", op, key)
	}
}

// follow notes the uploads whose Complete was not answered, or by no more than
// trouble of the service, and that a run gives none of them up; and the parts that
// were altered on their way, and that none of them is in an upload that is completed.
func (w *wire) follow(r *http.Request, op ossserver.Operation, f fault, due bool) {
	id := r.URL.Query().Get("uploadId")
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case op == ossserver.UploadPart:
		part := partOf{id, r.URL.Query().Get("partNumber")}
		if delete(w.altered, part); due && f.do == "flip" {
			w.altered[part] = true
		}
	case op == ossserver.CompleteMultipartUpload:
		for part := range w.altered {
			if part.upload == id {
				w.strays = append(w.strays, fmt.Sprintf("complete of upload %q with an altered part %s", id, part.number))
			}
		}
		w.doubts[id] = due && !strings.HasPrefix(f.do, "4")
	case op == ossserver.AbortMultipartUpload && w.doubts[id]:
		w.strays = append(w.strays, fmt.Sprintf("abort of upload %q, whose Complete may have worked", id))
	}
}

// counted counts the bytes of content that are taken from the client.
type counted struct {
	io.ReadCloser
	wire *wire
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.wire.mu.Lock()
	c.wire.sent += int64(n)
	c.wire.mu.Unlock()
	return n, err
}

// now is the server's clock.
func (w *wire) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.skew)
}

// asking returns r with another query, signed anew.
func (w *wire) asking(r *http.Request, change func(url.Values)) (*http.Request, error) {
	again := r.Clone(r.Context())
	query := again.URL.Query()
	change(query)
	again.URL.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20")
	again.Header.Del("Authorization")
	err := (&signer.SignerV4{}).Sign(r.Context(), &signer.SigningContext{
		Product: oss.Ptr("oss"), Region: oss.Ptr(region), Bucket: oss.Ptr(bucketName), Request: again, Time: w.now(),
		Credentials: &credentials.Credentials{AccessKeyID: accessKey, AccessKeySecret: w.secret},
	})
	return again, err
}

// list serves a listing of objects in the pages of this wire.
func (w *wire) list(r *http.Request, change func(url.Values)) *answer {
	again, err := w.asking(r, func(query url.Values) {
		if w.pageSize > 0 {
			query.Set("max-keys", strconv.Itoa(w.pageSize))
		}
		change(query)
	})
	if err != nil {
		w.stray("listing that cannot be signed: %v", err)
		again = r
	}
	return record(w.server, again)
}

// errInterrupted is why a run ends that a fault cancels.
var errInterrupted = fmt.Errorf("interrupted by a fault: %w", context.Canceled)
