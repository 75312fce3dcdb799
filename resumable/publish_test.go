package resumable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestL13_DL24_Attributes(t *testing.T) {
	r := remoteRig(t, noise(1, 10))
	plain := filepath.Join(r.dir, "plain")
	os.WriteFile(plain, nil, 0o666)
	want, _ := os.Stat(plain)
	r.mustDownload(t)
	if fi, _ := os.Stat(r.out()); fi.Mode() != want.Mode() {
		t.Errorf("mode %v, want what the umask leaves: %v", fi.Mode(), want.Mode())
	}
	root, err := os.OpenRoot(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for _, mark := range []string{"", "ABCDEFGHIJKLM"} {
		if mode, err := NewFileMode(root, mark); mode != want.Mode() || err != nil || len(r.temps(t)) != 0 {
			t.Errorf("new files with mark %q: %v, %v; temps %q", mark, mode, err, r.temps(t))
		}
	}
	if _, err := NewFileMode(root, "no mark"); !errors.Is(err, ErrInvalid) {
		t.Errorf("mark of other characters: %v", err)
	}
	root.Close()
	if mode, err := NewFileMode(root, ""); mode != 0 || !errors.Is(err, os.ErrClosed) {
		t.Errorf("closed root: %v, %v", mode, err)
	}
	stamp := time.Date(2001, 2, 3, 4, 5, 6, 123456700, time.UTC)
	r.mustDownload(t, func(o *DownloadOptions) { o.Mode, o.ModTime = 0o640|fs.ModeSetuid, stamp })
	if fi, _ := os.Stat(r.out()); fi.Mode() != 0o640 || !fi.ModTime().Truncate(time.Microsecond).Equal(stamp.Truncate(time.Microsecond)) {
		t.Errorf("mode %v, time %v", fi.Mode(), fi.ModTime())
	}
}

// A file that was closed to others, or to its owner, is not opened by new content.
func TestL13_ReplacedFileStaysNarrow(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no permissions")
	}
	for _, row := range []struct{ there, mode, want fs.FileMode }{
		{0o600, 0, 0o600},
		{0o600, 0o644, 0o600},
		{0o400, 0o644, 0o400},
		{0o755, 0o644, 0o644},
		{0o777 | fs.ModeSetuid, 0o640, 0o640},
		{0o460, 0o644, 0o440},
		{0, 0o644, 0},
	} {
		r := remoteRig(t, noise(1, 10))
		if err := errors.Join(os.WriteFile(r.out(), []byte("old"), 0o600), os.Chmod(r.out(), row.there)); err != nil {
			t.Fatal(err)
		}
		r.mustDownload(t, func(o *DownloadOptions) { o.Mode = row.mode })
		if fi, err := os.Stat(r.out()); err != nil || fi.Mode() != row.want || fi.Size() != 10 {
			t.Errorf("%v, asked for %v: got %v, %v", row.there, row.mode, fi.Mode(), err)
		}
	}
	r := remoteRig(t, noise(1, 10))
	if err := errors.Join(os.WriteFile(r.out()+".secret", nil, 0o600), os.Symlink("out.bin.secret", r.out())); err != nil {
		t.Fatal(err)
	}
	r.mustDownload(t, func(o *DownloadOptions) { o.Mode = 0o644 })
	if fi, err := os.Lstat(r.out()); err != nil || fi.Mode() != 0o644 {
		t.Errorf("in the place of a link: %v, %v", fi.Mode(), err)
	}
}

func TestEDGE10_Destinations(t *testing.T) {
	for _, threshold := range []int64{0, NoThreshold} {
		r := remoteRig(t, noise(1, 2*kib))
		opts := r.downOpts()
		opts.Threshold = threshold
		sub := filepath.Join(r.dir, "sub")
		os.Mkdir(sub, 0o700)
		if _, err := Download(t.Context(), r.c, "bkt", "dir/key.bin", filepath.Join(r.dir, "no", "x"), opts); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("directory missing: %v", err)
		}
		if _, err := Download(t.Context(), r.c, "bkt", "dir/key.bin", sub, opts); !errors.Is(err, ErrInvalid) {
			t.Errorf("destination is a directory: %v", err)
		}
		if ops := r.ops(); len(ops) != 0 {
			t.Errorf("requests %q", ops)
		}
		victim := filepath.Join(sub, "victim")
		os.WriteFile(victim, []byte("safe"), 0o600)
		if os.Symlink(victim, r.out()) == nil {
			r.mustDownload(t, func(o *DownloadOptions) { o.Threshold = threshold })
			if got, _ := os.ReadFile(victim); string(got) != "safe" {
				t.Error("link was followed")
			}
		}
	}
}

func TestDL22_RootAndPathShareARecord(t *testing.T) {
	r := remoteRig(t, noise(1, 3*kib))
	root, err := os.OpenRoot(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	r.inject(failRange("2048"))
	opts := r.downOpts()
	opts.Root = root
	if _, err := Download(t.Context(), r.c, "bkt", "dir/key.bin", "out.bin", opts); err == nil {
		t.Fatal("no error")
	}
	t.Chdir(r.dir)
	r.inject(nil)
	res, err := Download(t.Context(), r.c, "bkt", "dir/key.bin", "out.bin", r.downOpts())
	if err != nil || res.RangesKept != 2 {
		t.Fatalf("%+v, %v", res, err)
	}
	r.checkFile(t, res)
	for _, name := range []string{"../x", "/x", ".", "", "a/../x"} {
		if _, err := Download(t.Context(), r.c, "bkt", "dir/key.bin", name, opts); !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestNoReplace(t *testing.T) { // L5
	for _, threshold := range []int64{0, NoThreshold} {
		r := remoteRig(t, noise(1, 2*kib))
		opts := func(o *DownloadOptions) { o.NoReplace, o.Threshold = true, threshold }
		late := func(o *DownloadOptions) {
			o.BeforePublish = func(root *os.Root, name string) error {
				return root.WriteFile(name, []byte("mine"), 0o600)
			}
		}
		if _, err := r.download(t, opts, late); !errors.Is(err, fs.ErrExist) {
			t.Errorf("error %v", err)
		}
		if _, err := r.download(t, opts); !errors.Is(err, fs.ErrExist) {
			t.Errorf("error %v", err)
		}
		if got, _ := os.ReadFile(r.out()); string(got) != "mine" {
			t.Error("replaced")
		}
		os.Remove(r.out())
		r.mustDownload(t, opts)
	}
}

// linkless is the link of a file system that has no hard links.
func linkless(errno error) func(root *os.Root, oldname, newname string) error {
	return func(_ *os.Root, oldname, newname string) error {
		return &os.LinkError{Op: "link", Old: oldname, New: newname, Err: errno}
	}
}

func TestNoReplaceWithoutLinks(t *testing.T) {
	for _, errno := range []error{syscall.EPERM, syscall.ENOTSUP, syscall.EOPNOTSUPP, syscall.ENOSYS, syscall.EMLINK} {
		if runtime.GOOS == "windows" && (errno == syscall.EPERM || errno == syscall.EMLINK) {
			continue // Windows has numbers of its own for these
		}
		t.Run(errno.Error(), func(t *testing.T) {
			dir := t.TempDir()
			root, err := os.OpenRoot(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer root.Close()
			put := func(name, content string) {
				t.Helper()
				if err := root.WriteFile(name, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			put("temp", "new")
			put("taken", "mine")
			if err := publishNew(root, linkless(errno), "temp", "taken"); !errors.Is(err, fs.ErrExist) {
				t.Errorf("error %v, want %v", err, fs.ErrExist)
			}
			if err := publishNew(root, linkless(errno), "temp", "free"); err != nil {
				t.Error(err)
			}
			for name, want := range map[string]string{"taken": "mine", "free": "new"} {
				if got, err := root.ReadFile(name); string(got) != want || err != nil {
					t.Errorf("%s holds %q, %v, want %q", name, got, err, want)
				}
			}
			if _, err := root.Lstat("temp"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("temporary file: %v", err)
			}
		})
	}
}

func TestNoReplaceKeepsOtherErrorsOfLinks(t *testing.T) {
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if err := root.WriteFile("temp", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := publishNew(root, linkless(syscall.EIO), "temp", "free"); !errors.Is(err, syscall.EIO) {
		t.Errorf("error %v, want %v", err, syscall.EIO)
	}
	if _, err := root.Lstat("free"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("published: %v", err)
	}
}

func TestDL21_PublishingFailsThenOnlyPublishes(t *testing.T) {
	r := remoteRig(t, noise(1, 3*kib))
	refuse := errors.New("target has changed")
	_, err := r.download(t, func(o *DownloadOptions) {
		o.Mode = 0o444
		o.BeforePublish = func(root *os.Root, name string) error {
			if name != "out.bin" || len(r.temps(t)) != 1 {
				t.Errorf("called with %q", name)
			}
			return refuse
		}
	})
	if !errors.Is(err, refuse) || len(r.temps(t)) != 1 || r.store.len() != 1 {
		t.Fatalf("error %v, temps %q, %d records", err, r.temps(t), r.store.len())
	}
	if fi, err := os.Stat(r.temps(t)[0]); err != nil || fi.Mode() != tempMode {
		t.Errorf("temporary file has mode %v", fi.Mode())
	}
	r.ops()
	res := r.mustDownload(t)
	if diff := cmp.Diff([]string{"HEAD"}, r.ops()); diff != "" || res.RangesKept != 3 {
		t.Errorf("%s %+v", diff, res)
	}
}

func TestTempFile(t *testing.T) { // DL-7 L2
	r := remoteRig(t, noise(1, 2*kib))
	check := func(o *DownloadOptions) {
		o.BeforePublish = func(*os.Root, string) error {
			temps := r.temps(t)
			if len(temps) != 1 {
				t.Errorf("temps %q", temps)
			}
			return nil
		}
	}
	r.inject(failRange("1024"))
	if _, err := r.download(t); err == nil {
		t.Fatal("no error")
	}
	if fi, err := os.Stat(r.temps(t)[0]); err != nil || fi.Mode() != 0o600 {
		t.Errorf("mode %v, want 0600", fi.Mode())
	}
	if _, err := os.Stat(r.out()); err == nil {
		t.Error("half a file is visible")
	}
	r.inject(nil)
	r.mustDownload(t, check)
	for name, want := range map[string]bool{
		".osssync-tmp-ABCDEFGHIJKLMNOPQRSTUVWXYZ": true, "a/b/.osssync-tmp-23456723456723456723456723": true,
		".osssync-tmp-": false, ".osssync-tmp-abc": false, "osssync-tmp-ABCDEFGHIJKLMNOPQRSTUVWXYZ": false,
		".osssync-tmp-ABCDEFGHIJKLMNOPQRSTUVWXY/": false, ".osssync-tmp-ABCDEFGHIJKLMNOPQRSTUVWXYz": false, "": false,
	} {
		if IsTempName(name) != want {
			t.Errorf("IsTempName(%q) = %t", name, !want)
		}
	}
}
