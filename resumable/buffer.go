package resumable

import "sync"

// bufferSize is the unit of all copying. A file of at most this size is read
// once and sent from memory.
const bufferSize = 256 << 10

// buffer is memory that transfers lend from one another, for many small files one
// after another would otherwise each allocate it.
type buffer struct {
	bytes []byte
	shelf *shelf
}

// shelf holds buffers of one size that nobody uses.
type shelf struct {
	size int
	pool sync.Pool
}

// shelves go by size, so that many small files at a time do not take the memory of
// as many large ones.
var shelves = [...]*shelf{{size: 4 << 10}, {size: 32 << 10}, {size: bufferSize}}

// lend gives a buffer for n bytes, or for the unit of copying if that is less.
// Whoever takes it gives it back.
func lend(n int64) *buffer {
	fit := len(shelves) - 1
	for fit > 0 && n <= int64(shelves[fit-1].size) {
		fit--
	}
	s := shelves[fit]
	if b, ok := s.pool.Get().(*buffer); ok {
		return b
	}
	return &buffer{bytes: make([]byte, s.size), shelf: s}
}

func (b *buffer) giveBack() { b.shelf.pool.Put(b) }
