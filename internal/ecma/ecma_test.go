package ecma

import (
	"bytes"
	"fmt"
	"hash/crc64"
	"math/rand/v2"
	"testing"
)

func TestVector(t *testing.T) {
	// The check value of CRC-64/XZ.
	if got := Checksum([]byte("123456789")); got != 0x995dc9bbdf1939fa {
		t.Errorf("%x", got)
	}
	if got := Checksum(nil); got != 0 {
		t.Errorf("of nothing: %x", got)
	}
}

// Every length around the blocks, at every alignment, after every kind of state.
func TestEqualsStandardLibrary(t *testing.T) {
	const seed = 64
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, seed))
	memory := make([]byte, 5*block+16)
	for i := range memory {
		memory[i] = byte(random.Uint32())
	}
	for from := range 16 {
		for n := range 5*block + 1 {
			p := memory[from:][:n]
			for _, before := range []uint64{0, ^uint64(0), random.Uint64()} {
				if got, want := Update(before, p), crc64.Update(before, table, p); got != want {
					t.Fatalf("%d bytes at %d after %x: %x, want %x", n, from, before, got, want)
				}
			}
		}
	}
}

func FuzzUpdate(f *testing.F) {
	f.Add(uint64(0), []byte("123456789"), 4)
	f.Add(^uint64(0), bytes.Repeat([]byte{0xff}, 1000), 64)
	f.Add(uint64(1), make([]byte, 129), 128)
	f.Fuzz(func(t *testing.T, before uint64, p []byte, cut int) {
		cut = min(max(cut, 0), len(p))
		want := crc64.Update(before, table, p)
		if got := Update(Update(before, p[:cut]), p[cut:]); got != want {
			t.Errorf("%x, want %x", got, want)
		}
	})
}

func BenchmarkUpdate(b *testing.B) {
	for _, n := range []int{64, 4 << 10, 256 << 10} {
		p := make([]byte, n)
		b.Run(fmt.Sprintf("ours/%d", n), func(b *testing.B) {
			b.SetBytes(int64(n))
			for b.Loop() {
				Update(0, p)
			}
		})
		b.Run(fmt.Sprintf("stdlib/%d", n), func(b *testing.B) {
			b.SetBytes(int64(n))
			for b.Loop() {
				crc64.Update(0, table, p)
			}
		})
	}
}
