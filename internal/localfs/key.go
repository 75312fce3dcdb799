package localfs

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// ReservedDir is the name that belongs to osssync at any depth of a tree.
	// Walk never shows it and CheckPath refuses it.
	ReservedDir = ".osssync"

	// TempPrefix starts the names of unfinished downloads, which live beside
	// their targets. Walk never shows them and CheckPath refuses them.
	TempPrefix = ".osssync-tmp-"
)

const (
	maxName = 255  // NAME_MAX of every file system in common use
	maxPath = 1023 // longest object key of OSS
)

// CheckPath reports why path cannot name a file below a Root, or None.
//
// It is the lexical wall in front of every write: a path that passes is in its
// one canonical form, relative, slash-separated, without empty, "." or ".."
// components, UTF-8 without control characters, within OSS's and the file
// system's lengths, and free of names reserved for osssync. On Windows it is
// also free of device names, forbidden characters and endings that Windows
// drops. A backslash is an ordinary character elsewhere, except at the start.
// Two different paths that pass never name one file, unless the file system
// folds case or Unicode forms.
func CheckPath(path string) Problem { return checkPath(path, onWindows) }

func checkPath(path string, windows bool) Problem {
	switch {
	case path == "":
		return EmptyPath
	case path[0] == '\\':
		return LeadingBackslash
	case len(path) > maxPath:
		return PathTooLong
	}
	for name := range strings.SplitSeq(path, "/") {
		if p := checkName(name, windows); p != None {
			return p
		}
	}
	return None
}

// checkChild is checkPath for the path of a name in a directory whose own path
// passed.
func checkChild(path, name string, windows bool) Problem {
	switch {
	case path[0] == '\\':
		return LeadingBackslash
	case len(path) > maxPath:
		return PathTooLong
	}
	return checkName(name, windows)
}

// checkName is the part of CheckPath that concerns one component.
func checkName(name string, windows bool) Problem {
	switch {
	case name == "":
		return EmptyComponent
	case name == "." || name == "..":
		return DotComponent
	case len(name) > maxName:
		return NameTooLong
	case !utf8.ValidString(name):
		return NotUTF8
	case strings.ContainsFunc(name, unicode.IsControl):
		return ControlCharacter
	case reserved(name):
		return Reserved
	case windows:
		return checkWindowsName(name)
	}
	return None
}

// reserved folds case: on file systems that do, ".OSSSYNC" is ".osssync".
func reserved(name string) bool {
	return strings.EqualFold(name, ReservedDir) ||
		len(name) >= len(TempPrefix) && strings.EqualFold(name[:len(TempPrefix)], TempPrefix)
}

// ours reports whether name is, letter by letter, one that osssync makes.
func ours(name string) bool {
	return name == ReservedDir || strings.HasPrefix(name, TempPrefix)
}

// checkWindowsName holds Microsoft's naming rules. A device name counts with
// any extension and with spaces before it: "nul .txt" opens the null device.
func checkWindowsName(name string) Problem {
	if strings.ContainsAny(name, `\:*?"<>|`) {
		return ForbiddenCharacter
	}
	if last := name[len(name)-1]; last == '.' || last == ' ' {
		return TrailingDotOrSpace
	}
	base, _, _ := strings.Cut(name, ".")
	switch base = strings.ToUpper(strings.TrimRight(base, " ")); base {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return DeviceName
	}
	port, isCOM := strings.CutPrefix(base, "COM")
	if !isCOM {
		var isLPT bool
		if port, isLPT = strings.CutPrefix(base, "LPT"); !isLPT {
			return None
		}
	}
	switch port {
	case "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "¹", "²", "³":
		return DeviceName
	}
	return None
}
