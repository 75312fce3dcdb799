// Package apply does what a plan says: it runs the rows of a section and reports,
// for each, what stands now.
//
// [Run] is a sequence of results. One object's trouble is a [Result]; trouble
// that every further object would meet is the error that ends the sequence.
// Before a row changes anything, it looks again at what the plan expected to
// find; if that moved, the row is skipped, with nothing touched. What the index
// should say is part of each result and comes from answers, never from the plan.
//
// The order of work is fixed: content, phase by phase, each phase only after the
// one before ended well; then metadata and aborts of abandoned uploads; then
// deletes, and those only if all content was moved. Trouble with metadata and
// aborts holds nothing.
//
//	for result, err := range apply.Run(ctx, section, env) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(result.Outcome, result.Action.Where(), result.Err)
//	}
package apply
