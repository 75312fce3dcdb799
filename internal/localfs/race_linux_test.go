package localfs

import (
	"crypto/md5"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// exchange swaps the directory d of r with a link to target, each time in one
// step, until the test is over.
func exchange(t *testing.T, r *Root, target string) {
	dir := filepath.Join(r.path, "d")
	if err := os.Symlink(target, dir+".link"); err != nil {
		t.Fatal(err)
	}
	if err := unix.Renameat2(unix.AT_FDCWD, dir, unix.AT_FDCWD, dir+".link", unix.RENAME_EXCHANGE); err != nil {
		t.Skip(err)
	}
	stop := make(chan struct{})
	var swapper sync.WaitGroup
	swapper.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				unix.Renameat2(unix.AT_FDCWD, dir, unix.AT_FDCWD, dir+".link", unix.RENAME_EXCHANGE)
			}
		}
	})
	t.Cleanup(func() {
		close(stop)
		swapper.Wait()
	})
}

// P9, L3: while somebody swaps a directory for a link to secrets outside, and
// back, whatever a walk shows and Hash reads is from the tree.
func TestP9_L3_WalkAndHashAgainstLinkToOutside(t *testing.T) {
	r := plant(t, "d/f")
	outside := plant(t, "f")
	if err := os.WriteFile(filepath.Join(outside.path, "f"), []byte("top"), 0o644); err != nil {
		t.Fatal(err)
	}
	exchange(t, r, outside.path)
	inside := md5.Sum([]byte("d/f"))
	for range 1000 {
		for _, mode := range []SymlinkMode{SkipSymlinks, FollowSymlinks} {
			for e, err := range r.Walk(t.Context(), WalkOptions{Symlinks: mode}) {
				if err != nil {
					t.Fatal(err)
				}
				if e.Problem != None {
					continue
				}
				if sums, err := r.Hash(t.Context(), e.Path, e.Stat); err == nil && sums.MD5 != inside {
					t.Fatalf("%q: content from outside", e.Path)
				}
			}
		}
	}
}

// L3: the same with a link to another directory of the tree, which os.Root
// itself would follow.
func TestL3_WalkAgainstLinkToInside(t *testing.T) {
	r := plant(t, "d/f", "e/other")
	exchange(t, r, "e")
	for range 3000 {
		for e, err := range r.Walk(t.Context(), WalkOptions{}) {
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(e.Path, "/other") && e.Path != "e/other" {
				t.Fatal("the walk followed a link")
			}
		}
		if dir, _, err := r.parent("d/x", noCreate); err == nil {
			if _, err := dir.Lstat("other"); err == nil {
				t.Fatal("a parent was reached through a link")
			}
			dir.Close()
		}
	}
}
