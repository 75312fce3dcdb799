package ossserver

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
)

// benchServer serves on the loopback, as `serve` does.
func benchServer(b *testing.B, sync bool) (*harness, string) {
	h := newHarness(b, func(o *Options) { o.NoSync = !sync; o.Hooks = nil })
	web := httptest.NewServer(h.Server)
	b.Cleanup(web.Close)
	return h, web.URL
}

// BenchmarkPut4K stores objects of 4 KiB over 64 connections.
func BenchmarkPut4K(b *testing.B) {
	for _, sync := range []bool{true, false} {
		b.Run(fmt.Sprintf("sync=%v", sync), func(b *testing.B) {
			_, url := benchServer(b, sync)
			// One signature for all keys would not do, so each request is
			// signed; the signing is part of what is measured.
			transport := &http.Transport{MaxIdleConnsPerHost: 64, DialContext: (&net.Dialer{}).DialContext}
			defer transport.CloseIdleConnections()
			body, n := randomBytes(4096), atomic.Int64{}
			b.SetParallelism(32) // times GOMAXPROCS, two here
			b.SetBytes(4096)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					r := newSignedRequest(b, "PUT", fmt.Sprintf("%s/%s/dir/%08x", url, testBucket, uint32(n.Add(1))*2654435761), bytes.NewReader(body))
					resp, err := transport.RoundTrip(r)
					if err != nil {
						b.Error(err)
						return
					}
					io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
					if resp.StatusCode != 200 {
						b.Errorf("status %d", resp.StatusCode)
						return
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "PUT/s")
		})
	}
}

// BenchmarkPutAfterChurn stores small objects where many others have been and gone:
// a commit must not cost what the pages cost that those have left free.
func BenchmarkPutAfterChurn(b *testing.B) {
	h, url := benchServer(b, true)
	fillBucket(b, h, 500_000)
	err := h.store.db.Update(func(tx *bolt.Tx) error {
		bucket := tx.Bucket(rootBuckets).Bucket([]byte(testBucket))
		if err := bucket.DeleteBucket(inObjects); err != nil {
			return err
		}
		_, err := bucket.CreateBucket(inObjects)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	h.put("before", "x") // the pages are free for those that come after it
	n := 0
	for b.Loop() {
		n++
		resp, err := http.DefaultTransport.RoundTrip(newSignedRequest(b, "PUT", fmt.Sprintf("%s/%s/%d", url, testBucket, n), bytes.NewReader([]byte("x"))))
		if err != nil || resp.StatusCode != 200 {
			b.Fatal(err, resp)
		}
		resp.Body.Close()
	}
}

// BenchmarkOpen opens a folder of a million objects, whose free pages have to be
// found.
func BenchmarkOpen(b *testing.B) {
	h := newHarness(b)
	fillBucket(b, h, 1_000_000)
	if err := h.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := Open(Options{Dir: h.dir, NoSync: true})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkList lists pages of 1000 from the middle of a large bucket.
func BenchmarkList(b *testing.B) {
	const objects = 1_000_000
	h, url := benchServer(b, false)
	fillBucket(b, h, objects)
	for _, row := range []struct{ name, query string }{
		{"flat", "list-type=2&max-keys=1000&encoding-type=url&start-after=dir-0500%2F"},
		{"rolled-up", "list-type=2&max-keys=1000&encoding-type=url&delimiter=%2F"},
	} {
		b.Run(row.name, func(b *testing.B) {
			r := newSignedRequest(b, "GET", url+"/"+testBucket+"/?"+row.query, nil)
			for b.Loop() {
				resp, err := http.DefaultTransport.RoundTrip(r)
				if err != nil {
					b.Fatal(err)
				}
				if n, err := io.Copy(io.Discard, resp.Body); err != nil || n < 10_000 || resp.StatusCode != 200 {
					b.Fatal(n, err, resp.Status)
				}
				resp.Body.Close()
			}
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/page")
		})
	}
}

// fillBucket writes records past the HTTP layer: 1000 folders.
func fillBucket(b *testing.B, h *harness, n int) {
	record, err := (&objectRecord{kind: kindNormal, etag: "D41D8CD98F00B204E9800998ECF8427E", class: classStandard, modified: time.Now().Unix()}).encode()
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; i < n; {
		err := h.store.db.Update(func(tx *bolt.Tx) error {
			objects := tx.Bucket(rootBuckets).Bucket([]byte(testBucket)).Bucket(inObjects)
			for end := i + 50_000; i < min(end, n); i++ {
				if err := objects.Put(fmt.Appendf(nil, "dir-%04d/some-object-name-%06d.html", i/1000, i), record); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTransfer moves a body of 256 MiB one way over one connection.
func BenchmarkTransfer(b *testing.B) {
	const size = 256 << 20
	_, url := benchServer(b, false)
	body := bytes.Repeat(randomBytes(1<<20), size>>20)
	put := func() {
		resp, err := http.DefaultTransport.RoundTrip(newSignedRequest(b, "PUT", url+"/"+testBucket+"/big", bytes.NewReader(body)))
		if err != nil {
			b.Fatal(err)
		}
		resp.Body.Close()
	}
	b.Run("put", func(b *testing.B) {
		b.SetBytes(size)
		for b.Loop() {
			put()
		}
	})
	put()
	b.Run("get", func(b *testing.B) {
		b.SetBytes(size)
		r := newSignedRequest(b, "GET", url+"/"+testBucket+"/big", nil)
		for b.Loop() {
			resp, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				b.Fatal(err)
			}
			if n, err := io.Copy(io.Discard, resp.Body); n != size || err != nil {
				b.Fatal(n, err)
			}
			resp.Body.Close()
		}
	})
}
