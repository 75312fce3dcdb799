// Package powerloss cuts the power while an apply runs, and looks whether the
// applies after it put everything right.
//
// With the build tag failpoint, a [Recorder] before the calls of package disk keeps
// a log of what a run does to the folders of a stage: contents written and synced,
// names made, moved, removed and made durable by the sync of their directory. From
// any beginning of that log, [Log.Crash] draws a state that the disk may have when
// the power is gone right there:
//
//   - content written since the last sync of its file is there, or lost, or zeros,
//     or some of its sectors of 512 bytes are; what was appended in several writes
//     may so have holes, and the later without the earlier;
//   - of the names made, moved or removed since the last sync of their directory
//     each is as before or as after, whatever became of the others;
//   - what a request has changed at the service stays: the service has power.
//
// [Stage.Put] makes such a state real where the run was, for an apply to find.
//
// The index is written by bbolt, past package disk. Each of its transactions counts
// as a whole here, as bbolt promises; a test of its own replays the writes of the
// real program to that file, torn.
package powerloss
