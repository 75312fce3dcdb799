package plan

import "testing"

func BenchmarkEncode(b *testing.B) {
	for _, a := range everyAction() {
		b.Run(Word(a), func(b *testing.B) {
			var e encoder
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.encode(a); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, a := range everyAction() {
		line, err := new(encoder).encode(a)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(Word(a), func(b *testing.B) {
			var d decoder
			b.ReportAllocs()
			for b.Loop() {
				if _, err := d.decode(line); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
