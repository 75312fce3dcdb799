package resumable

import (
	"context"
	"os"
	"time"

	"github.com/osssync/osssync/internal/disk"
)

// limits are the knobs that tests turn; the zero value means the real ones.
type limits struct {
	minPart   int64         // least preferred part size
	saveEvery time.Duration // after so long the record of a download is put anew, if the Store is no Appender
	sleep     func(ctx context.Context, d time.Duration) error
	sync      func(f *os.File) error
}

func (l limits) withDefaults() limits {
	if l.minPart == 0 {
		l.minPart = minPartSize
	}
	if l.saveEvery == 0 {
		l.saveEvery = time.Second
	}
	if l.sleep == nil {
		l.sleep = sleep
	}
	if l.sync == nil {
		l.sync = disk.Sync
	}
	return l
}
