package resumable

import (
	"errors"
	"io/fs"
	"slices"
	"sync"
	"testing"
)

// memory is an Appender with a hook that can make any call fail.
type memory struct {
	mu      sync.Mutex
	records map[string][]byte
	hook    func(call string) error
	puts    int
	appends int
}

func newMemory() *memory { return &memory{records: map[string][]byte{}} }

func (m *memory) do(call string, f func()) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.hook != nil {
		if err := m.hook(call); err != nil {
			return err
		}
	}
	f()
	return nil
}

func (m *memory) Get(key string) (record []byte, err error) {
	err = m.do("get", func() { record = slices.Clone(m.records[key]) })
	return record, err
}

func (m *memory) Put(key string, record []byte) error {
	return m.do("put", func() { m.records[key] = slices.Clone(record); m.puts++ })
}

func (m *memory) Append(key string, data []byte) error {
	absent := false
	err := m.do("append", func() {
		if _, there := m.records[key]; !there {
			absent = true
			return
		}
		m.records[key] = append(m.records[key], data...)
		m.appends++
	})
	if absent {
		return &fs.PathError{Op: "append", Path: key, Err: fs.ErrNotExist}
	}
	return err
}

func (m *memory) Delete(key string) error {
	return m.do("delete", func() { delete(m.records, key) })
}

// only returns the one record there is.
func (m *memory) only(t testing.TB) (key string, record []byte) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.records) != 1 {
		t.Fatalf("%d records, want 1", len(m.records))
	}
	for key, record = range m.records {
	}
	return key, record
}

func (m *memory) len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.records)
}

// putOnly is a Store that is no Appender.
type putOnly struct{ Store }

var errDied = errors.New("died")
