// Package stage sets up what an apply is to be cut off in, and judges what is
// left: a tree, a state folder and a bucket, with canaries around them.
//
// A [Scene] says what stands on both sides. [Open] makes its stage, a test lets
// an apply die on it in whatever way it likes, looks with [Stage.Intact] whether
// anything was lost, and with [Stage.Settle] whether the applies after it put
// everything right:
//
//	st, err := stage.Open(dir, scene, stage.Options{})
//	...
//	err = st.Ready(ctx) // what was there before, and what changed since
//	...                 // an apply dies
//	err = errors.Join(st.Intact(), st.Settle(ctx))
//
// Applies run in this process, by [Stage.Apply], or in one of their own, with the
// spec of [Stage.SpecText] and the keys of [Stage.Environ].
package stage
