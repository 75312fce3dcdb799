// Package localfs is the local side of a mapping: a directory tree that is
// walked in the order of object keys, hashed, and written to without ever
// leaving it.
//
// A [Root] is opened once for a run and holds the directory itself, not its
// name. [Root.Walk] shows regular files and everything that hinders, each as an
// [Entry]; what cannot be read or carried is an Entry with a [Problem], never a
// gap, because a gap on this side is a delete on the other:
//
//	root, err := localfs.OpenRoot("public")
//	...
//	for entry, err := range root.Walk(ctx, localfs.WalkOptions{}) {
//		if err != nil {
//			return err // the tree is not known to its end
//		}
//		...
//	}
//
// The tree belongs to others and changes at any time. So each function that
// acts on a file takes the [Stat] that the caller saw, looks again just before
// it acts, and answers [ErrChanged] if that no longer holds: [Root.Hash] before
// an upload, [Root.CheckTarget] before a download replaces something,
// [Root.Trash] instead of a delete.
//
// Names from a bucket are hostile until [CheckPath] has passed them. Behind
// that, every access goes through os.Root, so that neither ".." nor a symbolic
// link, planted before or during the run, leads outside.
package localfs
