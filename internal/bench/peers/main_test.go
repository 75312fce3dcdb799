package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/osssync/osssync/internal/bench"
)

func TestFromEnvironment(t *testing.T) {
	for _, tt := range []struct {
		name string
		set  map[string]string
		want bench.Options
		err  string
	}{
		{"least", map[string]string{"BENCH_DIR": "/b"}, bench.Options{Dir: "/b", Osssync: "bin/osssync"}, ""},
		{"all", map[string]string{"BENCH_DIR": "/b", "OSSSYNC": "/o", "ROWS": "a,b", "TOOLS": "c, d", "ROUNDS": "5", "SCALE": "10", "SEED": "7"},
			bench.Options{Dir: "/b", Osssync: "/o", Rows: []string{"a", "b"}, Tools: []string{"c", "d"}, Rounds: 5, Scale: 10, Seed: 7}, ""},
		{"no folder", nil, bench.Options{}, "no BENCH_DIR"},
		{"no number", map[string]string{"BENCH_DIR": "/b", "ROUNDS": "many"}, bench.Options{}, `ROUNDS="many"`},
		{"too small", map[string]string{"BENCH_DIR": "/b", "SCALE": "0"}, bench.Options{}, `SCALE="0"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, name := range []string{"BENCH_DIR", "OSSSYNC", "ROWS", "TOOLS", "ROUNDS", "SCALE", "SEED"} {
				t.Setenv(name, tt.set[name])
			}
			got, err := fromEnvironment()
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("%v, want %q", err, tt.err)
				}
				return
			}
			if diff := cmp.Diff(tt.want, got, cmp.Transformer("list", func(l []string) string { return strings.Join(l, " ") })); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestArguments(t *testing.T) {
	if err := run(t.Context(), []string{"--help"}); err == nil || !strings.Contains(err.Error(), `"--help"`) {
		t.Errorf("%v", err)
	}
}
