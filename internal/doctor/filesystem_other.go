//go:build !linux

package doctor

// fileSystem knows nothing of the file systems of other systems.
func fileSystem(string) (kind string, free int64, known bool) { return "", 0, false }
