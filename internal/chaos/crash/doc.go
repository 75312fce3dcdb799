// Package crash kills the real program in the midst of an apply, at every point and
// in every way it can reach, and looks whether the next apply puts everything right.
//
// A [Victim] is the program on a stage of its own. The server runs in the process of
// the test and stays. The program dies
//
//   - right before or after a call to the local disk, or within a write, by the
//     fail points of package disk, in a program built with the tag failpoint;
//   - right before a system call of a kind, the nth of a thread, by strace where that
//     is installed and allowed, also for writes to a socket and to the database of
//     the index;
//   - when a request of it arrives at the server, or was done and is not answered;
//   - at any other time.
//
// After that [Victim.Recover] lets it run once more, and once again to plan.
package crash
