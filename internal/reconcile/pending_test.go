package reconcile

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/resumable"
)

func TestM5_PendingUploads(t *testing.T) {
	const fields = "transfer: {threshold: 100KiB, partSize: 100KiB, files: 1, parts: 1}\nuploads: {abortAfter: 1h}"
	t.Run("a checkpoint owns it", func(t *testing.T) {
		w := pushWorld(t, fields)
		w.write(map[string]string{"large": large})
		w.breakOff(t)
		w.preview(func(p *Plan) {
			if got := rows(t, p); !slices.Equal(got, []string{"resume large"}) {
				t.Errorf("%q", got)
			}
		})
		w.journal.Reset()
		w.apply()
		if n := w.journal.Count(ossserver.UploadPart); n != 2 {
			t.Errorf("%d parts were sent, 1 of 3 was stored", n)
		}
		equal(t, "objects", map[string]string{"large": large}, w.objects())
	})
	t.Run("its file is gone", func(t *testing.T) {
		w := pushWorld(t, fields)
		w.write(map[string]string{"large": large})
		w.breakOff(t)
		w.write(map[string]string{"large": absent, "other": "o"})
		w.preview(func(p *Plan) {
			if got := rows(t, p); !slices.Equal(got, []string{"keep large", "upload other"}) {
				t.Errorf("young: %q", got)
			}
		})
		w.ages(t, func() {
			w.preview(func(p *Plan) {
				if got := rows(t, p); !slices.Equal(got, []string{"abort large", "upload other"}) {
					t.Errorf("old: %q", got)
				}
			})
			w.apply()
		})
		if records, err := os.ReadDir(w.stateFile(checkpointsDir)); err != nil || len(records) != 0 {
			t.Errorf("records left: %v, %v", records, err)
		}
	})
	t.Run("C10 begun with other headers", func(t *testing.T) {
		const rule = "\nheaders: [{match: large, set: {Cache-Control: %s, x-oss-storage-class: IA}}]"
		w := pushWorld(t, fields+fmt.Sprintf(rule, "no-cache"))
		w.write(map[string]string{"large": large})
		w.breakOff(t)
		w.edit("to", fields+fmt.Sprintf(rule, "no-store"))
		w.apply()
		if h := w.headersOf("large"); h.Get("Cache-Control") != "no-store" || h.Get("x-oss-storage-class") != "IA" {
			t.Errorf("%v", h)
		}
		w.settled()
		w.edit("to", fields) // no rule names the class any more: it stays
		w.apply()
		if h := w.headersOf("large"); h.Get("Cache-Control") != "" || h.Get("x-oss-storage-class") != "IA" {
			t.Errorf("without rules: %v", h)
		}
	})
	t.Run("S3 it was completed after all", func(t *testing.T) {
		w := pushWorld(t, fields)
		w.write(map[string]string{"large": large})
		w.during(func(r ossserver.Request) *ossserver.Fault {
			if r.Operation == ossserver.CompleteMultipartUpload {
				return &ossserver.Fault{When: ossserver.AfterCommit, Status: http.StatusForbidden, Code: "AccessDenied"}
			}
			return nil
		}, func() {
			if _, err := w.try(nil, nil); fault.Of(err) != fault.Denied {
				t.Fatalf("%v", err)
			}
		})
		w.journal.Reset()
		w.apply()
		if n := w.journal.Count(ossserver.UploadPart); n != 0 {
			t.Errorf("%d parts were sent of an object that stands", n)
		}
		if records, err := os.ReadDir(w.stateFile(checkpointsDir)); err != nil || len(records) != 0 {
			t.Errorf("records left: %v, %v", records, err)
		}
	})
	t.Run("C10 its file has changed", func(t *testing.T) {
		w := pushWorld(t, fields)
		w.write(map[string]string{"large": large})
		w.breakOff(t)
		w.write(map[string]string{"large": "small now"})
		w.preview(func(p *Plan) {
			if got := rows(t, p); !slices.Equal(got, []string{"upload large", "abort large"}) {
				t.Errorf("%q", got)
			}
		})
	})
	t.Run("a checkpoint of other work owns it", func(t *testing.T) {
		for _, readable := range []bool{true, false} {
			w := pushWorld(t, fields)
			w.write(map[string]string{"large": large})
			w.breakOff(t)
			w.write(map[string]string{"large": absent, "other": "o"})
			elsewhere := Checkpoints(w.state)
			if err := os.MkdirAll(filepath.Dir(elsewhere), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(w.stateFile(checkpointsDir), elsewhere); err != nil {
				t.Fatal(err)
			}
			if !readable {
				records, err := os.ReadDir(elsewhere)
				if err != nil || len(records) != 1 {
					t.Fatalf("%v, %v", records, err)
				}
				if err := os.WriteFile(filepath.Join(elsewhere, records[0].Name()), []byte("{broken"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			w.ages(t, func() {
				w.preview(func(p *Plan) {
					if got := rows(t, p); !slices.Equal(got, []string{"keep large", "upload other"}) {
						t.Errorf("readable %t: %q", readable, got)
					}
				})
			})
		}
	})
	t.Run("its checkpoint is damaged", func(t *testing.T) {
		w := pushWorld(t, fields)
		w.write(map[string]string{"large": large})
		w.breakOff(t)
		dir := w.stateFile(checkpointsDir)
		records, err := os.ReadDir(dir)
		if err != nil || len(records) != 1 {
			t.Fatalf("%v, %v", records, err)
		}
		if err := os.WriteFile(filepath.Join(dir, records[0].Name()), []byte("{broken"), 0o600); err != nil {
			t.Fatal(err)
		}
		w.apply()
		equal(t, "objects", map[string]string{"large": large}, w.objects())
	})
	t.Run("somebody else's", func(t *testing.T) {
		w := pushWorld(t, fields)
		w.write(map[string]string{"a": "a"})
		w.apply()
		theirs := w.begin("theirs", "part")
		w.begin("a", "")
		w.begin("dir//x", "part") // no request may name it
		w.preview(func(p *Plan) {
			if got := rows(t, p); !slices.Contains(got, "keep a") || !slices.Contains(got, "keep theirs") || p.Section.Summary.Changes() != 0 {
				t.Errorf("young: %q", got)
			}
		})
		w.ages(t, func() {
			w.preview(func(p *Plan) {
				if got := rows(t, p); !slices.Contains(got, "abort a") || !slices.Contains(got, "abort theirs") || p.Section.Summary.Changes() != 2 {
					t.Errorf("old: %q", got)
				}
			})
			alive := w.session()
			p, err := alive.Prepare(ctx, w.mapping(), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			w.begin("theirs", "") // another one of that key
			w.addPart("theirs", theirs, 2, "more")
			report, err := p.Run(ctx, nil, nil)
			if err != nil || report.Done != 1 || report.Skipped != 1 {
				t.Errorf("%+v, %v", report, err)
			}
			if n := len(w.uploads()); n != 3 {
				t.Errorf("%d uploads are left", n)
			}
		})
	})
}

// breakOff has an apply end after the first part of its upload.
func (w *world) breakOff(t *testing.T) {
	t.Helper()
	parts := 0
	w.during(func(r ossserver.Request) *ossserver.Fault {
		if r.Operation == ossserver.UploadPart {
			if parts++; parts > 1 {
				return &ossserver.Fault{Status: 403, Code: "AccessDenied"}
			}
		}
		return nil
	}, func() {
		if _, err := w.try(nil, nil); fault.Of(err) != fault.Denied {
			t.Fatalf("%v", err)
		}
	})
	store, err := resumable.NewFileStore(w.stateFile(checkpointsDir))
	if err != nil {
		t.Fatal(err)
	}
	for record, err := range store.Records() {
		if err != nil || record.UploadID != w.uploads()[0] {
			t.Fatalf("%+v, %v", record, err)
		}
		return
	}
	t.Fatal("no checkpoint")
}

// ages lets f see a service whose clock is two hours ahead.
func (w *world) ages(t *testing.T, f func()) {
	t.Helper()
	date := time.Now().Add(2 * time.Hour).UTC().Format(http.TimeFormat)
	w.during(func(ossserver.Request) *ossserver.Fault {
		return &ossserver.Fault{When: ossserver.AfterCommit, Header: map[string]string{"Date": date}}
	}, f)
}
