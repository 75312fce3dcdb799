package resumable

import (
	"bytes"
	"errors"
	"io"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// The answer to Complete is lost in every way there is; the object is what
// tells.
func TestM1_M2_M3_UP27_LostCompleteIsSettledByHead(t *testing.T) {
	for _, tt := range []struct {
		name string
		f    *fault
	}{
		{"M1 connection lost after the commit", &fault{lost: true}},
		{"M1 500 after the commit", &fault{late: 500}},
		{"M1 504 after the commit", &fault{late: 504}},
		{"500 before the commit", &fault{status: 500}},
		{"503 before the commit", &fault{status: 503, code: "ServiceUnavailable"}},
		{"429 before the commit", &fault{status: 429, code: "QpsLimitExceeded"}},
		{"connection lost before the commit", &fault{hangUp: true}},
		{"M2 200 with an error in it", &fault{mangle: func(a *httptest.ResponseRecorder) {
			a.Body.Reset()
			a.Body.WriteString("<Error><Code>InternalError</Code></Error>")
		}}},
		{"200 with a page of a proxy", &fault{mangle: func(a *httptest.ResponseRecorder) {
			a.Body.Reset()
			a.Body.WriteString("<html><body>hi<br></body></html>")
		}}},
		{"200 with nothing", &fault{mangle: func(a *httptest.ResponseRecorder) { a.Body.Reset() }}},
		{"torn body", &fault{cut: 20}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, noise(6, 3*kib))
			r.inject(onceOn("COMPLETE", tt.f))
			r.mustUpload(t)
			if n := len(r.calls("PART")); n != 3 {
				t.Errorf("%d parts sent, want 3", n)
			}
			if n := len(r.calls("ABORT")); n != 0 {
				t.Error("M3: aborted after a doubtful commit")
			}
		})
	}
}

func TestM1_M3_UP27_UnsettledKeepsTheRecord(t *testing.T) {
	r := newRig(t, noise(6, 3*kib))
	r.inject(func(_ int, c call) *fault {
		if c.op == "COMPLETE" {
			return &fault{status: 500}
		}
		return nil
	})
	_, err := r.upload(t)
	if err == nil || r.store.len() != 1 || r.uploads() != 1 {
		t.Errorf("error %v, %d records, %d uploads", err, r.store.len(), r.uploads())
	}
	if n := len(r.calls("COMPLETE")); n != maxFruitless {
		t.Errorf("%d attempts, want %d", n, maxFruitless)
	}
	r.inject(nil)
	if res := r.mustUpload(t); res.PartsKept != 3 {
		t.Errorf("%d parts kept", res.PartsKept)
	}
}

// committedOnly leaves an upload that is committed but has its record still.
func committedOnly(t *testing.T) *rig {
	t.Helper()
	r := newRig(t, noise(6, 3*kib))
	r.store.hook = func(call string) error {
		if call == "delete" {
			return errDied
		}
		return nil
	}
	if _, err := r.upload(t); err != nil {
		t.Fatal(err)
	}
	r.store.hook = nil
	return r
}

// EDGE-7: the process died after the commit and before it deleted the record.
func TestUP27_CommittedByAnEarlierCall(t *testing.T) {
	t.Run("object is ours", func(t *testing.T) {
		r := committedOnly(t)
		r.ops()
		res := r.mustUpload(t)
		if n := len(r.calls("PART")) + len(r.calls("INIT")); n != 0 || res.PartsKept != 3 {
			t.Errorf("%d requests, %d parts kept", n, res.PartsKept)
		}
	})
	for name, replace := range map[string]func(r *rig){
		"object is another's":    func(r *rig) { r.service.put("dir/key.bin", []byte("other"), "Normal") },
		"object was deleted":     func(r *rig) { delete(r.objects, "dir/key.bin") },
		"object of other bytes":  func(r *rig) { r.object("dir/key.bin").data = noise(7, 3*kib) },
		"object without CRC-64":  func(r *rig) { r.object("dir/key.bin").noCRC = true },
		"object of another size": func(r *rig) { r.object("dir/key.bin").data = noise(7, 3) },
	} {
		t.Run(name, func(t *testing.T) {
			r := committedOnly(t)
			replace(r)
			if res := r.mustUpload(t); res.PartsSent != 3 {
				t.Errorf("%d parts sent", res.PartsSent)
			}
		})
	}
	t.Run("who may only write cannot look", func(t *testing.T) {
		r := committedOnly(t)
		r.inject(onceOn("HEAD", &fault{status: 403, code: "AccessDenied"}))
		r.mustUpload(t)
	})
	t.Run("the look fails", func(t *testing.T) {
		r := committedOnly(t)
		r.inject(func(_ int, c call) *fault {
			if c.op == "HEAD" {
				return &fault{status: 500}
			}
			return nil
		})
		if _, err := r.upload(t); err == nil || r.store.len() != 1 {
			t.Errorf("error %v, %d records", err, r.store.len())
		}
		r.inject(nil)
		r.mustUpload(t)
	})
}

func TestI6_UP25_WrongCRCAfterCommit(t *testing.T) {
	r := newRig(t, noise(6, 3*kib))
	r.inject(onceOn("COMPLETE", &fault{mangle: func(a *httptest.ResponseRecorder) { a.Header().Set("x-oss-hash-crc64ecma", "1") }}))
	_, err := r.upload(t)
	var mismatch *IntegrityError
	if !errors.As(err, &mismatch) || mismatch.Remote != "1" || mismatch.Check != "CRC-64" || mismatch.RequestID == "" {
		t.Errorf("error %v", err)
	}
	if r.store.len() != 0 {
		t.Error("record left")
	}
}

func TestUP24_NoCRCAnywhere(t *testing.T) { // EDGE-15
	r := newRig(t, noise(6, 3*kib))
	r.noCRC = true
	r.mustUpload(t)
	r.interrupt(t, 2)
	if res := r.mustUpload(t); res.PartsKept != 1 {
		t.Errorf("%d parts kept", res.PartsKept)
	}
}

func TestUP24_WrongAnswers(t *testing.T) {
	header := func(name, value string) *fault {
		return &fault{mangle: func(a *httptest.ResponseRecorder) { a.Header().Set(name, value) }}
	}
	for _, op := range []string{"PUT", "PART"} {
		for name, f := range map[string]*fault{
			"M16 wrong ETag": header("ETag", `"0123456789ABCDEF0123456789ABCDEF"`),
			"wrong CRC":      header("x-oss-hash-crc64ecma", "1"),
		} {
			t.Run(op+" "+name, func(t *testing.T) {
				r := newRig(t, noise(6, 3*kib))
				r.inject(func(_ int, c call) *fault {
					if c.op == op {
						return f
					}
					return nil
				})
				threshold := map[string]int64{"PUT": 0, "PART": NoThreshold}[op]
				_, err := r.upload(t, func(o *UploadOptions) { o.Threshold = threshold })
				var mismatch *IntegrityError
				if op == "PART" && name == "M16 wrong ETag" { // proved by its CRC-64, and named by the listing
					if err != nil || !bytes.Equal(r.object("dir/key.bin").data, noise(6, 3*kib)) || len(r.calls("PART")) != 3 || len(r.calls("COMPLETE")) != 2 {
						t.Errorf("%d parts sent, %d commits: %v", len(r.calls("PART")), len(r.calls("COMPLETE")), err)
					}
					return
				}
				if !errors.As(err, &mismatch) || mismatch.Local == "" || mismatch.Remote == "" {
					t.Errorf("error %v, want an IntegrityError", err)
				}
				if op == "PART" && r.object("dir/key.bin") != nil {
					t.Error("published")
				}
			})
		}
		t.Run(op+" ETag of encrypted content is no MD5", func(t *testing.T) {
			r := newRig(t, noise(6, 3*kib))
			r.inject(func(_ int, c call) *fault {
				if c.op != op || op == "PART" {
					return nil
				}
				return &fault{mangle: func(a *httptest.ResponseRecorder) {
					a.Header().Set("ETag", `"KMS"`)
					a.Header().Set("x-oss-server-side-encryption", "KMS")
				}}
			})
			threshold := map[string]int64{"PUT": 0, "PART": NoThreshold}[op]
			if _, err := r.upload(t, func(o *UploadOptions) { o.Threshold = threshold }); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestM16_AnswersThatSayNothing(t *testing.T) {
	t.Run("M16 answer without checksums is looked up", func(t *testing.T) {
		r := newRig(t, noise(6, 30))
		bare := func(a *httptest.ResponseRecorder) { a.Header().Del("ETag"); a.Header().Del("x-oss-hash-crc64ecma") }
		r.inject(onceOn("PUT", &fault{mangle: bare}))
		if _, err := r.upload(t, func(o *UploadOptions) { o.Threshold = 0 }); err != nil || len(r.calls("HEAD")) != 1 {
			t.Errorf("error %v, %d HEADs", err, len(r.calls("HEAD")))
		}
	})
	t.Run("D2 pages of a proxy store nothing", func(t *testing.T) {
		r := newRig(t, noise(6, 30))
		r.inject(func(int, call) *fault {
			return &fault{mangle: func(a *httptest.ResponseRecorder) {
				clear(a.Header())
				a.Code = 200
				a.Body.Reset()
				a.Body.WriteString("<html>login</html>")
			}}
		})
		if _, err := r.upload(t, func(o *UploadOptions) { o.Threshold = 0 }); !errors.Is(err, ErrNotAnswer) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("part without ETag", func(t *testing.T) {
		r := newRig(t, noise(6, 30))
		r.inject(onceOn("PART", &fault{mangle: func(a *httptest.ResponseRecorder) { a.Header().Del("ETag") }}))
		if _, err := r.upload(t); err == nil {
			t.Error("no error")
		}
	})
	t.Run("Initiate without upload id", func(t *testing.T) {
		r := newRig(t, noise(6, 30))
		r.inject(onceOn("INIT", &fault{mangle: func(a *httptest.ResponseRecorder) { a.Body.Reset() }}))
		if _, err := r.upload(t); err == nil || r.store.len() != 0 {
			t.Errorf("error %v, %d records", err, r.store.len())
		}
	})
}

// I1: bytes that change on their way are refused by the service and sent again.
func TestI1_RefusedDigestIsSentAgain(t *testing.T) {
	for _, op := range []string{"PUT", "PART"} {
		r := newRig(t, noise(6, 300<<10)).withoutSDKCheck(t) // more than a buffer: read twice
		opts := func(o *UploadOptions) {
			o.Threshold = map[string]int64{"PUT": 0, "PART": NoThreshold}[op]
			o.PartSize, o.Sequential = 1<<20, true // so that parts have a Content-MD5, too
		}
		for _, f := range []*fault{{status: 400, code: "InvalidDigest"}, {turn: true}} {
			r.inject(onceOn(op, f))
			r.mustUpload(t, opts)
		}
		r.inject(func(_ int, c call) *fault {
			if c.op == op {
				return &fault{status: 400, code: "InvalidDigest"}
			}
			return nil
		})
		r.ops()
		_, err := r.upload(t, opts)
		var mismatch *IntegrityError
		if !errors.As(err, &mismatch) || mismatch.RequestID == "" || !hasCode(err, "InvalidDigest") || len(r.calls(op)) != maxDigestAttempts {
			t.Errorf("%s: error %v after %d attempts", op, err, len(r.calls(op)))
		}
	}
}

// change alters the local file at the first request of an operation.
func (r *rig) change(op string, f func()) {
	done := false
	r.inject(func(_ int, c call) *fault {
		if c.op == op && !done {
			done = true
			f()
		}
		return nil
	})
}

func TestP1_P4_P5_P6_UP26_SourceChangesWhileSent(t *testing.T) {
	content := noise(6, 3*kib)
	for _, tt := range []struct {
		name   string
		change func(file string) error
	}{
		{"P1 rewritten in place", func(file string) error { return os.WriteFile(file, noise(8, 3*kib), 0o600) }},
		{"EDGE-3 P4 shrunk", func(file string) error { return os.Truncate(file, 100) }},
		{"EDGE-3 P5 grown", func(file string) error {
			f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = io.Copy(f, bytes.NewReader(content))
			return err
		}},
		{"replaced by an equal file", func(file string) error {
			if err := os.WriteFile(file+"2", content, 0o600); err != nil {
				return err
			}
			return os.Rename(file+"2", file)
		}},
		{"P6 removed", os.Remove},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, content)
			r.change("PART", func() {
				if err := tt.change(r.file); err != nil {
					t.Error(err)
				}
			})
			_, err := r.upload(t)
			if !errors.Is(err, ErrSourceChanged) {
				t.Errorf("error %v, want ErrSourceChanged", err)
			}
			if r.object("dir/key.bin") != nil || r.uploads() != 0 || r.store.len() != 0 {
				t.Errorf("object %v, %d uploads, %d records", r.object("dir/key.bin"), r.uploads(), r.store.len())
			}

			r.write(t, content)
			r.change("PUT", func() { _ = tt.change(r.file) })
			if _, err := r.upload(t, func(o *UploadOptions) { o.Threshold = 0 }); !errors.Is(err, ErrSourceChanged) {
				t.Errorf("plain: error %v, want ErrSourceChanged", err)
			}
		})
	}
}

func TestUP26_RecordStaysWhenTheAbortFails(t *testing.T) {
	r := newRig(t, noise(6, 3*kib))
	r.inject(func(_ int, c call) *fault {
		switch c.op {
		case "PART":
			os.WriteFile(r.file, noise(8, 3*kib), 0o600)
		case "ABORT":
			return &fault{status: 500}
		}
		return nil
	})
	if _, err := r.upload(t); !errors.Is(err, ErrSourceChanged) || r.store.len() != 1 {
		t.Errorf("error %v, %d records", err, r.store.len())
	}
	r.inject(nil)
	r.mustUpload(t)
}

func TestUploadBadStore(t *testing.T) {
	r := newRig(t, noise(6, 3*kib))
	for _, call := range []string{"get", "put"} {
		r.store.hook = func(c string) error {
			if c == call {
				return errDied
			}
			return nil
		}
		if _, err := r.upload(t); !errors.Is(err, errDied) || r.uploads() != 0 {
			t.Errorf("%s: error %v, %d uploads", call, err, r.uploads())
		}
	}
}

func TestErrorText(t *testing.T) {
	r := newRig(t, noise(6, 3))
	r.inject(func(int, call) *fault { return &fault{status: 403, code: "AccessDenied"} })
	_, err := r.upload(t)
	for _, part := range []string{"upload ", r.file, "oss://bkt/dir/key.bin", "AccessDenied", "403"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q lacks %q", err, part)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("%q has lines", err)
	}
}
