package disk_test

import (
	"fmt"
	"os"

	"github.com/osssync/osssync/internal/disk"
)

// A file is written under another name, synced, and renamed.
func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	root, err := disk.OpenRoot(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer root.Close()
	f, err := disk.OpenFile(root, "new", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(disk.Write(f, []byte("hello\n")))
	fmt.Println(disk.Sync(f), disk.Close(f))
	fmt.Println(disk.Rename(root, "new", "greeting"))
	text, err := disk.ReadFile(dir + "/greeting")
	fmt.Printf("%q %v\n", text, err)
	// Output:
	// 6 <nil>
	// <nil> <nil>
	// <nil>
	// "hello\n" <nil>
}
