// Package doctor looks at everything that a run depends on, and says what it finds:
// the machine, the state folder, and for each store where its keys and its endpoint
// come from, whether they work, and whether they have the rights that are needed.
//
//	x := doctor.Examination{StateDir: dir, Open: openStore, Report: func(f doctor.Finding) { fmt.Println(f.Status, f.Subject, f.Fact) }}
//	x.Machine()
//	x.Store(ctx, store, mappings)
//
// What it asks of a service changes nothing, unless [Examination.WriteProbe] is set.
// What it could not prove it says too: that an object can be read says nothing of
// another one. No finding holds a secret; of the id of a key it holds a few characters.
package doctor
