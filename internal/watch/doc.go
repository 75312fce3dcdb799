// Package watch keeps the mappings of a spec in agreement for as long as it runs.
//
// It is triggered by levels, not by edges: what the system tells of changed files is
// a hint that shortens the wait, and a pass over everything, at the start and every
// rescan, is the truth. So an event that is lost, late or told twice costs time at
// most.
//
//	err := watch.Run(ctx, wish, watch.Options{
//		StateDir: dir, Log: log,
//		Open: func(ctx context.Context, wish *spec.Spec, names []string) (watch.Reconciler, error) {
//			session, err := reconcile.Open(ctx, wish, names, reconcile.Options{StateDir: dir})
//			if err != nil {
//				return nil, err
//			}
//			return watch.NewPasses(session, names, time.Now), nil
//		},
//	})
//
// Deciding is apart from doing. [Dirty] is the set of paths to be looked at, and
// [Schedule] says when a mapping does what; both are pure. A [Source] tells what
// changes in a tree, [Notify] by the notifications of the system, and a [Reconciler]
// does a task, [Passes] with package reconcile. One goroutine a mapping joins them.
//
// A [Board] holds the [Status], which says of each mapping how it is doing; whoever
// shows it asks the board, and is told of changes. [Read] finds the status of a
// watch in another process, also of one that has died.
package watch
