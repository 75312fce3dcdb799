package plan

import (
	"path"
	"strings"
	"unicode/utf8"
)

// maxKey is the longest object key OSS takes, in bytes.
const maxKey = 1023

// maxName is the longest name in a path that common file systems take, in bytes.
const maxName = 255

// Names that osssync keeps for itself, in any case of letters: on file systems
// that fold case, ".OSSSYNC" is ".osssync". A walk never shows them, so a key
// with one of them would look as if its file were gone.
const (
	reserved     = ".osssync"
	reservedTemp = ".osssync-tmp-" // starts the names of unfinished downloads
)

func isReserved(name string) bool {
	return strings.EqualFold(name, reserved) ||
		len(name) >= len(reservedTemp) && strings.EqualFold(name[:len(reservedTemp)], reservedTemp)
}

// CheckKey returns what keeps a key, already cut by the mapping's prefix, from
// naming exactly one place in a tree, or the zero Reason. It looks at the text
// alone: what the answer is may not depend on what is on a disk.
func CheckKey(p string) Reason {
	switch {
	case !utf8.ValidString(p):
		return ReasonNotUTF8
	case strings.ContainsFunc(p, isControl):
		return ReasonControlCharacter
	case strings.HasPrefix(p, "/"):
		return ReasonLeadingSlash
	case strings.HasPrefix(p, `\`):
		return ReasonBackslash
	}
	for segment := range strings.SplitSeq(strings.TrimSuffix(p, "/"), "/") {
		switch {
		case segment == "":
			return ReasonEmptySegment
		case segment == "." || segment == "..":
			return ReasonDotSegment
		case isReserved(segment):
			return ReasonReservedName
		case len(segment) > maxName:
			return ReasonNameTooLong
		}
	}
	return ""
}

// isControl reports C0, DEL and C1 characters.
func isControl(r rune) bool { return r < 0x20 || r >= 0x7f && r < 0xa0 }

// counterpart returns the path that a refused key would name if it were read
// loosely, as other tools do ("a//b" as "a/b"), and whether there is one below
// the root. That path must not be deleted for want of a key.
func counterpart(p string) (string, bool) {
	c := path.Clean("/" + p)[1:]
	return c, c != "" && c != p
}

// isMarker reports whether a key stands for a directory: consoles and other
// tools make empty objects whose key ends in a slash, and the prefix itself.
func isMarker(p string) bool { return p == "" || strings.HasSuffix(p, "/") }
