package bench_test

import (
	"context"
	"fmt"
	"io"

	"github.com/osssync/osssync/internal/bench"
)

func ExampleRun() {
	o := bench.Options{Dir: "trees", Osssync: "bin/osssync", Rows: []string{"fastest"}}
	fmt.Println(bench.Run(context.Background(), o, io.Discard, io.Discard))
	// Output: no row or tool "fastest", but ["aws" "bare" "changed" "download-large" "first-upload" "latency" "mc" "osssync" "ossutil1" "ossutil2" "rclone" "s5cmd" "unchanged" "unchanged-million" "upload-large"]
}
