package ossclient

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
	"go.uber.org/goleak"

	"github.com/osssync/osssync/spec"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	canaryID     = "canaryAccessKeyID"
	canarySecret = "canaryAccessKeySecret"
	canaryToken  = "canarySecurityToken"
)

// pipes is a listener of in-memory connections. In a synctest bubble they let
// virtual time pass, which sockets do not.
type pipes struct {
	accept chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.accept:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.accept <- far:
		return near, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// client opens a client that talks to handler over pipes. As OSS does, answers
// bear a request id, unless handler removes it.
func client(t *testing.T, opts Options, handler http.HandlerFunc) *Client {
	t.Helper()
	p := &pipes{accept: make(chan net.Conn), closed: make(chan struct{})}
	service := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(requestID, "0")
		handler(w, r)
	})
	server := &http.Server{Handler: service, BaseContext: func(net.Listener) context.Context { return t.Context() }}
	go server.Serve(p)
	opts.DialContext = p.dial
	if opts.Credentials == nil {
		opts.Credentials = credentials.NewStaticCredentialsProvider(canaryID, canarySecret, canaryToken)
	}
	c, err := Open(spec.Store{Name: "test", Embedded: "/nowhere"}, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		server.Shutdown(context.Background()) // unlike Close, waits for connections that linger
	})
	return c
}

// refusal writes an error in the form of OSS.
func refusal(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	io.WriteString(w, "<Error><Code>"+code+"</Code><Message>no</Message></Error>")
}

func head(ctx context.Context, c *Client, opts ...func(*oss.Options)) error {
	_, err := c.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: oss.Ptr("bucket"), Key: oss.Ptr("key")}, opts...)
	return err
}

func get(ctx context.Context, c *Client, opts ...func(*oss.Options)) ([]byte, error) {
	result, err := c.GetObject(ctx, &oss.GetObjectRequest{Bucket: oss.Ptr("bucket"), Key: oss.Ptr("key")}, opts...)
	if err != nil {
		return nil, err
	}
	defer result.Body.Close()
	return io.ReadAll(result.Body)
}

func put(ctx context.Context, c *Client, body io.Reader, opts ...func(*oss.Options)) error {
	_, err := c.PutObject(ctx, &oss.PutObjectRequest{Bucket: oss.Ptr("bucket"), Key: oss.Ptr("key"), Body: body}, opts...)
	return err
}

// once is the option of calls that are not to be retried.
func once(o *oss.Options) { o.RetryMaxAttempts = oss.Ptr(1) }
