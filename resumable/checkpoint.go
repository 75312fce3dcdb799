package resumable

import (
	"errors"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/osssync/osssync/internal/disk"
)

// checkpoint keeps the record of a ranged download. Each range is appended to it as it
// comes, so that a process that is killed loses none but those under way. To a Store that
// is no Appender the record is put after the first range and then once in a while, and
// what came since is lost.
//
// A range that is appended may be claimed before its bytes are on the disk, and a power
// loss may take them: truth is kept by keepIntact, which reads back what a record claims.
// save syncs the file first, so that the next call finds what it has put even then.
type checkpoint struct {
	file   *os.File
	ledger *ledger
	rec    downloadRecord // without Done
	plan   partPlan
	every  time.Duration // a record is due to be put after this, not before

	// saving is held while the record is written. Who waits for it to be put finds, as
	// a rule, that the next one has covered his range too.
	saving sync.Mutex
	// spoiled: a sync failed, which is never repeated, for the second could
	// succeed without the data. Nothing is claimed any more.
	spoiled bool // guarded by saving

	mu      sync.Mutex
	done    []bool
	crcs    []uint64
	count   int       // of done
	unsaved int64     // bytes that are done and in no record that was put
	saved   time.Time // when the newest record was put; zero before the first with a range
}

// restore marks a range that an earlier call recorded.
func (c *checkpoint) restore(i int, crc uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done[i], c.crcs[i] = true, crc
	c.count++
}

// finish marks a range and appends it to the record or, if that is due, puts the
// record.
func (c *checkpoint) finish(i int, crc uint64) error {
	c.mu.Lock()
	c.done[i], c.crcs[i] = true, crc
	c.count++
	c.unsaved += c.plan.length(i)
	due := time.Since(c.saved) >= c.every
	c.mu.Unlock()
	if c.ledger.lines != nil {
		return c.append(rangeState{Number: i + 1, CRC: crc})
	}
	if !due {
		return nil
	}
	return c.save()
}

// append claims a range that is done. A record that somebody has removed is put anew.
func (c *checkpoint) append(r rangeState) error {
	c.saving.Lock()
	var err error
	if !c.spoiled {
		err = c.ledger.append(r)
	}
	c.saving.Unlock()
	if errors.Is(err, fs.ErrNotExist) {
		return c.save()
	}
	return err
}

// save syncs the file and then puts a record of the ranges that were done before.
func (c *checkpoint) save() error {
	c.saving.Lock()
	defer c.saving.Unlock()
	c.mu.Lock()
	covered := c.unsaved
	if covered == 0 || c.spoiled {
		c.mu.Unlock()
		return nil
	}
	rec := c.snapshot()
	c.mu.Unlock()

	if err := disk.Sync(c.file); err != nil {
		c.spoiled = true
		return &syncError{err}
	}
	if err := c.ledger.put(rec); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unsaved -= covered
	c.saved = time.Now()
	return nil
}

func (c *checkpoint) snapshot() downloadRecord {
	rec := c.rec
	rec.Done = make([]rangeState, 0, c.count)
	for i, done := range c.done {
		if done {
			rec.Done = append(rec.Done, rangeState{Number: i + 1, CRC: c.crcs[i]})
		}
	}
	return rec
}
