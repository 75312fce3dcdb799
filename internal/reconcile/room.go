package reconcile

import (
	"fmt"
	"os"
	"syscall"

	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/spec"
)

// checkRoom refuses a pull that the disk of its tree cannot hold, before its first
// download. It asks for no more than what is certain to be needed: a file that is
// replaced and not kept gives its room to the next, and so does what unfinished
// downloads have on disk already.
func (p *Plan) checkRoom() error {
	if p.Mapping.Direction != spec.Pull || p.Section.Summary.Download.Objects == 0 {
		return nil
	}
	free, known := p.free(p.Mapping.Root)
	if !known || free >= p.Section.Summary.Download.Bytes {
		return nil
	}
	need, err := p.growth()
	if err != nil || need <= free {
		return err
	}
	return fmt.Errorf("root %q: this plan needs %d %s, with %d free: %w", p.Mapping.Root, need, plan.Plural(need, "byte"), free, syscall.ENOSPC)
}

func (p *Plan) free(dir string) (bytes int64, known bool) {
	if p.session.free != nil {
		return p.session.free(dir)
	}
	return freeBytes(dir)
}

// roomInterval is after how many paths the room for the plan itself is looked at.
const roomInterval = 1 << 16

// whileRoom returns add, which fails once the rows in scratch take more than what
// is free beside them: the plan file made of them needs as much again. So a listing
// without end does not fill the disk.
func (p *Plan) whileRoom(scratch *os.File, add func(*plan.State, plan.Verdict) error) func(*plan.State, plan.Verdict) error {
	seen := 0
	return func(s *plan.State, v plan.Verdict) error {
		if seen++; seen%roomInterval == 0 {
			info, err := disk.StatFile(scratch)
			if err != nil {
				return fmt.Errorf("plan scratch: %w", err)
			}
			if free, known := p.free(p.state); known && free < info.Size() {
				return fmt.Errorf("state %q: the plan needs more than its %d %s so far, with %d free: %w", p.state, info.Size(), plan.Plural(info.Size(), "byte"), free, syscall.ENOSPC)
			}
		}
		return add(s, v)
	}
}

// growth returns by how many bytes the tree will have grown at least.
func (p *Plan) growth() (bytes int64, err error) {
	for a, err := range p.Section.Rows() {
		if err != nil {
			return 0, fmt.Errorf("plan rows: %w", err)
		}
		if d, ok := a.(*plan.Download); ok {
			bytes += d.Remote.Size
			if d.Before != nil && !d.Preserve {
				bytes -= d.Before.Size
			}
		}
	}
	for _, temp := range p.temps {
		if info, err := disk.Lstat(p.root.FS(), temp); err == nil {
			bytes -= info.Size()
		}
	}
	return bytes, nil
}
