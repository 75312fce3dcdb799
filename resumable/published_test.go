package resumable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// syncs makes a download call hook at each sync, told whether it is one of a
// directory.
func syncs(hook func(dir bool) error) func(*DownloadOptions) {
	return func(o *DownloadOptions) {
		o.limits.sync = func(f *os.File) error {
			fi, err := f.Stat()
			if err != nil {
				return err
			}
			return errors.Join(f.Sync(), hook(fi.IsDir()))
		}
	}
}

func TestL1_SyncedBeforeAndAfterTheRename(t *testing.T) {
	for _, threshold := range []int64{0, NoThreshold} {
		r := remoteRig(t, noise(1, 2*kib))
		var seen []string
		r.mustDownload(t, func(o *DownloadOptions) { o.Threshold = threshold }, syncs(func(dir bool) error {
			_, err := os.Stat(r.out())
			seen = append(seen, fmt.Sprintf("directory %t published %t", dir, err == nil))
			return nil
		}))
		want := "[directory false published false directory true published true]"
		if runtime.GOOS == "windows" {
			want = "[directory false published false]"
		}
		if got := fmt.Sprint(seen); got != want {
			t.Errorf("synced %s, want %s", got, want)
		}
	}
}

func TestL1_L8_FailedSyncs(t *testing.T) {
	for _, threshold := range []int64{0, NoThreshold} {
		plain := func(o *DownloadOptions) { o.Threshold = threshold }
		r := remoteRig(t, noise(1, 2*kib))
		_, err := r.download(t, plain, syncs(func(dir bool) error { return syscall.EIO }))
		var unsynced *syncError
		if !errors.As(err, &unsynced) {
			t.Errorf("error %v", err)
		}
		if _, err := os.Stat(r.out()); !errors.Is(err, fs.ErrNotExist) || len(r.temps(t)) != 0 || r.store.len() != 0 {
			t.Errorf("unsynced file: published %v, temps %q, %d records", err, r.temps(t), r.store.len())
		}
		r.mustDownload(t, plain, syncs(func(dir bool) error { // the names: it is published all the same
			if dir {
				return syscall.EIO
			}
			return nil
		}))
	}
}

// The file is written to between its rename and the look at it.
func TestP1_EditRightAfterPublicationIsNotOurs(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no sync of the directory to stop at")
	}
	stamp := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	edit := func(file string, flag int) error {
		f, err := os.OpenFile(file, os.O_WRONLY|flag, 0)
		if err != nil {
			return err
		}
		_, err = f.WriteString("edited")
		if flag == os.O_APPEND { // with its time put back
			err = errors.Join(err, os.Chtimes(file, stamp, stamp))
		}
		return errors.Join(err, f.Close())
	}
	for name, flag := range map[string]int{"longer": os.O_APPEND, "of the same size": 0, "shorter": os.O_TRUNC} {
		for _, noReplace := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s NoReplace=%t", name, noReplace), func(t *testing.T) {
				r := remoteRig(t, noise(1, 2*kib))
				res, err := r.download(t, func(o *DownloadOptions) {
					o.ModTime, o.NoReplace = stamp, noReplace
				}, syncs(func(dir bool) error {
					if dir {
						return edit(r.out(), flag)
					}
					return nil
				}))
				if err != nil {
					t.Fatal(err)
				}
				if res.Fingerprint != (Fingerprint{}) {
					t.Errorf("fingerprint %+v of what somebody else wrote", res.Fingerprint)
				}
			})
		}
	}
}

// The link stands, so what the removal of the old name says is of no account.
func TestNoReplaceStandsWhenTheOldNameCannotBeRemoved(t *testing.T) {
	linkAway := func(root *os.Root, oldname, newname string) error {
		return errors.Join(root.Link(oldname, newname), root.Remove(oldname))
	}
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if err := root.WriteFile("temp", []byte("new"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := publishNew(root, linkAway, "temp", "name"); errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	} else if err != nil {
		t.Errorf("error %v", err)
	}
	if got, err := root.ReadFile("name"); string(got) != "new" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// A rename may have taken effect although it reports a failure, as over NFS.
func TestPublishedFileKeepsItsPermissions(t *testing.T) {
	r := remoteRig(t, noise(1, 2*kib))
	p, err := openPlace(nil, r.out(), false)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	d := &download{place: p}
	for name, want := range map[string]fs.FileMode{"out.bin": 0o644, "temp": tempMode} {
		f, err := p.root.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := errors.Join(f.Chmod(0o644), d.undress(f)); err != nil {
			t.Error(err)
		}
		if fi, err := f.Stat(); err != nil || runtime.GOOS != "windows" && fi.Mode() != want {
			t.Errorf("%s has mode %v, want %v", name, fi.Mode(), want)
		}
	}
}
