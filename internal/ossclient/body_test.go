package ossclient

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// A body that is taken back ends only if all of it has been sent.
func TestOutgoingReleased(t *testing.T) {
	tests := []struct {
		name   string
		length int64 // announced
		read   int
		want   error
	}{
		{"nothing sent", 4, 0, errReleased},
		{"half sent", 4, 2, errReleased},
		{"all sent, end not seen", 4, 4, io.EOF},
		{"all sent, end seen", 4, 5, io.EOF},
		{"unannounced, nothing sent", 0, 0, errReleased},
		{"unannounced, all sent, end not seen", 0, 4, errReleased},
		{"unannounced, all sent, end seen", 0, 5, io.EOF},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			dog := newWatchdog(time.Hour, cancel)
			defer dog.retire()
			o := newOutgoing(ctx, newMeter(new(atomic.Int64), 0), dog, io.NopCloser(strings.NewReader("body")), tt.length)
			for range tt.read {
				o.Read(make([]byte, 1))
			}
			o.release()
			if n, err := o.Read(make([]byte, 1)); n != 0 || !errors.Is(err, tt.want) {
				t.Errorf("%d, %v; want %v", n, err, tt.want)
			}
		})
	}
}

// writes counts the writes to a connection.
type writes struct {
	net.Conn
	count *atomic.Int64
}

func (w writes) Write(p []byte) (int, error) {
	w.count.Add(1)
	return w.Conn.Write(p)
}

// A small body leaves together with its headers.
func TestSmallBodyInOneWrite(t *testing.T) {
	var count atomic.Int64
	var got string
	c := client(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		got = string(text)
	})
	dial := c.transport.base.DialContext
	c.transport.base.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		return writes{conn, &count}, err
	}
	for _, tt := range []struct {
		size     int
		together bool
	}{{1, true}, {4 << 10, true}, {oneWrite, true}, {oneWrite + 1, false}} {
		count.Store(0)
		body := strings.Repeat("x", tt.size)
		if err := put(t.Context(), c, strings.NewReader(body)); err != nil || got != body {
			t.Fatalf("%d bytes: %d arrived, %v", tt.size, len(got), err)
		}
		if n := count.Load(); (n == 1) != tt.together {
			t.Errorf("%d bytes in %d writes", tt.size, n)
		}
		if sent := c.Stats().Sent; sent < int64(tt.size) {
			t.Errorf("%d bytes counted of %d", sent, tt.size)
		}
	}
}

// A body that is not as long as announced is not sent.
func TestSmallBodyOfAnotherLength(t *testing.T) {
	c := client(t, Options{}, func(w http.ResponseWriter, r *http.Request) { t.Error("sent") })
	for _, announced := range []string{"3", "5"} {
		_, err := c.PutObject(t.Context(), &oss.PutObjectRequest{
			Bucket: oss.Ptr("bucket"), Key: oss.Ptr("key"), Body: strings.NewReader("body"),
			RequestCommon: oss.RequestCommon{Headers: map[string]string{"Content-Length": announced}},
		})
		if err == nil || !strings.Contains(err.Error(), "announced") {
			t.Errorf("%s of 4 bytes: %v", announced, err)
		}
	}
	if n := c.transport.places.taken; n != 0 {
		t.Errorf("%d places taken", n)
	}
}
