package reconcile

import (
	"slices"

	"github.com/osssync/osssync/iter"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/resumable"
)

// begun returns by key when runs of the mapping may have begun uploads that no
// checkpoint names, from its own records. Where other work here may have done so too,
// or another run may be alive, nothing can be told. A preview only shows it.
func (p *Plan) begun(own []resumable.Record, intents map[string]int) map[string][]plan.Unrecorded {
	if p.locked && !p.alone {
		return nil
	}
	begun := map[string][]plan.Unrecorded{}
	for _, r := range own {
		if intents[r.Key] != 1 {
			continue
		}
		for _, w := range r.Begun {
			begun[r.Key] = append(begun[r.Key], plan.Unrecorded(w))
		}
	}
	return begun
}

// unrecorded returns what the mapping may have begun at the key of an upload of so
// many parts, if that can be of it.
func (o *owners) unrecorded(u *iter.Upload, parts int) []plan.Unrecorded {
	begun := o.begun[u.Key]
	if parts > 0 || o.owns(u.UploadID) || !slices.ContainsFunc(begun, func(w plan.Unrecorded) bool { return w.Holds(u.Initiated) }) {
		return nil
	}
	return begun
}

// settle takes from the checkpoints what is done with of uploads that they cannot
// name: no such upload is to be aborted or in question, and it is past the time of any
// that could still come; or content goes to the key now, with an intent of its own. A
// saved plan that holds only a part of what is due tells nothing about that.
//
// RACE: in the second case a request that arrives only now, though its process is
// dead, begins an upload that goes by age.
func (p *Plan) settle(records []resumable.Record) error {
	open := map[string]*resumable.Record{} // by key of the object
	done := map[string]bool{}              // likewise
	for _, r := range records {
		if p.Beyond == 0 && len(r.Begun) > 0 {
			open[r.Key] = &r
			done[r.Key] = !slices.ContainsFunc(r.Begun, func(w resumable.Window) bool { return !p.serverTime().After(w.Until) })
		}
	}
	if len(open) == 0 {
		return nil
	}
	p.unsettled = map[string]int{}
	for row, err := range p.Section.Rows() {
		if err != nil {
			return err
		}
		key := p.Mapping.Prefix + row.Where()
		switch row := row.(type) {
		case *plan.Upload:
			done[key] = true
		case *plan.AbortUpload: // after the row of the path's content
			if row.Reason == plan.ReasonUploadUnrecorded {
				done[key] = false
				p.unsettled[key]++
			}
		case *plan.KeepUpload:
			if row.Reason == plan.ReasonUploadAmbiguous {
				done[key] = false
			}
		}
	}
	store, err := p.checkpoints()
	if err != nil {
		return err
	}
	for key, r := range open {
		if done[key] {
			if err := store.Settle(r.StoreKey); err != nil {
				return err
			}
		}
	}
	return nil
}

// aborted notes that an upload is gone which no checkpoint names. With the last that
// the plan has for the key, its checkpoint tells of none any more.
func (p *Plan) aborted(key string) error {
	left, known := p.unsettled[key]
	if !known {
		return nil
	}
	if p.unsettled[key] = left - 1; left > 1 {
		return nil
	}
	return p.amend(func(r *resumable.Record) bool { return r.Key == key && len(r.Begun) > 0 }, (*resumable.FileStore).Settle)
}

// isIntent reports a record that names no upload.
func isIntent(r *resumable.Record) bool { return r.Op == resumable.OpUpload && r.UploadID == "" }
