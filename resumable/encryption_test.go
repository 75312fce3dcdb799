package resumable

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/crypto"
	"github.com/google/go-cmp/cmp"
)

// encrypting is the real encrypting client over that of the rig.
func (r *rig) encrypting(t testing.TB) *oss.EncryptionClient {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	cipher, err := crypto.CreateMasterRsa(nil,
		string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
	if err != nil {
		t.Fatal(err)
	}
	c, err := oss.NewEncryptionClient(r.c, cipher)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCR1_EncryptingClientIsPlain(t *testing.T) {
	content := noise(1, 300<<10)
	r := newRig(t, content)
	c := r.encrypting(t)
	r.store.hook = func(string) error { t.Error("store touched"); return nil }
	var told []int64
	up := r.upOpts()
	up.Headers = map[string]string{"x-oss-meta-a": "1"}
	up.Progress = func(done, total int64) { told = append(told, done) }
	r.inject(onceOn("PUT", &fault{status: 500}))
	res, err := Upload(t.Context(), c, "bkt", "dir/key.bin", r.file, up)
	if err != nil {
		t.Fatal(err)
	}
	checkProgress(t, told, 300<<10)
	if res.Multipart || res.CRC64 != digestOf(content).crc || bytes.Equal(r.object("dir/key.bin").data, content) {
		t.Errorf("%+v, or the object is not encrypted", res)
	}
	if len(up.Headers) != 1 {
		t.Errorf("caller's headers are now %v", up.Headers)
	}
	if diff := cmp.Diff([]string{"PUT", "PUT"}, r.ops()); diff != "" {
		t.Error(diff)
	}

	told = nil
	down := r.downOpts()
	down.Progress = func(done, total int64) { told = append(told, done) }
	r.inject(onceOn("GET", &fault{cut: 100 << 10}))
	got, err := Download(t.Context(), c, "bkt", "dir/key.bin", r.out(), down)
	if err != nil {
		t.Fatal(err)
	}
	if data, _ := os.ReadFile(r.out()); !bytes.Equal(data, content) || !got.Verified || got.Ranged || got.CRC64 != res.CRC64 {
		t.Errorf("%+v, or the file differs", got)
	}
	checkProgress(t, told, 300<<10)
	if diff := cmp.Diff([]string{"GET", "GET"}, r.ops()); diff != "" {
		t.Errorf("no HEAD before: %s", diff)
	}
	if len(r.temps(t)) != 0 {
		t.Errorf("temps %q", r.temps(t))
	}
}

func TestCR2_TooLargeForOnePut(t *testing.T) {
	r := newRig(t, nil)
	f, err := os.Create(r.file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(maxPartSize + 1); err != nil {
		t.Skip(err) // the file system has no holes of that size
	}
	_, err = Upload(t.Context(), r.encrypting(t), "bkt", "k", r.file, r.upOpts())
	if !errors.Is(err, ErrTooLarge) || len(r.ops()) != 0 {
		t.Errorf("error %v", err)
	}
}

// encryptedRig holds an object that an encrypting client has put.
func encryptedRig(t *testing.T) (*rig, *oss.EncryptionClient) {
	t.Helper()
	r := newRig(t, noise(1, 3*kib))
	c := r.encrypting(t)
	if _, err := Upload(t.Context(), c, "bkt", "dir/key.bin", r.file, r.upOpts()); err != nil {
		t.Fatal(err)
	}
	return r, c
}

func (r *rig) getWith(t *testing.T, c API) (*DownloadResult, error) {
	return Download(t.Context(), c, "bkt", "dir/key.bin", r.out(), r.downOpts())
}

func TestCR3_WhatIsVerified(t *testing.T) {
	t.Run("flipped ciphertext", func(t *testing.T) {
		r, c := encryptedRig(t)
		r.inject(onceOn("GET", &fault{mangle: flip}))
		_, err := r.getWith(t, c)
		var mismatch *IntegrityError
		if !errors.As(err, &mismatch) || mismatch.Check != "MD5" || len(r.temps(t)) != 0 {
			t.Errorf("error %v, temps %q", err, r.temps(t))
		}
	})
	t.Run("no MD5 of the plain bytes", func(t *testing.T) {
		r, c := encryptedRig(t)
		r.object("dir/key.bin").headers.Del("X-Oss-Meta-Client-Side-Encryption-Unencrypted-Content-Md5")
		if res, err := r.getWith(t, c); err != nil || res.Verified {
			t.Errorf("%+v, %v", res, err)
		}
	})
	t.Run("object that is not encrypted", func(t *testing.T) {
		r, c := encryptedRig(t)
		r.service.put("dir/key.bin", noise(1, 3*kib), "Normal")
		if res, err := r.getWith(t, c); err != nil || !res.Verified {
			t.Errorf("%+v, %v", res, err)
		}
	})
}

func TestCR1_OtherOutcomes(t *testing.T) {
	t.Run("PR-7 length unknown", func(t *testing.T) {
		r, c := encryptedRig(t)
		r.inject(onceOn("GET", &fault{mangle: func(a *httptest.ResponseRecorder) {
			a.Header().Del("Content-Length")
			a.Header().Set("Transfer-Encoding", "chunked")
		}}))
		opts := r.downOpts()
		var totals []int64
		opts.Progress = func(done, total int64) { totals = append(totals, total) }
		res, err := Download(t.Context(), c, "bkt", "dir/key.bin", r.out(), opts)
		if err != nil || res.Size != 3*kib || totals[0] != -1 || totals[len(totals)-1] != 3*kib {
			t.Errorf("%+v, %v, totals %v", res, err, totals)
		}
	})
	t.Run("missing", func(t *testing.T) {
		r := newRig(t, nil)
		if _, err := r.getWith(t, r.encrypting(t)); !errors.Is(err, ErrNotFound) || len(r.temps(t)) != 0 {
			t.Errorf("error %v", err)
		}
	})
	t.Run("not what is expected", func(t *testing.T) {
		r, c := encryptedRig(t)
		opts := r.downOpts()
		opts.ExpectETag = "X"
		if _, err := Download(t.Context(), c, "bkt", "dir/key.bin", r.out(), opts); !errors.Is(err, ErrRemoteChanged) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("lost answer with ForbidOverwrite", func(t *testing.T) {
		r, c := encryptedRig(t)
		up := r.upOpts()
		up.ForbidOverwrite = true
		if _, err := Upload(t.Context(), c, "bkt", "dir/key.bin", r.file, up); !errors.Is(err, fs.ErrExist) {
			t.Errorf("error %v", err)
		}
		r.inject(onceOn("PUT", &fault{lost: true}))
		if _, err := Upload(t.Context(), c, "bkt", "new", r.file, up); err != nil {
			t.Error(err)
		}
	})
	t.Run("body never comes", func(t *testing.T) {
		r, c := encryptedRig(t)
		r.inject(func(_ int, c call) *fault {
			if c.op == "GET" {
				return &fault{cut: 10}
			}
			return nil
		})
		if _, err := r.getWith(t, c); !errors.Is(err, errBroken) || len(r.calls("GET")) != maxFruitless {
			t.Errorf("error %v after %d requests", err, len(r.calls("GET")))
		}
	})
}
