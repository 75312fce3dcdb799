package credential

import "io/fs"

// exposed knows no modes: what is in a user's home is that user's by the rights it
// inherits.
func exposed(fs.FileInfo) string { return "" }
