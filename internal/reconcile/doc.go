// Package reconcile joins the stages for the mappings of a spec: it walks the
// tree, lists the bucket, reads the index, lets plan decide, lets apply do, and
// writes the results into the index.
//
// A [Session] opens the stores of a spec. [Session.Preview] makes a plan and
// changes nothing; [Session.Prepare] makes one under the mapping's lock, and the
// [Plan] it returns can be run.
//
//	session, err := reconcile.Open(ctx, wish, nil, reconcile.Options{StateDir: dir})
//	...
//	p, err := session.Prepare(ctx, mapping, nil)
//	...
//	defer p.Close()
//	if err := p.Guard(plan.Allowances{}); err != nil {
//		return err
//	}
//	report, err := p.Run(ctx, nil, nil)
package reconcile
