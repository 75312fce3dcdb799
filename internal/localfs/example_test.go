package localfs_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/osssync/osssync/internal/localfs"
)

func Example() {
	dir, err := os.MkdirTemp("", "localfs")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	for _, name := range []string{"a/b", "a-b", "index.html"} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			panic(err)
		}
		if err := os.WriteFile(file, []byte("hello"), 0o644); err != nil {
			panic(err)
		}
	}
	if err := os.Symlink("a-b", filepath.Join(dir, "link")); err != nil {
		panic(err)
	}

	root, err := localfs.OpenRoot(dir)
	if err != nil {
		panic(err)
	}
	defer root.Close()
	ctx := context.Background()
	for entry, err := range root.Walk(ctx, localfs.WalkOptions{}) {
		if err != nil {
			panic(err)
		}
		if entry.Problem != localfs.None {
			fmt.Printf("%q: %s\n", entry.Path, entry.Problem)
			continue
		}
		sums, err := root.Hash(ctx, entry.Path, entry.Stat)
		if err != nil {
			panic(err)
		}
		fmt.Printf("%q: MD5 %X\n", entry.Path, sums.MD5)
	}
	// Output:
	// "a-b": MD5 5D41402ABC4B2A76B9719D911017C592
	// "a/b": MD5 5D41402ABC4B2A76B9719D911017C592
	// "index.html": MD5 5D41402ABC4B2A76B9719D911017C592
	// "link": symbolic link, not followed
}
