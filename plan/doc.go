// Package plan decides what has to be done to make one side of a mapping like
// the other, and holds the decision as a file.
//
// It is pure: it takes what others found out and returns what is to be done. It
// opens nothing, asks nobody, starts no goroutine and knows no clock.
//
// # From sources to a plan
//
// [Align] joins four sequences, each in byte order of the path, into one [State]
// a path: the walk of the local tree, the listing of the bucket, the index of
// what was true after the last apply, and the multipart uploads that are
// pending. A side of a path is [Present], [Absent] or [Unknown]. Absence has to
// be proved; what lies below a directory that could not be read is Unknown, and
// so is a key that names no place in a tree. [Policy.PassOver] then gives one State
// to a folder that is passed over for its name, such as .git.
//
// [Policy.Diff] decides one State. Where the listings do not suffice, its
// [Verdict] asks for evidence: the checksums of the file, of the object by a
// HEAD, or of the object's body. The caller finds it and asks again:
//
//	var evidence plan.Evidence
//	verdict := policy.Diff(&state, &evidence)
//	for verdict.Ask != plan.AskNothing {
//		find(verdict.Ask, &state, &evidence)
//		verdict = policy.Diff(&state, &evidence)
//	}
//
// A [Draft] takes the verdicts in path order. It sees what a single path does
// not show: names that are a file and a directory at once, and objects that a
// refused key may stand for. [Draft.Finish] writes the section of the mapping,
// and refuses to without the [Proof] that walk and listing ended well.
//
// # The plan file
//
// A plan file has one JSON object a line: a header with the names of the
// mappings, then for each mapping a section of begin, rows and end. Rows are in
// path order. The first line and each section carry a SHA-256, so that
// [ReadFile] refuses a file that was cut, edited or put together from others;
// that guards against accidents, not against those who can compute a SHA-256.
// Against them stands [Narrow]: of a saved plan only those changes are done that
// a new plan, made from spec, policy and world as they are, holds to the letter.
//
// [Guard] judges a whole plan before its first change: one that deletes too much
// or that would empty the target is refused.
//
// # What never happens
//
//   - A delete of something whose counterpart is not known to be absent.
//   - A change of a side because something about the other side is Unknown.
//   - A decision by which of two clocks is later: times only tell whether
//     something is still what was recorded.
//   - An index that grows the number of deletes by being lost.
package plan
