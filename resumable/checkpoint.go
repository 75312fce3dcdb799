package resumable

import (
	"os"
	"sync"
	"time"

	"github.com/osssync/osssync/internal/disk"
)

// checkpoint keeps the record of a ranged download. It is written after the first
// range and then once in a while, so that neither it nor a sync is work per range; a
// process that dies loses the ranges of that while.
//
// A range is in the record only after its bytes were synced. Truth does not need that,
// for keepIntact reads back what a record claims: without it a claim would be worth little
// after a power loss. It costs next to nothing, because a file is synced before it is
// published anyway, and what went to the disk while other ranges came need not go then.
type checkpoint struct {
	file   *os.File
	ledger *ledger
	rec    downloadRecord // without Done
	plan   partPlan
	every  time.Duration // a record is due after this, not before

	// saving is held while a record is written. Who waits for it finds, as a
	// rule, that the next one has covered his range too.
	saving sync.Mutex

	mu      sync.Mutex
	done    []bool
	crcs    []uint64
	count   int       // of done
	unsaved int64     // bytes that are done and in no record
	saved   time.Time // when the newest record was written; zero before the first with a range
	// spoiled: a sync failed, which is never repeated, for the second could
	// succeed without the data. Nothing is claimed any more.
	spoiled bool
}

// restore marks a range that an earlier call recorded.
func (c *checkpoint) restore(i int, crc uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done[i], c.crcs[i] = true, crc
	c.count++
}

// finish marks a range and, if it is due, writes the record.
func (c *checkpoint) finish(i int, crc uint64) error {
	c.mu.Lock()
	c.done[i], c.crcs[i] = true, crc
	c.count++
	c.unsaved += c.plan.length(i)
	due := time.Since(c.saved) >= c.every
	c.mu.Unlock()
	if !due {
		return nil
	}
	return c.save()
}

// save syncs the file and then records the ranges that were done before.
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
		c.mu.Lock()
		defer c.mu.Unlock()
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
