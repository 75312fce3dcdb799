package spec

import (
	"os"
	"path/filepath"
	"strings"
)

// parseFolder checks a local path. It is taken as it stands: nothing is
// expanded in it, so that a spec from elsewhere cannot read the environment.
func parseFolder(folder string) (string, problem) {
	switch {
	case folder == "":
		return "", problem{"empty path", `write "." for the folder of the spec`}
	case strings.HasPrefix(folder, "~"):
		return "", problem{`path that begins with "~"`, "it is not expanded; write the path out, or ./~ for a folder of that name"}
	case strings.HasPrefix(folder, "$"):
		return "", problem{`path that begins with "$"`, "variables are not expanded; write the path out, or ./$ for a folder of that name"}
	}
	return folder, problem{}
}

// resolve returns the absolute, clean form of a folder that is written
// relative to dir. Symbolic links are not followed.
func resolve(dir, folder string) string {
	folder = filepath.FromSlash(folder)
	if filepath.IsAbs(folder) {
		return filepath.Clean(folder)
	}
	return filepath.Join(dir, folder)
}

// below reports whether inner is outer or in it, and its path in outer with
// slashes; "" when they are the same. Both are absolute and clean.
func below(inner, outer string) (path string, ok bool) {
	relative, err := filepath.Rel(outer, inner)
	if err != nil || !filepath.IsLocal(relative) {
		return "", false
	}
	if relative == "." {
		return "", true
	}
	return filepath.ToSlash(relative), true
}

// isMachine reports whether folder holds a whole file system, or the home of
// the user, in it.
func isMachine(folder string) bool {
	if filepath.Dir(folder) == folder {
		return true
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return false
	}
	_, ok := below(filepath.Clean(home), folder)
	return ok
}
