package bench

import (
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/osssync/osssync/internal/bench/nullserver"
)

func runs(walls ...time.Duration) []measure {
	var all []measure
	for _, wall := range walls {
		all = append(all, measure{Wall: wall, CPU: wall / 2, Peak: int64(wall/time.Second) * mib})
	}
	return all
}

func TestTable(t *testing.T) {
	self, other := osssync("osssync"), &program{name: "other"}
	up, down := &workload{title: "upload"}, &workload{title: "download"}
	counts := nullserver.Requests{}
	counts[1] = 200
	const s = time.Second
	table := table{
		began: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), load: "0.25", rounds: 3,
		rows: []*result{
			{workload: up, variant: &variant{program: other, compares: "size"}, runs: runs(9*s, 4*s, 5*s), requests: counts},
			{workload: up, variant: &variant{program: self, compares: "content"}, runs: runs(2*s, 3*s, s), requests: counts},
			{workload: down, variant: &variant{program: other, label: "--fast"}, runs: runs(s), problem: "exit 1"},
			{workload: down, variant: &variant{program: other}},
			{workload: down, variant: &variant{program: other}, runs: runs(s, 2*s)},
		},
		tools: []tool{{name: "osssync", version: "1"}, {name: "bare"}, {name: "other", missing: true}},
	}
	want := `| workload | tool         | compares | wall s | ratio | CPU s | peak MiB | requests |
| -------- | ------------ | -------- | -----: | ----: | ----: | -------: | -------- |
| upload   | other        | size     |   5.00 |  2.50 |  2.50 |        5 | list 200 |
|          | osssync      | content  |   2.00 |  1.00 |  1.00 |        2 | list 200 |
| download | other --fast |          |      - |     - |     - |        - | exit 1   |
|          | other        |          |      - |     - |     - |        - | not run  |
|          | other        |          |   1.50 |     - |  0.75 |        2 | none     |

- osssync: 1
- other: not on PATH, left out
`
	got := table.String()
	head := regexp.MustCompile(`^2026-01-02 03:04 UTC, \w+/\w+, \d+ processors, load 0\.25 before and [\d.a-z]+ after, medians of 3\n\n`).FindString(got)
	if head == "" {
		t.Errorf("head of\n%s", got)
	}
	if diff := cmp.Diff(want, got[len(head):]); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}
