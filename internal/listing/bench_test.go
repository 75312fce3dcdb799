package listing

import (
	"slices"
	"testing"
)

// BenchmarkObjects lists with 20 ms added to every request, most of what a service
// far away takes.
func BenchmarkObjects(b *testing.B) {
	keys := numbered(200_000)
	for _, bench := range []struct {
		name  string
		known []string
	}{{"serial", nil}, {"known", keys}} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				service := &bucket{keys: keys, latency: latency}
				n := 0
				for _, err := range Objects(b.Context(), service, "bucket", Options{Prefix: "www/", Known: slices.Values(bench.known)}) {
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
				if n != len(keys) || len(service.markers) != 200 {
					b.Fatalf("%d objects, %d requests", n, len(service.markers))
				}
			}
		})
	}
}
