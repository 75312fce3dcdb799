package localfs

import (
	"fmt"
	"io/fs"
)

// Problem says why a path is not an ordinary file that a mapping can carry.
// The zero value, None, says that it is one.
type Problem int

const (
	None Problem = iota

	// Found on the disk.
	Unreadable     // a directory that cannot be read whole, or a name that cannot be looked at
	Changed        // a directory that became something else while the tree was walked
	Symlink        // a symbolic link, not followed
	SymlinkRefused // a symbolic link where the mapping says that there must be none
	SymlinkEscapes // a symbolic link to a place outside the root, or an absolute one
	SymlinkLoop    // a symbolic link to a directory that contains it, or to itself
	SymlinkBroken  // a symbolic link to nothing
	FIFO           // a named pipe
	Socket         // a Unix domain socket
	Device         // a block or character device
	Irregular      // another thing that is neither file nor directory
	OtherDevice    // a directory on another file system than its parent: a mount point
	NotDirectory   // something else where a directory is needed
	PassedOver     // a directory that WalkOptions.Pass names

	// Found in the name.
	EmptyPath              // the empty string
	EmptyComponent         // a leading, trailing or double slash
	DotComponent           // a "." or ".." between slashes
	LeadingBackslash       // OSS takes no key that starts with a backslash
	NotUTF8                // OSS takes no key that is not UTF-8
	ControlCharacter       // NUL, C0, DEL or C1
	NameTooLong            // a component of more than 255 bytes
	PathTooLong            // a path of more than 1,023 bytes
	Reserved               // a name that belongs to osssync, in any case
	DeviceName             // a component that Windows takes for a device: CON, NUL, COM1...
	ForbiddenCharacter     // one of \ : * ? " < > | on Windows
	TrailingDotOrSpace     // a component that Windows would cut
	problemCount       int = iota
)

// words are for people; the key is theirs to find in the line.
var words = [problemCount]string{
	None:               "none",
	Unreadable:         "cannot be read",
	Changed:            "changed while the tree was walked",
	Symlink:            "symbolic link, not followed",
	SymlinkRefused:     "symbolic link, refused by the mapping",
	SymlinkEscapes:     "symbolic link that leads out of the root",
	SymlinkLoop:        "symbolic link that leads back to itself",
	SymlinkBroken:      "symbolic link to nothing",
	FIFO:               "named pipe",
	Socket:             "socket",
	Device:             "device",
	Irregular:          "neither file nor directory",
	OtherDevice:        "on another file system",
	NotDirectory:       "not a directory",
	PassedOver:         "passed over",
	EmptyPath:          "empty path",
	EmptyComponent:     "leading, trailing or double slash",
	DotComponent:       `"." or ".." as a component`,
	LeadingBackslash:   "leading backslash",
	NotUTF8:            "not UTF-8",
	ControlCharacter:   "control character in the name",
	NameTooLong:        "name longer than 255 bytes",
	PathTooLong:        "path longer than 1023 bytes",
	Reserved:           "name reserved for osssync",
	DeviceName:         "device name on Windows",
	ForbiddenCharacter: "character that Windows forbids",
	TrailingDotOrSpace: "trailing dot or space, which Windows drops",
}

// String gives the plain words shown to users, such as "named pipe".
func (p Problem) String() string {
	if p < 0 || int(p) >= problemCount {
		return fmt.Sprintf("problem %d", int(p))
	}
	return words[p]
}

// PathError is the refusal of a path by this package, before or instead of a
// call to the operating system. Callers tell the kinds apart by Problem.
type PathError struct {
	Path    string // the path, or the leading part of it that is refused
	Problem Problem
}

// Error quotes the path and says what is wrong with it.
func (e *PathError) Error() string { return fmt.Sprintf("%q: %s", e.Path, e.Problem) }

// kindProblem is the Problem of a name that is neither a regular file, nor a
// directory, nor a symbolic link.
func kindProblem(mode fs.FileMode) Problem {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return FIFO
	case mode&fs.ModeSocket != 0:
		return Socket
	case mode&fs.ModeDevice != 0:
		return Device
	}
	return Irregular
}
