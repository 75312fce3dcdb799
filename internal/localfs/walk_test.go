//go:build unix

package localfs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func TestD6_WalkOrder(t *testing.T) {
	r := plant(t, "a/b", "a!", "foo/x", "foo-bar", "foo.txt", "foo0", "empty/", ".osssync/trash/x", "foo/.osssync-tmp-1")
	want := []string{"a!", "a/b", "foo-bar", "foo.txt", "foo/x", "foo0"}
	if diff := cmp.Diff(want, walkLines(t, r, WalkOptions{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// A directory that is passed over is shown where what it hides would be, and is not
// opened.
func TestK13_P16_WalkPassesOver(t *testing.T) {
	r := plant(t, ".git/HEAD", ".git-x", ".github/x", "a/.git/HEAD", "a/b", "c/.git")
	opened := ""
	options := WalkOptions{
		Pass: func(dir string) bool { return dir == ".git" || strings.HasSuffix(dir, "/.git") },
		Match: func(path string) bool {
			if strings.Contains(path, ".git/") {
				opened = path
			}
			return true
		},
	}
	want := []string{".git-x", ".git/: passed over", ".github/x", "a/.git/: passed over", "a/b", "c/.git"}
	if diff := cmp.Diff(want, walkLines(t, r, options)); diff != "" || opened != "" {
		t.Errorf("looked at %q, -want +got:\n%s", opened, diff)
	}
	options.MatchDir = func(dir string) bool { return dir != ".git" }
	if got := walkLines(t, r, options); slices.Contains(got, ".git/: passed over") {
		t.Errorf("what is not wanted is shown: %q", got)
	}
}

// On random trees of names that sort around the slash, a walk gives exactly
// what was made, in the byte order of the whole paths.
func TestD6_WalkOrderOfRandomTrees(t *testing.T) {
	name := rapid.OneOf(
		rapid.SampledFrom([]string{"a", "a!", "a-", "a.", "a/", "a0", "b", "é", " ", "%2F", "A", "ab", "\\b", "a\x7f", "a\xff", "\\", "."}),
		rapid.StringOfN(rapid.RuneFrom([]rune("ab-./0!é")), 1, 3, -1),
	)
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		var want []string
		for _, parts := range rapid.SliceOfN(rapid.SliceOfN(name, 1, 4), 0, 25).Draw(rt, "paths") {
			path := filepath.ToSlash(filepath.Clean(strings.Join(parts, "/")))
			if !filepath.IsLocal(path) || os.MkdirAll(filepath.Join(dir, filepath.Dir(path)), 0o755) != nil {
				continue
			}
			f, err := os.OpenFile(filepath.Join(dir, path), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
			if err != nil {
				continue
			}
			f.Close()
			want = append(want, path)
		}
		slices.Sort(want)
		r, err := OpenRoot(dir)
		if err != nil {
			rt.Fatal(err)
		}
		defer r.Close()
		var got, hidden []string
		last := ""
		for e, err := range r.Walk(context.Background(), WalkOptions{}) {
			if err != nil {
				rt.Fatal(err)
			}
			if e.Path <= last {
				rt.Fatalf("%q after %q", e.Path, last)
			}
			if last = e.Path; e.Problem == None {
				got = append(got, e.Path)
			} else {
				hidden = append(hidden, e.Path)
			}
		}
		want = slices.DeleteFunc(want, func(path string) bool {
			return slices.ContainsFunc(hidden, func(h string) bool {
				return path == h || strings.HasSuffix(h, "/") && strings.HasPrefix(path, h)
			})
		})
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			rt.Fatalf("-want +got:\n%s", diff)
		}
		for _, path := range got {
			if p := CheckPath(path); p != None {
				rt.Fatalf("%q shown, but CheckPath says %s", path, p)
			}
		}
	})
}

func TestK9_K10_K12_P8_P9_WalkProblems(t *testing.T) {
	long := strings.Repeat("x", 250)
	deep := strings.Repeat(long+"/", 4) + "y" // 1005 bytes
	tests := []struct {
		name string
		tree []string
		opts WalkOptions
		want []string
	}{
		{"D16 FIFO", []string{"p |", "q"}, WalkOptions{}, []string{"p: named pipe", "q"}},
		{"K9 not UTF-8", []string{"b\xff", "d\xfe/x", "e"}, WalkOptions{},
			[]string{"b\xff: not UTF-8", "d\xfe/: not UTF-8", "e"}},
		{"K4 control characters", []string{"a\nb", "d\x7f/x", "c\u0085"}, WalkOptions{},
			[]string{"a\nb: control character in the name", "c\u0085: control character in the name", "d\x7f/: control character in the name"}},
		{"K3 backslash", []string{`\a`, `a\b`, `d/\b`}, WalkOptions{}, []string{`\a: leading backslash`, `a\b`, `d/\b`}},
		{"K10 long path", []string{deep, strings.Repeat(long+"/", 4) + strings.Repeat("z", 30)}, WalkOptions{},
			[]string{deep, strings.Repeat(long+"/", 4) + strings.Repeat("z", 30) + ": path longer than 1023 bytes"}},
		{"K12 reserved in another case", []string{".OSSSYNC/x", ".osssync/y", ".Osssync-Tmp-1", ".osssync-tmp-2"}, WalkOptions{},
			[]string{".OSSSYNC/: name reserved for osssync", ".Osssync-Tmp-1: name reserved for osssync"}},
		{"links skipped", []string{"f", "a -> f", "d/x", "b -> d", "z -> nowhere"}, WalkOptions{},
			[]string{"a: symbolic link, not followed", "b: symbolic link, not followed", "d/x", "f", "z: symbolic link, not followed"}},
		{"links refused", []string{"f", "a -> f"}, WalkOptions{Symlinks: RefuseSymlinks},
			[]string{"a: symbolic link, refused by the mapping", "f"}},
		{"links followed", []string{"d/x", "d/y -> x", "b -> d", "b-", "c -> d/x"}, WalkOptions{Symlinks: FollowSymlinks},
			[]string{"b-", "b/x", "b/y", "c", "d/x", "d/y"}},
		{"links with dots inside a followed directory", []string{"f", "d/e/up -> ../../f", "g -> d/e"}, WalkOptions{Symlinks: FollowSymlinks},
			[]string{"d/e/up", "f", "g/up"}},
		{"P9 links that leave", []string{"a -> ../..", "b -> /etc/hostname", "c -> nowhere", "d/e -> ../../x", "p |", "q -> p"}, WalkOptions{Symlinks: FollowSymlinks},
			[]string{"a: symbolic link that leads out of the root", "b: symbolic link that leads out of the root",
				"c: symbolic link to nothing", "d/e: symbolic link that leads out of the root", "p: named pipe", "q: named pipe"}},
		{"P8 loops", []string{"a/x", "a/up -> ..", "a/self -> self", "b/to -> ../c", "c/to -> ../b"}, WalkOptions{Symlinks: FollowSymlinks},
			[]string{"a/self: symbolic link that leads back to itself", "a/up/: symbolic link that leads back to itself", "a/x",
				"b/to/to/: symbolic link that leads back to itself", "c/to/to/: symbolic link that leads back to itself"}},
		{"matchers", []string{"a.html", "a.map", "s/b.html", "t/c.html", "t/p |", "u -> s", "v |"},
			WalkOptions{
				Match:    func(p string) bool { return strings.HasSuffix(p, ".html") },
				MatchDir: func(d string) bool { return d != "t" },
			},
			[]string{"a.html", "s/b.html", "u: symbolic link, not followed"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := plant(t, tt.tree...)
			if diff := cmp.Diff(tt.want, walkLines(t, r, tt.opts)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestWalkSocketAndDevice(t *testing.T) {
	r := plant(t, "a")
	l, err := net.Listen("unix", filepath.Join(r.path, "s"))
	if err != nil {
		t.Skip(err)
	}
	defer l.Close()
	want := []string{"a", "s: socket"}
	if syscall.Mknod(filepath.Join(r.path, "null"), syscall.S_IFCHR|0o600, 1<<8|3) == nil {
		want = slices.Insert(want, 1, "null: device")
	}
	if diff := cmp.Diff(want, walkLines(t, r, WalkOptions{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestWalkEnds(t *testing.T) {
	r := plant(t, "a", "b", "d/x", "d/y")
	t.Run("with its context", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		n := 0
		var last error
		for _, err := range r.Walk(ctx, WalkOptions{}) {
			n++
			last = err
			cancel(errInjected)
		}
		if n != 2 || !errors.Is(last, errInjected) {
			t.Errorf("%d items, then %v; want 2 and the cause", n, last)
		}
	})
	t.Run("with its consumer", func(t *testing.T) {
		n := 0
		for _, err := range r.Walk(t.Context(), WalkOptions{}) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == 3 {
				break
			}
		}
		if n != 3 {
			t.Errorf("%d items, want 3", n)
		}
	})
}

// The deepest tree whose files can be keys is walked to its end, and what lies
// deeper is one problem.
func TestWalkDeepTree(t *testing.T) {
	r := plant(t, strings.Repeat("a/", 511)+"f")
	got := walkLines(t, r, WalkOptions{})
	if diff := cmp.Diff([]string{strings.Repeat("a/", 511) + "f"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	dir, _, err := r.parent(strings.Repeat("a/", 600)+"f", 0o755)
	if err != nil {
		t.Fatal(err)
	}
	dir.Close()
	got = walkLines(t, r, WalkOptions{})
	if diff := cmp.Diff(strings.Repeat("a/", 513)+": path longer than 1023 bytes", got[0]); diff != "" || len(got) != 2 {
		t.Errorf("%d lines; -want +got:\n%s", len(got), diff)
	}
}

// wide is a directory of many names and one file.
type wide struct {
	directory
	n int
}

func (w wide) Names() ([]string, error) {
	names := make([]string, w.n)
	for i := range names {
		names[i] = fmt.Sprintf("%08d", i)
	}
	return names, nil
}

func (w wide) Lstat(string) (fs.FileInfo, error) { return w.directory.Lstat("f") }

func TestWalkWideDirectoryMemory(t *testing.T) {
	r := plant(t, "f")
	const n = 50_000
	r.wrap = func(d directory) directory { return wide{d, n} }
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	count := 0
	for range r.Walk(t.Context(), WalkOptions{}) {
		count++
	}
	runtime.ReadMemStats(&after)
	if count != n {
		t.Errorf("%d entries, want %d", count, n)
	}
	// About 110 for the child, 24 for the name, 16 for the header, 230 for the
	// FileInfo that lives for a moment.
	if perName := (after.TotalAlloc - before.TotalAlloc) / n; perName > 600 {
		t.Errorf("%d bytes a name, want at most 600", perName)
	}
}

func BenchmarkWalk(b *testing.B) {
	dir := b.TempDir()
	for d := range 200 {
		sub := filepath.Join(dir, fmt.Sprintf("d%03d", d))
		if err := os.Mkdir(sub, 0o755); err != nil {
			b.Fatal(err)
		}
		for f := range 100 {
			if err := os.WriteFile(filepath.Join(sub, fmt.Sprintf("f%03d", f)), nil, 0o644); err != nil {
				b.Fatal(err)
			}
		}
	}
	r := openRoot(b, dir)
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range r.Walk(b.Context(), WalkOptions{}) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != 20_000 {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/20_000, "ns/file")
}
