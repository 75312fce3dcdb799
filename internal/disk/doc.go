// Package disk is the one door between osssync and the local disk: whatever a
// run changes there, and whatever it reads there to decide by, it does by a
// function of this package.
//
// The functions are those of package os over an open directory, an open file or
// a plain path, with the same meaning and the same errors. Of two that would have
// one name, that over a plain path ends in Path:
//
//	root, err := disk.OpenRoot("public")
//	...
//	f, err := disk.OpenFile(root, "index.html", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
//	...
//	err = disk.Rename(root, "index.html", "old.html")
//	err = disk.RenamePath("state/index.db", "state/index.db.damaged")
//
// In a normal build nothing lies between a function and the call it names. With
// the build tag failpoint each call first asks a gate and then tells it, so that
// a test can count the calls, fail or shorten the nth of them, change the tree
// around it, or end the process right before or after it. In such a build,
// SetGate puts a gate of the test's own there, and two environment variables,
// read once, at the first call, serve a test that starts another process:
//
//	OSSSYNC_FAILPOINT=OP:NTH:WHAT[,OP:NTH:WHAT...]
//	OSSSYNC_FAILPOINT_LIST=FILE
//
// OP is the Op of a call, such as rename, or * for any. NTH counts the calls of
// that kind from 1; NTH+ means that one and all after it. WHAT is kill-before,
// kill-after, kill-half (half of the bytes of a read or write move first), short
// (half of the bytes of a read or write move, then the error is ENOSPC), or the
// name of an error number such as EIO. A process is killed as by SIGKILL. A
// variable that cannot be understood ends the process with exit code 2. FILE gets
// one line for each call before it is made: Op, path and, if there is one, the
// second path, quoted, with tabs between.
//
// What goes past the door: files that package os does not open for us (the lock
// file, and the pages that the database of the index writes) pass as one [Step];
// the terminal; and the embedded store, which is the other side of the wire.
package disk
