// Package races lets others change the tree while an apply is at work in it: folders
// become symbolic links out of the tree and folders again, the root becomes another
// folder and itself again, files are replaced and appended to. It holds tests alone.
package races
