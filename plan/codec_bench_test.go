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

func BenchmarkEncodeNames(b *testing.B) {
	for name, path := range map[string]string{
		"ascii": "photos/2026/05/holidays in the mountains.jpg", "chinese": "照片/二〇二六年五月/山里的假期，第一天.jpg", "concealed": concealed,
	} {
		b.Run(name, func(b *testing.B) {
			var e encoder
			a := &Forget{Path: path}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.encode(a); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
