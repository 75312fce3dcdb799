package fault_test

import (
	"fmt"
	"io/fs"
	"syscall"

	"github.com/osssync/osssync/internal/fault"
)

func Example() {
	err := fmt.Errorf("download %q: %w", "a.bin", &fs.PathError{Op: "write", Path: "a.bin", Err: syscall.ENOSPC})
	fmt.Println(err)
	fmt.Println("a local disk:", fault.Of(err) == fault.Disk)
	fmt.Println("ends the run:", fault.Stops(err))
	fmt.Println("hint:", fault.Hint(err))
	// Output:
	// download "a.bin": write a.bin: no space left on device
	// a local disk: true
	// ends the run: true
	// hint: free space or make the folder writable; no existing file was changed
}
