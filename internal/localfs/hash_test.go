//go:build unix

package localfs

import (
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"hash/crc64"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

func TestHash(t *testing.T) {
	for _, size := range []int{0, 1, hashBuffer - 1, hashBuffer, hashBuffer + 1, 3*hashBuffer + 7} {
		content := make([]byte, size)
		rnd := rand.NewChaCha8([32]byte{byte(size)})
		rnd.Read(content)
		r := plant(t, "d/")
		if err := os.WriteFile(filepath.Join(r.path, "d/f"), content, 0o644); err != nil {
			t.Fatal(err)
		}
		st, err := r.Lstat("d/f")
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Hash(t.Context(), "d/f", st)
		want := Sums{MD5: md5.Sum(content), CRC64: crc64.Checksum(content, crc64.MakeTable(crc64.ECMA)), Size: int64(size), Stat: st}
		if err != nil || got != want {
			t.Errorf("%d bytes: %+v, %v; want %+v", size, got, err, want)
		}
	}
}

func TestP1_P4_P5_P6_P7_P9_HashChanged(t *testing.T) {
	file := func(r *Root) string { return filepath.Join(r.path, "f") }
	touch := func(r *Root) error { return os.Chtimes(file(r), time.Time{}, time.Unix(1, 0)) }
	replace := func(r *Root) error {
		return errors.Join(os.WriteFile(file(r)+".new", []byte("f"), 0o644), os.Rename(file(r)+".new", file(r)))
	}
	tests := []struct {
		name string
		do   func(*Root) error
	}{
		{"P1 touched", touch},
		{"P1 mode", func(r *Root) error { return os.Chmod(file(r), 0o600) }},
		{"P1 rewritten with the same size and time", func(r *Root) error {
			fi, err := os.Stat(file(r))
			if err != nil {
				return err
			}
			return errors.Join(os.WriteFile(file(r), []byte("g"), 0o644), os.Chtimes(file(r), time.Time{}, fi.ModTime()))
		}},
		{"P4 shorter", func(r *Root) error { return os.Truncate(file(r), 0) }},
		{"P5 longer", func(r *Root) error { return os.WriteFile(file(r), []byte("longer"), 0o644) }},
		{"P6 gone", func(r *Root) error { return os.Remove(file(r)) }},
		{"P7 replaced", replace},
		{"P7 replaced by a FIFO", func(r *Root) error { return errors.Join(os.Remove(file(r)), syscall.Mkfifo(file(r), 0o600)) }},
		{"P7 replaced by a directory", func(r *Root) error { return errors.Join(os.Remove(file(r)), os.Mkdir(file(r), 0o755)) }},
		{"P9 replaced by a link", func(r *Root) error { return errors.Join(os.Remove(file(r)), os.Symlink("other", file(r))) }},
	}
	for _, tt := range tests {
		for _, when := range []string{"before", "while"} {
			t.Run(tt.name+" "+when, func(t *testing.T) {
				r := plant(t, "f", "other")
				st, err := r.Lstat("f")
				if err != nil {
					t.Fatal(err)
				}
				change := func() {
					if err := tt.do(r); err != nil {
						t.Error(err)
					}
				}
				if when == "before" {
					change()
				} else {
					r.afterRead = change
				}
				if _, err := r.Hash(t.Context(), "f", st); !errors.Is(err, ErrChanged) {
					t.Errorf("%v, want ErrChanged", err)
				}
			})
		}
	}
}

func TestHashRefuses(t *testing.T) {
	r := plant(t, "f", "up -> ../../../etc/hostname")
	st, err := r.Lstat("f")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Hash(t.Context(), "up", st); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("P9 link that leaves: %v", err)
	}
	var refused *PathError
	if _, err := r.Hash(t.Context(), "../f", st); !errors.As(err, &refused) {
		t.Errorf("dots: %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errInjected)
	if _, err := r.Hash(ctx, "f", st); !errors.Is(err, errInjected) {
		t.Errorf("ended context: %v", err)
	}
}

func BenchmarkHash(b *testing.B) {
	r := plant(b, "f")
	const size = 64 << 20
	if err := os.WriteFile(filepath.Join(r.path, "f"), make([]byte, size), 0o644); err != nil {
		b.Fatal(err)
	}
	st, err := r.Lstat("f")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Hash(b.Context(), "f", st); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHashSmall hashes files of 512 bytes, as a plan without an index does: to
// open and close them is most of it.
func BenchmarkHashSmall(b *testing.B) {
	r := plant(b)
	const files, size = 1000, 512
	stats := make([]Stat, files)
	for i := range stats {
		name := fmt.Sprintf("f%03d", i)
		if err := os.WriteFile(filepath.Join(r.path, name), make([]byte, size), 0o644); err != nil {
			b.Fatal(err)
		}
		var err error
		if stats[i], err = r.Lstat(name); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		for i, st := range stats {
			if _, err := r.Hash(b.Context(), fmt.Sprintf("f%03d", i), st); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/files, "ns/file")
}

// TestHasher hashes files of several folders in turn, by links as well, and finds what
// Root finds, also after a folder has been replaced.
func TestHasher(t *testing.T) {
	dir := t.TempDir()
	write := func(path, content string) {
		t.Helper()
		name := filepath.Join(dir, path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(content), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	paths := []string{"a", "d/a", "d/b", "d/e/a", "e/a", "e/out"}
	for _, path := range paths[:5] {
		write(path, "content of "+path)
	}
	if err := os.Symlink("../d/b", filepath.Join(dir, "e/out")); err != nil {
		t.Skip(err)
	}
	r, err := OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	h := Hasher{Root: r}
	defer h.Close()
	all := func(Stat) bool { return true }
	for _, path := range append(paths, "d/b", "d/nosuch", "nosuch/a", "../a") {
		want, wantErr := r.HashAs(t.Context(), path, all)
		got, err := h.HashAs(t.Context(), path, all)
		if got != want || fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Errorf("%s: %+v, %v; want %+v, %v", path, got, err, want, wantErr)
		}
	}
	if _, err := h.HashAs(t.Context(), "d/a", all); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "d")); err != nil {
		t.Fatal(err)
	}
	if _, err := h.HashAs(t.Context(), "d/a", all); !errors.Is(err, ErrChanged) {
		t.Errorf("a file that is gone with its folder: %v", err)
	}
	write("d/a", "another")
	if got, err := h.HashAs(t.Context(), "d/a", all); err != nil || got.Size != 7 {
		t.Errorf("a file in a new folder: %+v, %v", got, err)
	}
}
