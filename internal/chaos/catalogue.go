package chaos

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/osssync/osssync/internal/ossserver"
)

// Kinds that other code asks for by name, and ways in which a connection ends.
const (
	refused   = "refuse"
	closed    = "close"
	reset     = "reset"
	stalled   = "stall"
	interrupt = "interrupt"
	killed    = "kill"
	rivalled  = "rival"
	tardily   = "commit-late"
)

// catalogue is every kind of fault there is.
var catalogue = slices.Concat(connectionFaults, timeFaults, statusFaults(), pageFaults, framingFaults, contentFaults, listingFaults)

var (
	anywhere = []point{beforeCommit, whileSending, afterCommit, inHead, inBody}
	around   = []point{beforeCommit, afterCommit}
	atFirst  = []point{beforeCommit}
	answered = []point{inHead}
	within   = []point{inBody}
)

// connectionFaults end or freeze the connection.
var connectionFaults = []kind{
	{name: refused, at: atFirst, on: func(op ossserver.Operation) bool { return op == dialing }},
	{name: closed, at: anywhere, strike: breakOff},
	{name: reset, at: anywhere, strike: breakOff},
	{name: stalled, at: anywhere, strike: breakOff},
	{name: interrupt, at: around, strike: func(x *exchange, f fault) {
		x.wire.cancel(errInterrupted)
		breakOff(x, fault{at: afterCommit, do: stalled})
	}},
	{name: killed, at: around, strike: func(x *exchange, _ fault) {
		x.wire.kill()
		breakOff(x, fault{at: afterCommit, do: stalled})
	}},
}

// breakOff ends the connection at the fault's point: with what was said until
// then, and no more.
func breakOff(x *exchange, f fault) {
	switch f.at {
	case beforeCommit, whileSending, afterCommit:
		if f.do == stalled {
			x.hang() // the server notices a client that leaves once it has the body
			panic(http.ErrAbortHandler)
		}
		x.raw(nil, f.do)
	case inHead:
		text := head(x.whole())
		x.raw(text[:len(text)/2], f.do)
	case inBody:
		a := x.whole()
		text := append(head(a), a.body...)
		if len(a.body) > 0 {
			text = text[:len(text)-len(a.body)+f.offset%len(a.body)]
		}
		x.raw(text, f.do)
	}
}

// timeFaults are about when, and how often, something happens.
var timeFaults = []kind{
	{name: "late", at: around, strike: func(x *exchange, f fault) {
		x.rest(5 * time.Second)
		if f.at == beforeCommit {
			x.reply(x.commit())
		} else {
			x.raw(nil, closed)
		}
	}},
	{name: "trickle", at: answered, strike: func(x *exchange, _ fault) {
		a := x.whole()
		conn := x.takeOver()
		defer conn.Close()
		for chunk := range slices.Chunk(append(head(a), a.body...), 1+len(a.body)/8) {
			if _, err := conn.Write(chunk); err != nil {
				return
			}
			x.rest(20 * time.Second)
		}
	}},
	{name: tardily, at: atFirst, on: commits, strike: func(x *exchange, _ fault) {
		x.hold()
		x.hang()
		time.Sleep(tardy)
		x.request = x.request.WithContext(context.WithoutCancel(x.request.Context()))
		x.commit()
		panic(http.ErrAbortHandler)
	}},
	{name: "commit-twice", at: atFirst, on: commits, strike: func(x *exchange, _ fault) {
		content := x.hold()
		x.commit()
		x.rewind(content)
		x.reply(x.commit())
	}},
	{name: rivalled, at: atFirst, on: beforeLook, strike: func(x *exchange, _ fault) {
		if err := x.wire.rival(strings.TrimPrefix(x.request.URL.Path, "/"+bucketName+"/"+prefix)); err != nil {
			x.wire.stray("rival: %v", err)
		}
		x.reply(x.commit())
	}},
	{name: "skew", at: atFirst, strike: func(x *exchange, _ fault) {
		x.wire.mu.Lock()
		x.wire.skew = 20 * time.Minute // OSS accepts a quarter of an hour
		x.wire.mu.Unlock()
		x.reply(x.commit())
	}},
	{name: "expire", at: atFirst, strike: func(x *exchange, _ fault) {
		x.wire.mu.Lock()
		x.wire.expired = true
		x.wire.mu.Unlock()
		x.reply(x.refusal(http.StatusForbidden, "SecurityTokenExpired"))
	}},
}

// beforeLook reports whether a run looks at an object after it has sent op, or with
// it: what others do to the object until then the run must notice. What they do
// later it cannot.
func beforeLook(op ossserver.Operation) bool {
	switch op {
	case ossserver.HeadObject, ossserver.GetObject, ossserver.InitiateMultipartUpload, ossserver.UploadPart:
		return true
	}
	return false
}

// statusFaults are refusals that are none of the server's, as the service words
// them, and without a word.
func statusFaults() []kind {
	var kinds []kind
	for status, code := range map[int]string{
		400: "InvalidArgument", 403: "AccessDenied", 404: "NoSuchKey", 409: "FileAlreadyExists", 412: "PreconditionFailed",
		416: "InvalidRange", 429: "TooManyRequests", 500: "InternalError", 502: "BadGateway", 503: "ServiceUnavailable", 504: "GatewayTimeout",
	} {
		lie := status == 404 || status == 409 || status == 412
		kinds = append(kinds,
			kind{name: strconv.Itoa(status), at: around, lie: lie, strike: func(x *exchange, _ fault) {
				code := code
				if status == 404 && x.request.URL.Query().Has("uploadId") {
					code = "NoSuchUpload"
				}
				x.reply(x.refusal(status, code))
			}},
			kind{name: strconv.Itoa(status) + "-bare", at: around, lie: lie, strike: func(x *exchange, _ fault) {
				a := x.refusal(status, "")
				a.header.Del("Content-Type")
				a.body = nil
				x.reply(a)
			}})
	}
	slices.SortFunc(kinds, func(a, b kind) int { return strings.Compare(a.name, b.name) })
	return append(kinds, kind{name: "no-bucket", at: around, on: explains, strike: func(x *exchange, _ fault) {
		x.reply(x.refusal(http.StatusNotFound, "NoSuchBucket"))
	}})
}

// explains reports whether an answer to op can say what is missing; to a HEAD it
// has no body.
func explains(op ossserver.Operation) bool { return op != dialing && op != ossserver.HeadObject }

// pageFaults are answers that say that all is well, and are none.
var pageFaults = []kind{
	{name: "error", at: around, strike: func(x *exchange, _ fault) {
		a := x.refusal(http.StatusOK, "InternalError")
		x.reply(a)
	}},
	{name: "empty", at: around, strike: func(x *exchange, _ fault) {
		a := x.refusal(http.StatusOK, "")
		a.body = nil
		x.reply(a)
	}},
	{name: "login", at: around, strike: func(x *exchange, _ fault) { x.reply(x.login(http.StatusOK)) }},
	{name: "login-id", at: around, strike: func(x *exchange, _ fault) {
		a := x.login(http.StatusOK)
		a.header.Set("X-Oss-Request-Id", "5C3D9175B6FC201293AD4890")
		x.reply(a)
	}},
	{name: "redirect-same", at: around, strike: redirect("http://" + host + "/elsewhere/")},
	{name: "redirect-other", at: around, strike: redirect("https://elsewhere.example/")},
	{name: "redirect-http", at: around, strike: redirect("http://elsewhere.example/")},
}

// login is the page of a network that wants to be logged in to.
func (x *exchange) login(status int) *answer {
	a := &answer{status: status, header: http.Header{}, body: []byte("<html><body>Please log in.</body></html>")}
	a.header.Set("Content-Type", "text/html")
	return a
}

func redirect(location string) func(*exchange, fault) {
	return func(x *exchange, _ fault) {
		a := x.refusal(http.StatusTemporaryRedirect, "TemporaryRedirect")
		a.header.Set("Location", location+strings.TrimPrefix(x.request.URL.Path, "/"))
		x.reply(a)
	}
}
