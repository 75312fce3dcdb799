package chaos

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// diskFault is one thing that goes wrong in a call to the local disk. Its text is
// such as "@rename#1/EIO". Worlds have them only in builds with the tag failpoint.
type diskFault struct {
	op   string // as package disk names it
	nth  int    // which of the run's calls for op, from 1 on
	ever bool   // and all after it, written "+"
	do   string // the name of an error number, or one of the words below
}

const (
	shortWrite = "short"  // half of the bytes get through, then the disk is full
	meddling   = "meddle" // somebody changes the file right before the call
	// And killed: neither this call nor any other thing of the run happens.
)

func (f diskFault) String() string {
	ever := ""
	if f.ever {
		ever = "+"
	}
	return fmt.Sprintf("@%s#%d%s/%s", f.op, f.nth, ever, f.do)
}

// parseDiskFault reads what String wrote.
func parseDiskFault(text string) (f diskFault, err error) {
	call, do, _ := strings.Cut(strings.TrimPrefix(text, "@"), "/")
	op, nth, _ := strings.Cut(call, "#")
	nth, f.ever = strings.CutSuffix(nth, "+")
	f.op, f.do = op, do
	if f.nth, err = strconv.Atoi(nth); err != nil || f.nth < 1 {
		return f, fmt.Errorf("disk fault %q: number %q", text, nth)
	}
	if !slices.Contains(diskFaultsOf(op), do) {
		return f, fmt.Errorf("disk fault %q: not in the catalogue", text)
	}
	return f, nil
}

// diskOps are the calls that can go wrong, as package disk names them.
var diskOps = []string{
	"open", "create", "mkdir", "read", "write", "readdir", "lstat", "stat", "sync", "chmod", "chtimes", "close",
	"rename", "link", "remove", "rmdir", "lock", "commit",
}

// diskFaultsOf returns what can go wrong with a call.
func diskFaultsOf(op string) []string {
	if !slices.Contains(diskOps, op) {
		return nil
	}
	return append(troubleOf(op), killed)
}

// troubleOf is what the disk, or somebody else, can do to a call.
func troubleOf(op string) []string {
	switch op {
	case "open":
		return []string{"EIO", "EMFILE", "EACCES", meddling}
	case "create":
		return []string{"EIO", "EMFILE", "ENOSPC", "EROFS"}
	case "mkdir":
		return []string{"EACCES", "ENOSPC", "EROFS"}
	case "read":
		return []string{"EIO", shortWrite, meddling}
	case "write":
		return []string{"EIO", "ENOSPC", shortWrite}
	case "readdir", "sync", "close":
		return []string{"EIO"}
	case "lstat", "stat":
		return []string{"EIO", "EACCES", meddling}
	case "chmod", "chtimes":
		return []string{"EIO", "ENOSPC"}
	case "rename", "link":
		return []string{"EIO", "ENOSPC", "EROFS"}
	case "remove", "rmdir":
		return []string{"EIO", "EACCES", "EROFS"}
	case "lock", "commit":
		return []string{"EIO", "ENOSPC"}
	}
	return nil
}
