package resumable

import "sync"

// progress serialises the calls of a caller's Progress function and keeps
// them from going back.
type progress struct {
	mu    sync.Mutex
	fn    func(done, total int64) // nil: nobody listens
	total int64                   // -1 while unknown
	done  int64                   // bytes finished
	told  int64                   // highest value told, -1 before the first call
}

func newProgress(fn func(done, total int64), total int64) *progress {
	return &progress{fn: fn, total: total, told: -1}
}

// expect sets the total of a transfer that began without knowing it.
func (p *progress) expect(total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total = total
}

// add counts the bytes of a piece that is finished, without telling.
func (p *progress) add(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += n
}

// begin tells, when a piece begins, how much was finished before.
func (p *progress) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tell(max(p.done, p.told))
}

// restart forgets what was finished, though not what was told.
func (p *progress) restart() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done = 0
}

// reach tells a position within a plain transfer, if no attempt got there yet.
func (p *progress) reach(done int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if done > p.told {
		p.tell(done)
	}
}

// end tells the total, unless that was told.
func (p *progress) end(total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.told < total || p.total != total {
		p.total = total
		p.tell(total)
	}
}

func (p *progress) tell(done int64) {
	p.told = done
	if p.fn != nil {
		p.fn(done, p.total)
	}
}
