package fault_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"

	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/internal/ossclient"
	"github.com/osssync/osssync/internal/ui"
	"github.com/osssync/osssync/iter"
	"github.com/osssync/osssync/resumable"
	"github.com/osssync/osssync/spec"
)

const (
	fuzzedSecret = "canary/access+key-secret"
	fuzzedToken  = "canary/session+token="
	longestError = 4 << 10 // bytes of what is told of one refusal
)

// FuzzRefusal: whatever a service says with a status that is no success, in a body or,
// to a HEAD, in a header, is an error of one kind with a hint, and what is shown of
// it is short, has nothing that a terminal acts on, and no secret, even if the service
// repeats what it was sent. "TOKEN" in a text stands for that.
func FuzzRefusal(f *testing.F) {
	for _, text := range []string{
		"", "null", "<", "<Error/>", "[]", `{"Error":null}`, `{"Error":{"Code":"AccessDenied","Message":"no"}}`, `{"StatusCode":200,"Code":"NoSuchKey"}`,
		"<Error><Code>AccessDenied</Code><Message>of TOKEN</Message><RequestId>5C3D</RequestId><EC>0003-00000001</EC></Error>",
		"<Error><Code>\x1b[2J\u202e</Code><Message>\u0085&#x202e;##[error]</Message><StatusCode>200</StatusCode></Error>",
		"<Error><Code>" + strings.Repeat("A", 9<<10) + "</Code><Message>" + strings.Repeat("\u202e", 9<<10) + "</Message></Error>",
		"<Error><Code>RequestTimeTooSkewed</Code><Timestamp>0001-01-01T00:00:00Z</Timestamp></Error>",
	} {
		for _, kind := range []string{"application/xml", "application/json", "text/html"} {
			f.Add(uint16(403), text, kind, "5C3D9175B6FC201293AD4890", false)
			f.Add(uint16(404), text, kind, "", true)
		}
	}
	f.Add(uint16(503), "<html>", "text/html", "", false)
	f.Add(uint16(307), "<Error><Code>TemporaryRedirect</Code></Error>", "application/xml", "5C3D", false)
	f.Fuzz(func(t *testing.T, status uint16, text, kind, id string, head bool) {
		body := strings.ReplaceAll(text, "TOKEN", fuzzedToken)
		synctest.Test(t, func(t *testing.T) { // where pauses between attempts take no time
			judgeRefusal(t, 300+int(status)%300, body, kind, id, head)
		})
	})
}

func judgeRefusal(t *testing.T, status int, body, kind, id string, head bool) {
	client := fuzzedClient(t, refusalOf(status, body, kind, id, head))
	defer client.Close()
	err := request(t.Context(), client, head)
	if err == nil {
		t.Fatalf("status %d is no error", status)
	}
	if status >= 500 && !fault.Stops(err) {
		t.Errorf("status %d, and the run would go on: %v", status, err)
	}
	shown := []string{ui.Clean(err.Error()), ui.Clean(fault.Hint(err))}
	for _, text := range append(shown, err.Error(), fmt.Sprintf("%+v", err)) {
		if strings.Contains(text, fuzzedSecret) || strings.Contains(text, fuzzedToken) {
			t.Errorf("a secret in %q", text)
		}
	}
	for _, text := range shown {
		if len(text) > longestError {
			t.Errorf("%d bytes: %.300q", len(text), text)
		}
		if i := strings.IndexFunc(text, func(r rune) bool { return r != '\n' && !strconv.IsPrint(r) }); i >= 0 {
			t.Errorf("%q has what a terminal acts on", text[i:])
		}
	}
}

// request sends a HEAD by the engine of transfers, which writes nothing before it has
// an answer, or a listing.
func request(ctx context.Context, c *ossclient.Client, head bool) error {
	if head {
		_, err := resumable.Download(ctx, c, "bucket", "key", filepath.Join(os.TempDir(), "osssync-none"), resumable.DownloadOptions{})
		return err
	}
	for _, err := range iter.Objects(ctx, c, "bucket", iter.ObjectsOptions{}) {
		return err
	}
	return nil
}

// fuzzedClient has each of its connections answer the same way, whatever is asked.
func fuzzedClient(t *testing.T, answer []byte) *ossclient.Client {
	c, err := ossclient.Open(spec.Store{Name: "test", Embedded: "/nowhere"}, ossclient.Options{
		Credentials: credentials.NewStaticCredentialsProvider("id", fuzzedSecret, fuzzedToken), MaxAttempts: 1,
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			return &canned{answer: answer, asked: make(chan struct{})}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// refusalOf is an answer as it goes over the wire. What could be no header is left
// out of it.
func refusalOf(status int, body, kind, id string, head bool) []byte {
	a := http.Response{StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Close: true}
	a.Header.Set("Content-Type", kind)
	if id != "" {
		a.Header.Set("X-Oss-Request-Id", id)
	}
	if head {
		a.Header.Set("X-Oss-Err", base64.StdEncoding.EncodeToString([]byte(body)))
	} else {
		a.Body, a.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	}
	var text bytes.Buffer
	a.Write(&text) // to a buffer, which takes all
	return text.Bytes()
}

// canned is a connection that gives one answer, once it was asked for something.
type canned struct {
	answer []byte
	asked  chan struct{} // closed with the first byte of the request
	begun  bool
}

func (c *canned) Write(p []byte) (int, error) {
	if !c.begun {
		c.begun = true
		close(c.asked)
	}
	return len(p), nil
}

func (c *canned) Read(p []byte) (int, error) {
	<-c.asked
	n := copy(p, c.answer)
	if c.answer = c.answer[n:]; n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (*canned) Close() error                     { return nil }
func (*canned) LocalAddr() net.Addr              { return &net.UnixAddr{Name: "memory"} }
func (*canned) RemoteAddr() net.Addr             { return &net.UnixAddr{Name: "memory"} }
func (*canned) SetDeadline(time.Time) error      { return nil }
func (*canned) SetReadDeadline(time.Time) error  { return nil }
func (*canned) SetWriteDeadline(time.Time) error { return nil }
