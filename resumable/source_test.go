package resumable

import (
	"bytes"
	"context"
	"errors"
	"hash/crc64"
	"io"
	"os"
	"runtime"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

func TestFingerprintMatches(t *testing.T) {
	full := Fingerprint{Size: 1, ModTime: 2, ChangeTime: 3, Inode: 4, Device: 5}
	for _, tt := range []struct {
		name string
		edit func(p *Fingerprint)
		want bool
	}{
		{"same", func(*Fingerprint) {}, true},
		{"size", func(p *Fingerprint) { p.Size = 9 }, false},
		{"size zero", func(p *Fingerprint) { p.Size = 0 }, false},
		{"mtime", func(p *Fingerprint) { p.ModTime = 9 }, false},
		{"ctime", func(p *Fingerprint) { p.ChangeTime = 9 }, false},
		{"ctime unknown", func(p *Fingerprint) { p.ChangeTime = 0 }, true},
		{"inode", func(p *Fingerprint) { p.Inode = 9 }, false},
		{"inode unknown", func(p *Fingerprint) { p.Inode = 0 }, true},
		{"device", func(p *Fingerprint) { p.Device = 9 }, false},
		{"device unknown", func(p *Fingerprint) { p.Device = 0 }, true},
	} {
		p := full
		tt.edit(&p)
		if p.Matches(full) != tt.want || full.Matches(p) != tt.want {
			t.Errorf("%s: Matches = %t", tt.name, !tt.want)
		}
	}
}

// ecmaTable is for the standard library, which computes what the service tells.
var ecmaTable = crc64.MakeTable(crc64.ECMA)

func TestHashRange(t *testing.T) {
	check := func(text string, want uint64) {
		t.Helper()
		if sum, err := hashRange(t.Context(), bytes.NewReader([]byte(text)), 0, int64(len(text))); err != nil || sum.crc != want {
			t.Errorf("CRC-64 of %q: %d, %v", text, sum.crc, err)
		}
	}
	check("123456789", 11051210869376104954)
	check("", 0)
	check("hello", 11177612005948864433)
	data := noise(1, bufferSize+77)
	for _, from := range []int{0, 1, 77, bufferSize} {
		for _, n := range []int{0, 1, 77, bufferSize - 1, bufferSize, bufferSize + 1, bufferSize + 77} {
			if from+n > len(data) {
				if _, err := hashRange(t.Context(), bytes.NewReader(data), int64(from), int64(n)); !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("%d at %d, beyond the end: %v", n, from, err)
				}
				continue
			}
			sum, err := hashRange(t.Context(), bytes.NewReader(data), int64(from), int64(n))
			if err != nil || sum != digestOf(data[from:from+n]) {
				t.Errorf("%d at %d: %+v, %v", n, from, sum, err)
			}
			whole := oss.CRC64Combine(digestOf(data[:from]).crc, sum.crc, uint64(n))
			if whole != crc64.Checksum(data[:from+n], ecmaTable) {
				t.Errorf("%d at %d: combined CRC-64 differs", n, from)
			}
		}
	}
}

// The memory of a transfer does not depend on the size of the object.
func TestR3_MemoryIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("moves 16 MiB")
	}
	const size = 16 << 20
	r := newRig(t, nil)
	f, err := os.Create(r.file)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Truncate(size), f.Close()); err != nil {
		t.Fatal(err)
	}
	p, err := openPlace(nil, r.file, true)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	src, err := openSource(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer src.file.Close()
	u := &upload{src: src, opts: UploadOptions{}.withDefaults()}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	_, err = u.send(t.Context(), 0, size, func(int64) {}, func(_ context.Context, _ digest, content io.Reader) error {
		_, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, content, make([]byte, 32<<10))
		return err
	})
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("%d bytes allocated to send %d", used, size)
	}
}

// The transport may read on after the call; it gets nothing then.
func TestBodyAfterRelease(t *testing.T) {
	b := &body{content: bytes.NewReader([]byte("secret")), moved: func(int64) {}}
	if n, err := b.Read(make([]byte, 3)); n != 3 || err != nil {
		t.Fatal(n, err)
	}
	b.release()
	if n, err := b.Read(make([]byte, 3)); n != 0 || !errors.Is(err, errReleased) {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := b.Seek(0, io.SeekStart); !errors.Is(err, errReleased) {
		t.Error(err)
	}
}
