package eyes

import (
	"bytes"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"

	"github.com/osssync/osssync/internal/ossclient"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/spec"
)

// work is a client that is counted, and a service.
type work struct {
	t      *testing.T
	client *ossclient.Client
}

func newWork(t *testing.T, traffic *Traffic) *work {
	t.Helper()
	server, err := ossserver.Open(ossserver.Options{Dir: t.TempDir(), Credentials: map[string]string{"id": "secret"}, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	if err := server.CreateBucket("bucket"); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	client, err := ossclient.Open(spec.Store{Name: "prod", Region: "cn-hangzhou", Endpoint: web.URL}, ossclient.Options{
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret"), Counters: traffic.Store("prod"),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return &work{t, client}
}

func (w *work) put(size int) {
	w.t.Helper()
	_, err := w.client.PutObject(w.t.Context(), &oss.PutObjectRequest{
		Bucket: oss.Ptr("bucket"), Key: oss.Ptr("key"), Body: bytes.NewReader(make([]byte, size)),
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// once puts an object of 1000 bytes, and asks for one that is not there.
func (w *work) once() {
	w.t.Helper()
	w.put(1000)
	if _, err := w.client.HeadObject(w.t.Context(), &oss.HeadObjectRequest{Bucket: oss.Ptr("bucket"), Key: oss.Ptr("none")}); err == nil {
		w.t.Fatal("an object that is not there")
	}
}

// forAWhile moves bytes for as long as a picture of them needs.
func (w *work) forAWhile() {
	w.t.Helper()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for i := range 110 {
		<-tick.C
		w.put((5 + (i*i*7)%13 + i/8) << 16)
		if i%9 > 5 {
			result, err := w.client.GetObject(w.t.Context(), &oss.GetObjectRequest{Bucket: oss.Ptr("bucket"), Key: oss.Ptr("key")})
			if err != nil {
				w.t.Fatal(err)
			}
			var b bytes.Buffer
			if _, err := b.ReadFrom(result.Body); err != nil {
				w.t.Fatal(err)
			}
			result.Body.Close()
		}
	}
}
