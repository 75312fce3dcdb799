package localfs

import (
	"slices"
	"strings"
)

// within returns those of the names in a directory that the walk is about. prefix
// is "" or the directory's path with its slash. A name counts only if the directory
// lists it: where the file system is blind to case, a look at "readme" would find
// "README".
func (o *WalkOptions) within(prefix string, names []string) []string {
	if o.Only == nil || o.covers(prefix) {
		return names
	}
	return slices.DeleteFunc(names, func(name string) bool {
		path := prefix + name
		return !o.names(path) && !o.leads(path+"/")
	})
}

// covers reports whether a directory, "" or a path that ends in "/", is one of Only
// or below one.
func (o *WalkOptions) covers(dir string) bool {
	if o.names("") {
		return true
	}
	for i := range len(dir) {
		if dir[i] == '/' && o.names(dir[:i]) {
			return true
		}
	}
	return false
}

func (o *WalkOptions) names(path string) bool {
	_, found := slices.BinarySearch(o.Only, path)
	return found
}

// leads reports whether one of Only is below the directory dir, which ends in "/".
func (o *WalkOptions) leads(dir string) bool {
	i, _ := slices.BinarySearch(o.Only, dir)
	return i < len(o.Only) && strings.HasPrefix(o.Only[i], dir)
}
