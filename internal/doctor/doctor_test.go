package doctor

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/osssync/osssync/internal/fault"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/spec"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	id     = "LTAI5tCanaryKeyId"
	secret = "canary-secret"
)

// ward is a service with a patient store.
type ward struct {
	t        *testing.T
	exam     Examination
	env      map[string]string
	store    spec.Store
	denied   map[ossserver.Operation]string // code of the answer; changed between examinations
	mu       sync.Mutex
	asked    map[ossserver.Operation]int // guarded by mu
	findings []Finding
	server   *ossserver.Server
}

func newWard(t *testing.T) *ward {
	w := &ward{t: t, denied: map[ossserver.Operation]string{}, asked: map[ossserver.Operation]int{},
		env: map[string]string{"OSS_ACCESS_KEY_ID": id, "OSS_ACCESS_KEY_SECRET": secret, "HOME": t.TempDir()}}
	server, err := ossserver.Open(ossserver.Options{
		Dir: t.TempDir(), Region: "cn-hangzhou", NoSync: true, Credentials: map[string]string{id: secret},
		Hooks: &ossserver.Hooks{Fault: func(r ossserver.Request) *ossserver.Fault {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.asked[r.Operation]++
			if code := w.denied[r.Operation]; code != "" {
				return &ossserver.Fault{Status: 403, Code: code}
			}
			return nil
		}},
	})
	if err == nil {
		err = server.CreateBucket("bucket")
	}
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	t.Cleanup(func() {
		web.Close()
		server.Close()
	})
	w.server = server
	w.store = spec.Store{Name: "prod", Region: "cn-hangzhou", Endpoint: web.URL}
	w.exam = Examination{
		StateDir: filepath.Join(t.TempDir(), "state"), Now: time.Now, Report: func(f Finding) { w.findings = append(w.findings, f) },
		Open: func(s spec.Store) (*reconcile.Store, error) {
			return reconcile.OpenStore(s, reconcile.StoreOptions{Getenv: func(name string) string { return w.env[name] }, Now: time.Now})
		},
	}
	return w
}

// look examines the store at places and returns the findings as lines.
func (w *ward) look(places ...Place) string {
	w.t.Helper()
	w.findings = nil
	w.exam.Store(w.t.Context(), w.store, places)
	var b strings.Builder
	for _, f := range w.findings {
		if f.Status == Fail && f.Err == nil || f.Status == Warn && f.Hint == "" {
			w.t.Errorf("%+v lacks what to do", f)
		}
		fmt.Fprintf(&b, "%s|%s|%s|%s\n", f.Status, f.Subject, f.Fact, f.Hint)
	}
	if strings.Contains(b.String(), secret) {
		w.t.Errorf("X1: a secret in\n%s", b.String())
	}
	return b.String()
}

// want wants lines that begin so, in this order, among those of text.
func want(t *testing.T, text string, begins ...string) {
	t.Helper()
	lines := strings.Split(text, "\n")
	for _, begin := range begins {
		for len(lines) > 0 && !strings.HasPrefix(lines[0], begin) {
			lines = lines[1:]
		}
		if len(lines) == 0 {
			t.Errorf("no line %q, or not in this order, in\n%s", begin, text)
			return
		}
	}
}

func TestStoreThatIsWell(t *testing.T) {
	w := newWard(t)
	text := w.look(Place{Bucket: "bucket", Prefix: "www/", Writes: true, Deletes: true})
	want(t, text,
		`ok|endpoint of store "prod"|`+w.store.Endpoint+", from endpoint|",
		`ok|keys of store "prod"|LTAI***Id, from the environment (OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET)|`,
		"ok|right to list (oss:ListObjects) at oss://bucket/www/|found|",
		`warn|region of bucket "bucket"|cn-hangzhou; versioning is off|`,
		"ok|right to read (oss:GetObject) at oss://bucket/www/|found|",
		"ok|right to list uploads (oss:ListMultipartUploads) at oss://bucket/www/|found|",
		"warn|right to write (oss:PutObject, oss:AbortMultipartUpload) and delete (oss:DeleteObject) at oss://bucket/www/|not looked at, since that would write|",
		`ok|clock, beside that of store "prod"|`)
	if strings.Contains(text, "fail|") || w.asked[ossserver.PutObject]+w.asked[ossserver.InitiateMultipartUpload]+w.asked[ossserver.DeleteObject] > 0 {
		t.Errorf("asked %v:\n%s", w.asked, text)
	}
	// A pull needs no right to write, and is not told of it.
	if text := w.look(Place{Bucket: "bucket"}); strings.Contains(text, "PutObject") || strings.Contains(text, "Uploads") {
		t.Errorf("of a pull:\n%s", text)
	}
}

func TestWriteProbe(t *testing.T) {
	w := newWard(t)
	w.exam.WriteProbe = true
	place := Place{Bucket: "bucket", Prefix: "www/", Writes: true}
	want(t, w.look(place), "ok|right to write (oss:PutObject)", "ok|right to abort uploads", "ok|right to delete")
	left := func() string {
		w.exam.WriteProbe = false
		return w.look(place)
	}
	if text := left(); w.asked[ossserver.DeleteObject] != 1 || w.asked[ossserver.AbortMultipartUpload] != 1 {
		t.Errorf("asked %v:\n%s", w.asked, text)
	}
	w.exam.WriteProbe = true
	w.denied[ossserver.DeleteObject] = "AccessDenied"
	want(t, w.look(place), "warn|right to delete (oss:DeleteObject) at oss://bucket/www/|not found|this spec deletes nothing there", "warn|write probe|oss://bucket/www/.osssync/doctor-")
	place.Deletes = true
	want(t, w.look(place), "fail|right to delete", "warn|write probe|oss://bucket/www/.osssync/doctor-")
	w.denied[ossserver.PutObject] = "AccessDenied"
	want(t, w.look(place), "fail|right to write (oss:PutObject) at oss://bucket/www/|")
}

func TestStoreThatIsIll(t *testing.T) {
	place := Place{Bucket: "bucket", Prefix: "www/", Writes: true}
	for _, tt := range []struct {
		name  string
		wrong func(*ward)
		want  []string
		kind  fault.Kind
	}{
		{"no keys", func(w *ward) { clear(w.env) }, []string{`fail|store "prod"|no credentials: set OSS_ACCESS_KEY_ID`}, fault.Denied},
		{"keys that cannot be had", func(w *ward) {
			w.env = map[string]string{"ALIBABA_CLOUD_CREDENTIALS_URI": "http://127.0.0.1:1/"}
		}, []string{`fail|keys of store "prod"|keys from the service at "127.0.0.1:1"`}, fault.Remote},
		{"wrong secret", func(w *ward) { w.env["OSS_ACCESS_KEY_SECRET"] = "another" }, []string{"ok|keys of", "fail|right to list"}, fault.Denied},
		{"no right to list", func(w *ward) { w.denied[ossserver.ListObjectsV2] = "AccessDenied" }, []string{"fail|right to list (oss:ListObjects) at oss://bucket/www/"}, fault.Denied},
		{"no right to list uploads", func(w *ward) { w.denied[ossserver.ListMultipartUploads] = "AccessDenied" }, []string{"ok|right to list (", "fail|right to list uploads"}, fault.Denied},
		{"no right to read", func(w *ward) { w.denied[ossserver.HeadObject] = "AccessDenied" }, []string{"fail|right to read"}, fault.Denied},
		{"region", func(w *ward) { w.store.Region = "cn-beijing" }, []string{"fail|"}, fault.OtherRegion},
		{"not trusted", func(w *ward) { w.store.Endpoint = "https://oss.example.com" }, []string{`fail|store "prod"|endpoint is not trusted`}, fault.Other},
		{"not there", func(w *ward) { w.store.Endpoint = "http://127.0.0.1:1" }, []string{"ok|keys", "fail|right to list", `warn|clock, beside that of store "prod"|no answer told its time`}, fault.Remote},
		{"no right to ask for the region", func(w *ward) { w.denied[ossserver.GetBucketInfo] = "AccessDenied" }, []string{`warn|region of bucket "bucket"|not told`}, fault.Other},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWard(t)
			tt.wrong(w)
			text := w.look(place)
			want(t, text, tt.want...)
			for _, f := range w.findings {
				if f.Status == Fail && fault.Of(f.Err) != tt.kind {
					t.Errorf("%v is of kind %d, want %d", f.Err, fault.Of(f.Err), tt.kind)
				}
			}
		})
	}
}

func TestClocks(t *testing.T) {
	w := newWard(t)
	for skew, begin := range map[time.Duration]string{
		0: "ok|clock", 2 * time.Minute: "warn|clock, beside that of store \"prod\"|2m", -time.Hour: "warn|clock, beside that of store \"prod\"|",
	} {
		w.exam.Now = func() time.Time { return time.Now().Add(skew) }
		want(t, w.look(Place{Bucket: "bucket"}), begin)
	}
}

func TestAnonymousAndEmbedded(t *testing.T) {
	w := newWard(t)
	w.store.Credentials.From = spec.CredentialsAnonymous
	want(t, w.look(), `ok|keys of store "prod"|none: requests are not signed`)
	box := filepath.Join(t.TempDir(), "box")
	w.store = spec.Store{Name: "box", Embedded: box}
	want(t, w.look(Place{Bucket: "bucket"}), `ok|store "box"|embedded in "`+box+`", which the first plan makes`)
	if _, err := os.Stat(box); err == nil {
		t.Error("it was made by looking")
	}
	if err := os.Mkdir(box, 0o700); err != nil {
		t.Fatal(err)
	}
	want(t, w.look(Place{Bucket: "bucket"}), `ok|store "box"|embedded`, `ok|bucket "bucket"|not there yet`)
}

func TestMachine(t *testing.T) {
	w := newWard(t)
	look := func() string {
		w.findings = nil
		w.exam.Machine()
		return fmt.Sprint(w.findings)
	}
	if text := look(); !strings.Contains(text, "not there yet") {
		t.Error(text)
	}
	if err := os.Mkdir(w.exam.StateDir, 0o700); err != nil {
		t.Fatal(err)
	}
	if text := look(); !strings.Contains(text, "writable") {
		t.Error(text)
	}
	if left, err := os.ReadDir(w.exam.StateDir); err != nil || len(left) > 0 {
		t.Errorf("%v left, %v", left, err)
	}
	if runtime.GOOS == "linux" && !strings.Contains(look(), "inotify max_user_watches") {
		t.Error("nothing of inotify")
	}
	w.exam.StateDir = filepath.Join(w.exam.StateDir, "file")
	if err := os.WriteFile(w.exam.StateDir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if look(); fault.Of(w.findings[len(w.findings)-1].Err) != fault.NoAccess {
		t.Errorf("%+v", w.findings)
	}
}

func TestPlaceOf(t *testing.T) {
	for _, tt := range []struct {
		m    spec.Mapping
		want Place
	}{
		{spec.Mapping{Bucket: "b", Prefix: "p/"}, Place{"b", "p/", true, false}},
		{spec.Mapping{Bucket: "b", Prune: spec.PruneAll}, Place{"b", "", true, true}},
		{spec.Mapping{Bucket: "b", Direction: spec.Pull, Prune: spec.PruneAll}, Place{"b", "", false, false}},
	} {
		if got := PlaceOf(&tt.m); got != tt.want {
			t.Errorf("%+v, want %+v", got, tt.want)
		}
	}
}
