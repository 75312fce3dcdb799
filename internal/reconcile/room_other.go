//go:build !linux && !darwin

package reconcile

// freeBytes would return what this user may still write to the file system of dir;
// here it is not known, and a full disk shows when a download meets it.
func freeBytes(string) (bytes int64, known bool) { return 0, false }
