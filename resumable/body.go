package resumable

import (
	"errors"
	"io"
	"sync"
)

var errReleased = errors.New("body read after its request")

// body is the body of one request. The transport may still read from it when
// the answer has come and the call has returned; release puts an end to that,
// so that the memory and the file behind it can be used for something else.
type body struct {
	moved func(position int64) // told after each read

	mu       sync.Mutex
	content  io.ReadSeeker
	position int64
	released bool
}

func (b *body) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.released {
		return 0, errReleased
	}
	n, err := b.content.Read(p)
	if n > 0 {
		b.position += int64(n)
		b.moved(b.position)
	}
	return n, err
}

// Seek makes a request repeatable: the SDK rewinds by it.
func (b *body) Seek(offset int64, whence int) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.released {
		return 0, errReleased
	}
	position, err := b.content.Seek(offset, whence)
	if err == nil {
		b.position = position
	}
	return position, err
}

// release waits for a read under way and fails all later ones.
func (b *body) release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.released = true
}
