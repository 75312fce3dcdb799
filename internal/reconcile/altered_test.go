package reconcile

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/internal/ossclient"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/spec"
)

// altering turns a bit of every mark that passes, up to a number of times, as bad
// memory and bad lines do. A mark may come in pieces.
type altering struct {
	net.Conn
	mark     []byte
	up, down *atomic.Int64 // how many are left to alter

	written, read []byte // the newest bytes, fewer than a mark has
}

// alter returns b as it goes on, and what to remember of it.
func (c *altering) alter(b, before []byte, left *atomic.Int64) (after, remember []byte) {
	all := append(bytes.Clone(before), b...)
	remember = all[max(0, len(all)-len(c.mark)+1):]
	i := bytes.Index(all, c.mark)
	if i < 0 || left.Add(-1) < 0 {
		return b, remember
	}
	b = bytes.Clone(b)
	b[max(0, i-len(before))] ^= 1
	return b, remember
}

func (c *altering) Write(b []byte) (n int, err error) {
	b, c.written = c.alter(b, c.written, c.up)
	return c.Conn.Write(b)
}

func (c *altering) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	var after []byte
	after, c.read = c.alter(b[:n], c.read, c.down)
	copy(b, after)
	return n, err
}

// alter has our client's connections alter the mark.
func (w *world) alter(t *testing.T, mark string) (up, down *atomic.Int64) {
	t.Helper()
	up, down = new(atomic.Int64), new(atomic.Int64)
	client, err := ossclient.Open(spec.Store{Name: "box", Embedded: "/memory"}, ossclient.Options{
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret"), UserAgent: ours,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := w.server.DialContext(ctx, network, address)
			return &altering{Conn: conn, mark: []byte(mark), up: up, down: down}, err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.client.Close()
	w.client = client
	return up, down
}

const mark = "<the very bytes>"

// Small content is read once and sent from memory, larger content is read twice
// and the two readings are compared; a part is summed as it goes out.
var marked = map[string]string{
	"small":    "0123" + mark + "4567",
	"in parts": strings.Repeat("x", 150<<10) + mark + strings.Repeat("y", 100<<10),
	"at once":  strings.Repeat("x", 80<<10) + mark,
}

// TestI1_I3_BytesAlteredOnTheirWayUp: the digest is of the file, the service's of
// what it received, and nothing is stored unless they are equal.
func TestI1_I3_BytesAlteredOnTheirWayUp(t *testing.T) {
	for name, content := range marked {
		t.Run(name, func(t *testing.T) {
			w := pushWorld(t, partFields)
			up, _ := w.alter(t, mark)
			w.write(map[string]string{"file": "before"})
			w.apply()
			w.write(map[string]string{"file": content})
			up.Store(1)
			w.apply() // sent once more
			equal(t, "objects", map[string]string{"file": content}, w.objects())
			if up.Load() >= 0 {
				t.Fatal("nothing was altered")
			}

			other := strings.Replace(content, mark, mark+"!", 1)
			w.write(map[string]string{"file": other})
			up.Store(1 << 20)
			report, err := w.try(nil, nil)
			if err != nil || report.Failed != 1 || fault.Of(report.Worst) != fault.Integrity {
				t.Errorf("%+v, %v", report, err)
			}
			up.Store(0)
			equal(t, "objects", map[string]string{"file": content}, w.objects())
			if row := w.indexed()["file"]; row.Local.Size == int64(len(other)) {
				t.Errorf("recorded: %+v", row)
			}
			w.apply()
			equal(t, "objects", map[string]string{"file": other}, w.objects())
		})
	}
}

// TestI2_BytesAlteredOnTheirWayDown: no file is replaced by what has not the
// checksum of the object.
func TestI2_BytesAlteredOnTheirWayDown(t *testing.T) {
	for name, content := range marked {
		t.Run(name, func(t *testing.T) {
			w := pullWorld(t, "transfer: {threshold: 100KiB, partSize: 100KiB, files: 1, parts: 1}")
			_, down := w.alter(t, mark)
			w.put(map[string]string{"file": "before"})
			w.apply()
			w.put(map[string]string{"file": content})
			down.Store(1 << 20)
			report, err := w.try(nil, nil)
			if err != nil || report.Failed != 1 || fault.Of(report.Worst) != fault.Integrity {
				t.Errorf("%+v, %v", report, err)
			}
			equal(t, "tree", map[string]string{"file": "before"}, w.files())
			down.Store(0)
			w.apply()
			equal(t, "tree", map[string]string{"file": content}, w.files())
			w.settled()
		})
	}
}

// TestI5_UnverifiedDownload fetches an object of which the service knows no
// checksum at all: what nothing proves is told.
func TestI5_UnverifiedDownload(t *testing.T) {
	w := pushWorld(t, partFields)
	w.write(map[string]string{"large": large})
	w.apply()
	if err := os.Remove(filepath.Join(w.tree, "large")); err != nil {
		t.Fatal(err)
	}
	w.edit("from", "transfer: {threshold: 100KiB, partSize: 100KiB}")
	w.during(func(ossserver.Request) *ossserver.Fault {
		return &ossserver.Fault{When: ossserver.AfterCommit, Header: map[string]string{"x-oss-hash-crc64ecma": ""}}
	}, func() {
		told := ""
		report, err := w.try(nil, func(r apply.Result) { told = r.Detail })
		if err != nil || report.Done != 1 || !strings.Contains(told, "unverified") {
			t.Errorf("%+v, %v, told %q", report, err, told)
		}
	})
	equal(t, "tree", map[string]string{"large": large}, w.files())
}
