package reconcile

import (
	"fmt"
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
	look := p.session.free
	if look == nil {
		look = freeBytes
	}
	free, known := look(p.Mapping.Root)
	if !known || free >= p.Section.Summary.Download.Bytes {
		return nil
	}
	need, err := p.growth()
	if err != nil || need <= free {
		return err
	}
	return fmt.Errorf("root %q: this plan needs %d bytes, and %d are free: %w", p.Mapping.Root, need, free, syscall.ENOSPC)
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
