package resumable

import "sync"

// progress serialises the calls of a caller's Progress function and keeps
// them from going back.
type progress struct {
	mu    sync.Mutex
	fn    func(done, total int64) // nil: nobody listens
	total int64                   // -1 while unknown
	done  int64                   // bytes of pieces that are finished
	fine  bool                    // tell of the others, too
	under int64                   // bytes of the others
	told  int64                   // highest value told, -1 before the first call
}

func newProgress(fn func(done, total int64), total int64, fine bool) *progress {
	return &progress{fn: fn, total: total, told: -1, fine: fine}
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

// pieceProgress is how far a piece under way is. It is for one goroutine at a time.
type pieceProgress struct {
	of *progress
	at int64 // bytes
}

// reach takes a position within the piece, which goes back when it is begun again.
func (p *pieceProgress) reach(at int64) {
	of := p.of
	of.mu.Lock()
	defer of.mu.Unlock()
	of.under += at - p.at
	p.at = at
	if sum := of.done + of.under; of.fine && sum > of.told {
		of.tell(sum)
	}
}

// end takes that the piece is not under way any more; what came of it is added.
func (p *pieceProgress) end() {
	p.of.mu.Lock()
	defer p.of.mu.Unlock()
	p.of.under -= p.at
	p.at = 0
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
