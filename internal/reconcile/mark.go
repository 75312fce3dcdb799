package reconcile

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"

	"github.com/osssync/osssync/resumable"
)

// markedRuns is how many runs back the temporary files of a run are known by their
// mark: one walk may not meet all of them, as below a folder that cannot be read.
const markedRuns = 100

// tempMark is what the names of the temporary files of one run begin with. The
// lineage is random and in the index alone, and the serial was counted before the
// first of the files was made: so no other mapping, and no program that knows no
// state folder, has the same.
func tempMark(lineage string, serial uint64) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "temporary files of run %d of %s", serial, lineage))
	return base32.StdEncoding.EncodeToString(sum[:])[:resumable.TempMarkLen]
}

// runMark is the mark of the run that has begun.
func (p *Plan) runMark() (string, error) {
	lineage, serial, err := p.index.Identity()
	return tempMark(lineage, serial), err
}

// deadMarks are the marks of the runs before this one. None of them is under way,
// for p holds the lock; where that means nothing there are none.
func (p *Plan) deadMarks() (map[string]bool, error) {
	lineage, serial, err := p.index.Identity()
	if err != nil || !p.alone {
		return nil, err
	}
	marks := map[string]bool{}
	for back := range min(serial, markedRuns) {
		marks[tempMark(lineage, serial-back)] = true
	}
	return marks, nil
}
