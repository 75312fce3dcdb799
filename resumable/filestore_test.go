package resumable

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestST2_Keys(t *testing.T) {
	for _, tt := range []struct{ scope, bucket, key, version, file, want string }{
		{"", "my-bucket", "dir/key.txt", "", "/data/file.bin", "ed7b4abe9b85d3e9920433d1ad31b152--4d67cd7653b5b4006653a9419b1f1760"},
		{"", "my-bucket", "dir/key.txt", "CAEQ", "/data/file.bin", "325bb788afb60fd140025f5aa662519f--4d67cd7653b5b4006653a9419b1f1760"},
		{"", "my-bucket", "中 +.txt", "", "/data/中文.bin", "9ec89e25ed33ff2547f53151cee6754d--ae3fdfc8a039c367d18488bcd7c6f46b"},
		{"", "my-bucket", "dir/key.txt", "", "/data/x/../file.bin", "ed7b4abe9b85d3e9920433d1ad31b152--4d67cd7653b5b4006653a9419b1f1760"},
		{"gov", "my-bucket", "dir/key.txt", "", "/data/file.bin", "ed7b4abe9b85d3e9920433d1ad31b152--4d67cd7653b5b4006653a9419b1f1760--" + md5Hex("gov")}, // ST-8
	} {
		if runtime.GOOS == "windows" {
			t.Skip("paths of another kind")
		}
		if got := storeKey(tt.scope, tt.bucket, tt.key, tt.version, tt.file); got != tt.want {
			t.Errorf("%+v: %s", tt, got)
		}
	}
}

func TestFileStore(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	s, err := NewFileStore(dir) // ST-3
	if err != nil {
		t.Fatal(err)
	}
	key := storeKey("", "b", "k", "", "/f")
	if got, err := s.Get(key); got != nil || err != nil {
		t.Errorf("ST-5 missing: %q, %v", got, err)
	}
	if err := s.Delete(key); err != nil {
		t.Errorf("ST-7 missing: %v", err)
	}
	for _, record := range []string{`{"a":1}`, `{"a":22}`} {
		if err := s.Put(key, []byte(record)); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Get(key); string(got) != record || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 1 || entries[0].Name() != key {
		t.Errorf("ST-4 ST-6: %v", entries)
	}
	if runtime.GOOS != "windows" {
		d, _ := os.Stat(dir)
		f, _ := os.Stat(filepath.Join(dir, key))
		if d.Mode().Perm() != 0o700 || f.Mode() != 0o600 {
			t.Errorf("modes %v, %v", d.Mode(), f.Mode())
		}
	}
	os.WriteFile(filepath.Join(dir, key), []byte("hello}"), 0o600)
	if got, err := s.Get(key); got != nil || err != nil {
		t.Errorf("ST-5 no JSON: %q, %v", got, err)
	}
	if _, err := os.Stat(filepath.Join(dir, key)); err == nil {
		t.Error("ST-5: file stays")
	}
	s.Put(key, []byte("{}"))
	if err := s.Delete(key); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"", "../x", key + "/x", strings.ToUpper(key), "x" + key} {
		_, err := s.Get(bad)
		if !errors.Is(err, ErrInvalid) || !errors.Is(s.Put(bad, nil), ErrInvalid) || !errors.Is(s.Delete(bad), ErrInvalid) {
			t.Errorf("key %q taken", bad)
		}
	}
	os.Mkdir(filepath.Join(dir, key), 0o700)
	if _, err := s.Get(key); err == nil {
		t.Error("a directory is read as a record")
	}
	if err := s.Put(key, []byte("{}")); err == nil {
		t.Error("a directory is replaced")
	}
	if _, err := NewFileStore(filepath.Join(dir, key, "x\x00")); err == nil {
		t.Error("impossible directory made")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("a failed Put leaves %v", entries)
	}
}

func TestST6_RecordIsSyncedBeforeItHasItsName(t *testing.T) {
	s, err := NewFileStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	key := storeKey("", "b", "k", "", "/f")
	if err := s.Put(key, []byte(`{"a":1}`)); err != nil {
		t.Fatal(err)
	}
	s.sync = func(f *os.File) error {
		if content, err := os.ReadFile(f.Name()); err != nil || string(content) != `{"a":2}` {
			t.Errorf("synced %q, %v", content, err)
		}
		return errDied
	}
	if err := s.Put(key, []byte(`{"a":2}`)); !errors.Is(err, errDied) {
		t.Errorf("error %v", err)
	}
	entries, err := os.ReadDir(s.dir)
	if got, getErr := s.Get(key); len(entries) != 1 || string(got) != `{"a":1}` || err != nil || getErr != nil {
		t.Errorf("%v holds %q, %v, %v; want the old record alone", entries, got, err, getErr)
	}
}

func TestST9_UnfinishedRecordsAreSwept(t *testing.T) {
	dir := t.TempDir()
	key := storeKey("", "b", "k", "", "/f")
	old := time.Now().Add(-2 * time.Hour)
	for name, stamp := range map[string]time.Time{
		unfinishedPrefix + "old": old, unfinishedPrefix + "new": time.Now(), key: old, "record-old": old,
	} {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(file, []byte("{}"), 0o600), os.Chtimes(file, stamp, stamp)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, unfinishedPrefix+"dir"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(filepath.Join(dir, unfinishedPrefix+"dir"), old, old); err != nil {
		t.Fatal(err)
	}
	if _, err := NewFileStore(dir); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, entry := range entries {
		left = append(left, entry.Name())
	}
	want := []string{unfinishedPrefix + "dir", unfinishedPrefix + "new", key, "record-old"}
	if diff := cmp.Diff(want, left); diff != "" {
		t.Error(diff)
	}
}

func TestDefaultStoreDir(t *testing.T) {
	state := t.TempDir()
	t.Setenv("XDG_STATE_HOME", state)
	if dir, err := DefaultStoreDir(); dir != filepath.Join(state, "osssync", "resumable") || err != nil {
		t.Errorf("%q, %v", dir, err)
	}
	r := newRig(t, noise(1, 2*kib))
	r.inject(failPart(2))
	if _, err := r.upload(t, func(o *UploadOptions) { o.Store = nil }); err == nil {
		t.Fatal("no error")
	}
	entries, err := os.ReadDir(filepath.Join(state, "osssync", "resumable"))
	if err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
	t.Setenv("XDG_STATE_HOME", "relative")
	t.Setenv("HOME", "/home/u")
	if runtime.GOOS != "windows" {
		if dir, err := DefaultStoreDir(); dir != "/home/u/.local/state/osssync/resumable" || err != nil {
			t.Errorf("%q, %v", dir, err)
		}
	}
}

func TestRecords(t *testing.T) {
	s, err := NewFileStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	up := newRig(t, noise(1, 2*kib))
	up.inject(failPart(2))
	if _, err := up.upload(t, func(o *UploadOptions) { o.Store, o.Scope = s, "here" }); err == nil {
		t.Fatal("no error")
	}
	down := remoteRig(t, noise(1, 2*kib))
	down.inject(failRange("1024"))
	if _, err := down.download(t, func(o *DownloadOptions) { o.Store = s }); err == nil {
		t.Fatal("no error")
	}
	broken := storeKey("", "b", "k", "", "/f")
	other := storeKey("", "b", "k2", "", "/f")
	if err := errors.Join(s.Put(broken, []byte(`{"op_type":"ResumableUpload","version":1}`)), s.Put(other, []byte(`{"op_type":"Other"}`))); err != nil {
		t.Fatal(err)
	}
	os.WriteFile(filepath.Join(s.dir, "README"), nil, 0o600)
	var got []Record
	var failed []string
	for rec, err := range s.Records() {
		if err != nil {
			failed = append(failed, rec.StoreKey)
			continue
		}
		got = append(got, rec)
	}
	fi, err := os.Stat(up.file)
	if err != nil {
		t.Fatal(err)
	}
	source := FingerprintOf(fi)
	source.Device = 0 // of no record
	slices.SortFunc(got, func(a, b Record) int { return strings.Compare(b.Op, a.Op) })
	want := []Record{
		{StoreKey: storeKey("here", "bkt", "dir/key.bin", "", up.file), Op: OpUpload, Scope: "here", Bucket: "bkt", Key: "dir/key.bin", File: up.file, Size: 2 * kib, UploadID: "U1", Source: source},
		{StoreKey: storeKey("", "bkt", "dir/key.bin", "", down.out()), Op: OpDownload, Bucket: "bkt", Key: "dir/key.bin", File: down.out(), Size: 2 * kib, TempFile: down.temps(t)[0]},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	slices.Sort(failed)
	bad := []string{broken, other}
	slices.Sort(bad)
	if diff := cmp.Diff(bad, failed); diff != "" {
		t.Error(diff)
	}
	for range s.Records() {
		break
	}
	os.RemoveAll(s.dir)
	n := 0
	for _, err := range s.Records() {
		if n++; err == nil {
			t.Error("no error without a directory")
		}
	}
	if n != 1 {
		t.Errorf("%d pairs", n)
	}
}
