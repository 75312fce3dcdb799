//go:build !linux

package disk

import (
	"io/fs"
	"os"
)

func lstatIn(root *os.Root, _ *os.File, name string) (fs.FileInfo, error) { return root.Lstat(name) }
