package resumable

import (
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"os"
	"strconv"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/google/go-cmp/cmp"
)

// withoutSDKCheck is a client that leaves the comparison of CRC-64 to this package,
// as that of internal/ossclient.
func (r *rig) withoutSDKCheck(t testing.TB) *rig {
	r.c = r.client(t, func(o *oss.Options) { o.FeatureFlags &^= oss.FeatureEnableCRC64CheckUpload })
	return r
}

// onParts lets f happen to each part that which names.
func onParts(f *fault, which func(c call) bool) func(int, call) *fault {
	return func(_ int, c call) *fault {
		if c.op == "PART" && which(c) {
			return f
		}
		return nil
	}
}

func anyPart(call) bool { return true }

func TestI1_I3_PartIsProvedByItsCRC(t *testing.T) {
	dropped := &fault{mangle: func(a *httptest.ResponseRecorder) { a.Header().Set("x-oss-hash-crc64ecma", "1") }}
	for name, f := range map[string]*fault{"I1 a bit turned on its way": {turn: true}, "I3 the answer tells another CRC-64": dropped} {
		t.Run(name+", once", func(t *testing.T) {
			r := newRig(t, noise(6, 3*kib)).withoutSDKCheck(t)
			r.inject(onceOn("PART", f))
			r.mustUpload(t)
			if diff := cmp.Diff([]string{"INIT", "PART1", "PART1", "PART2", "PART3", "COMPLETE"}, r.ops()); diff != "" {
				t.Error(diff)
			}
		})
		t.Run(name+", always", func(t *testing.T) {
			r := newRig(t, noise(6, 3*kib)).withoutSDKCheck(t)
			r.inject(onParts(f, func(c call) bool { return c.part == 2 }))
			_, err := r.upload(t)
			var mismatch *IntegrityError
			if !errors.As(err, &mismatch) || mismatch.Check != "CRC-64" || mismatch.Object != "oss://bkt/dir/key.bin part 2" || mismatch.RequestID == "" {
				t.Errorf("error %v", err)
			}
			want := []string{"INIT", "PART1", "PART2", "PART2", "PART2"} // and no Complete
			if diff := cmp.Diff(want, r.ops()); diff != "" || r.object("dir/key.bin") != nil {
				t.Errorf("published: %t, requests %s", r.object("dir/key.bin") != nil, diff)
			}
			r.inject(nil)
			kept := 2 - map[bool]int{true: 1}[f.turn] // what is stored is compared, not what was told
			if res := r.mustUpload(t); res.PartsKept != kept {
				t.Errorf("%d parts kept, want %d", res.PartsKept, kept)
			}
		})
	}
}

// The SDK's own client compares, too, and repeats; what it gives up is not recorded.
func TestI1_PartWithTheSDKsCheck(t *testing.T) {
	r := newRig(t, noise(6, 3*kib))
	r.inject(onParts(&fault{turn: true}, anyPart))
	_, err := r.upload(t)
	var mismatch *IntegrityError
	if !errors.As(err, &mismatch) || mismatch.Check != "CRC-64" || r.object("dir/key.bin") != nil {
		t.Errorf("error %v", err)
	}
	r.inject(nil)
	r.mustUpload(t)
}

func TestI1_UP24_AnswerWithoutCRC(t *testing.T) {
	silent := func(a *httptest.ResponseRecorder) { a.Header().Del("x-oss-hash-crc64ecma") }
	announced := func(r *rig) (with, without int) {
		for _, c := range r.calls("PART") {
			if c.headers.Get("Content-Md5") != "" {
				with++
			} else {
				without++
			}
		}
		return with, without
	}
	for _, tt := range []struct {
		name          string
		fault         *fault
		from          int // the first part whose answers are so
		with, without int
		fails         bool
	}{
		{"ETag proves", &fault{mangle: silent}, 1, 4, 1, false},
		{"from the third on", &fault{mangle: silent}, 3, 2, 3, false},
		{"encrypted, Content-MD5 proves", &fault{mangle: func(a *httptest.ResponseRecorder) {
			silent(a)
			a.Header().Set("x-oss-server-side-encryption", "KMS")
		}}, 1, 4, 1, false},
		{"another ETag", &fault{mangle: func(a *httptest.ResponseRecorder) {
			silent(a)
			a.Header().Set("ETag", `"0123456789ABCDEF0123456789ABCDEF"`)
		}}, 1, 3, 1, true},
		{"altered", &fault{mangle: silent, turn: true}, 1, 3, 1, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, noise(6, 4*kib)).withoutSDKCheck(t)
			r.inject(onParts(tt.fault, func(c call) bool { return c.part >= tt.from }))
			_, err := r.upload(t)
			var mismatch *IntegrityError
			if errors.As(err, &mismatch) != tt.fails || err != nil != tt.fails {
				t.Errorf("error %v", err)
			}
			if with, without := announced(r); with != tt.with || without != tt.without {
				t.Errorf("%d parts with Content-MD5, %d without; want %d, %d", with, without, tt.with, tt.without)
			}
			if tt.fails && r.object("dir/key.bin") != nil {
				t.Error("published")
			}
		})
	}
}

func TestUP28_SequentialPartsHaveMD5(t *testing.T) {
	r := newRig(t, noise(6, 3*kib))
	r.mustUpload(t, func(o *UploadOptions) { o.Sequential = true })
	for _, c := range r.calls("PART") {
		if c.headers.Get("Content-Md5") == "" {
			t.Errorf("part %d without Content-MD5", c.part)
		}
	}
}

// meddling is a client with an UploadPart of its own.
type meddling struct {
	*oss.Client
	uploadPart func(request *oss.UploadPartRequest) (*oss.UploadPartResult, error)
}

func (m meddling) UploadPart(_ context.Context, request *oss.UploadPartRequest, _ ...func(*oss.Options)) (*oss.UploadPartResult, error) {
	return m.uploadPart(request)
}

func TestI3_P1_PartIsAlteredBetweenAttempts(t *testing.T) {
	r := newRig(t, noise(6, 3*kib))
	attempts := 0
	c := meddling{r.c, func(request *oss.UploadPartRequest) (*oss.UploadPartResult, error) {
		if request.PartNumber == 1 {
			attempts++
		}
		content, err := io.ReadAll(request.Body)
		if err != nil {
			return nil, err
		}
		sum := digestOf(content)
		if request.PartNumber == 1 && attempts == 1 { // arrives altered; the file is written to without a trace of it
			sum.crc++
			fi, statErr := os.Stat(r.file)
			if err := errors.Join(statErr, os.WriteFile(r.file, noise(9, 3*kib), 0o600), os.Chtimes(r.file, fi.ModTime(), fi.ModTime())); err != nil {
				t.Fatal(err)
			}
		}
		return &oss.UploadPartResult{ETag: oss.Ptr(sum.etag()), HashCRC64: oss.Ptr(strconv.FormatUint(sum.crc, 10))}, nil
	}}
	_, err := Upload(t.Context(), c, "bkt", "dir/key.bin", r.file, r.upOpts())
	if !errors.Is(err, ErrSourceChanged) || attempts != 2 || r.uploads() != 0 {
		t.Errorf("error %v after %d attempts, %d uploads left", err, attempts, r.uploads())
	}
}

func TestP4_NothingIsSentOfAnAlteredFile(t *testing.T) {
	r := newRig(t, noise(6, 3*kib))
	r.change("PART", func() { os.Truncate(r.file, 100) })
	_, err := r.upload(t, func(o *UploadOptions) { o.Parts = 1 })
	if want := []string{"INIT", "PART1", "ABORT"}; !errors.Is(err, ErrSourceChanged) || cmp.Diff(want, r.ops()) != "" {
		t.Errorf("error %v", err)
	}
}

// An answer that comes before the body went out proves nothing of it, whatever it tells.
func TestM18_AnswerToPartOfAPart(t *testing.T) {
	r := newRig(t, noise(6, 3*kib))
	c := meddling{r.c, func(request *oss.UploadPartRequest) (*oss.UploadPartResult, error) {
		content := make([]byte, kib/2)
		if _, err := io.ReadFull(request.Body, content); err != nil {
			return nil, err
		}
		sum := digestOf(content)
		return &oss.UploadPartResult{ETag: oss.Ptr(sum.etag()), HashCRC64: oss.Ptr(strconv.FormatUint(sum.crc, 10))}, nil
	}}
	if _, err := Upload(t.Context(), c, "bkt", "dir/key.bin", r.file, r.upOpts()); !errors.Is(err, ErrNotAnswer) || r.object("dir/key.bin") != nil {
		t.Errorf("error %v", err)
	}
}
