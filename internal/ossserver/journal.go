package ossserver

import (
	"slices"
	"sync"
)

// Journal keeps what a server answered, for the assertions of a test. Its
// Record method goes into Hooks.Log. The zero value is ready, and all methods
// may be called at any time. It keeps every exchange until Reset.
type Journal struct {
	mu        sync.Mutex
	exchanges []Exchange
	counts    map[Operation]int
}

// Record appends an exchange.
func (j *Journal) Record(e Exchange) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.counts == nil {
		j.counts = make(map[Operation]int)
	}
	j.exchanges = append(j.exchanges, e)
	j.counts[e.Operation]++
}

// Exchanges returns a copy of what was recorded, in the order of the answers.
func (j *Journal) Exchanges() []Exchange {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.exchanges)
}

// Count returns the number of requests of an operation, whatever their answer.
func (j *Journal) Count(op Operation) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.counts[op]
}

// Reset forgets everything.
func (j *Journal) Reset() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.exchanges, j.counts = nil, nil
}
