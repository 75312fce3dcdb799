package resumable

import (
	"os"
	"sync"
	"time"

	"github.com/osssync/osssync/internal/disk"
)

// recordShare bounds what records cost: one is written when the bytes that
// came since the last are so many times its own size, about rangeStateSize a
// range. Up to thousands of ranges that is after each of them, so a process
// that dies loses the ranges under way; without a bound, writing the record
// would become most of the work of a transfer of a hundred thousand.
const (
	recordShare    = 20
	rangeStateSize = 48
)

// checkpoint keeps the record of a ranged download. A range is in the record
// only after its bytes were synced.
type checkpoint struct {
	file   *os.File
	ledger *ledger
	rec    downloadRecord // without Done
	plan   partPlan
	every  time.Duration // a record is due after this in any case

	// saving is held while a record is written. Who waits for it finds, as a
	// rule, that the next one has covered his range too.
	saving sync.Mutex

	mu      sync.Mutex
	done    []bool
	crcs    []uint64
	count   int   // of done
	unsaved int64 // bytes that are done and in no record
	saved   time.Time
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
	due := c.unsaved >= int64(recordShare*rangeStateSize*c.count) || time.Since(c.saved) >= c.every
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
