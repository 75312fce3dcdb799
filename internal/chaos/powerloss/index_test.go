//go:build failpoint

package powerloss

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/osssync/osssync/internal/chaos/ground"
	"github.com/osssync/osssync/internal/chaos/stage"
	"github.com/osssync/osssync/internal/index"
	"github.com/osssync/osssync/plan"
)

// writerVariable has the test binary write an index into the folder that it names.
const writerVariable = "OSSSYNC_TEST_INDEX_WRITER"

const commits = 30

// rowsAfter are the paths in the index after n commits, each of a different size.
// Each third commit takes those of the one before back.
func rowsAfter(n int) map[string]bool {
	rows := map[string]bool{}
	for i := 1; i <= n; i++ {
		for k := range i * i {
			path := fmt.Sprintf("dir%d/file%d", i, k)
			if i%3 == 0 {
				delete(rows, fmt.Sprintf("dir%d/file%d", i-1, k))
			}
			rows[path] = true
		}
	}
	return rows
}

// writeIndex makes the commits, and notes the end of each in the file "done".
func writeIndex(dir string) error {
	x, err := index.Create(filepath.Join(dir, "index.db"), "origin")
	if err != nil {
		return err
	}
	done, err := os.Create(filepath.Join(dir, "done"))
	if err != nil {
		return err
	}
	for n := 1; n <= commits; n++ {
		var changes []index.Change
		before, after := rowsAfter(n-1), rowsAfter(n)
		for path := range after {
			if !before[path] {
				changes = append(changes, index.Change{Path: path, Row: &plan.Base{Path: path, Local: plan.Stat{Size: int64(n)}}})
			}
		}
		for path := range before {
			if !after[path] {
				changes = append(changes, index.Change{Path: path})
			}
		}
		if err := x.Write(changes); err != nil {
			return err
		}
		if _, err := done.WriteString("x"); err != nil {
			return err
		}
	}
	return x.Close()
}

// traceLine is a call of strace -y with bytes in hexadecimal.
var traceLine = regexp.MustCompile(`(pwrite64|write|fdatasync|fsync|ftruncate)\(\d+<((?:\\x[0-9a-f]{2})*)>(?:, (?:"((?:\\x[0-9a-f]{2})*)", (\d+)(?:, (\d+))?|(\d+)))?`)

func unhex(text []byte) []byte {
	plain, _ := hex.DecodeString(strings.ReplaceAll(string(text), `\x`, "")) // traceLine lets nothing else through
	return plain
}

// traced reads what the writer did to its index.
func traced(text []byte) (log *Log, ends []int) {
	log = &Log{nodes: []node{{folder: true, names: map[string]int{"index.db": 1}}, {}}}
	for line := range bytes.Lines(text) {
		m := traceLine.FindSubmatch(line)
		if m == nil {
			continue
		}
		number := func(i int) int64 { n, _ := strconv.ParseInt(string(m[i]), 10, 64); return n }
		call, file := string(m[1]), filepath.Base(string(unhex(m[2])))
		switch {
		case call == "write" && file == "done":
			ends = append(ends, len(log.events))
		case !strings.HasPrefix(file, "index.db"):
		case call == "pwrite64":
			log.events = append(log.events, event{do: content, node: 1, offset: number(5), content: unhex(m[3])})
		case call == "ftruncate":
			log.events = append(log.events, event{do: cut, node: 1, size: number(6)})
		case call == "fsync", call == "fdatasync":
			log.events = append(log.events, event{do: synced, node: 1, upto: len(log.events)})
		}
	}
	return log, ends
}

// TestS4_IndexOutlivesPowerLoss loses the power while the index is written, of which
// bbolt decides the order: what was committed is there, what was being committed is
// there as a whole or not at all.
func TestS4_IndexOutlivesPowerLoss(t *testing.T) {
	level, err := stage.LevelAsked()
	if err != nil {
		t.Fatal(err)
	}
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip(err)
	}
	dir, seed := ground.Memory(t), ground.Seed(t)
	trace := filepath.Join(dir, "trace")
	c := exec.Command(strace, "-f", "-qq", "-y", "-xx", "-s", "100000000", "-e", "trace=pwrite64,write,fdatasync,fsync,ftruncate", "-o", trace, os.Args[0])
	c.Env = append(os.Environ(), writerVariable+"="+dir)
	if text, err := c.CombinedOutput(); err != nil {
		t.Skipf("strace: %v: %s", err, text)
	}
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	log, ends := traced(text)
	if len(ends) != commits {
		t.Fatalf("%d commits were traced", len(ends))
	}
	log.roots = []string{filepath.Join(dir, "after")}
	for draw := range level.TornIndexes {
		random := rand.New(rand.NewPCG(seed, uint64(draw)))
		n := ends[0] + random.IntN(log.Len()-ends[0]+1)
		done := 1
		for done < commits && ends[done] <= n {
			done++
		}
		if err := log.Crash(n, random).Put(); err != nil {
			t.Fatal(err)
		}
		if err := checkIndex(filepath.Join(log.roots[0], "index.db"), done); err != nil {
			t.Fatalf("OSSSYNC_SEED=%d: draw %d, after %d of %d events and %d commits: %v", seed, draw, n, log.Len(), done, err)
		}
	}
	t.Logf("OSSSYNC_SEED=%d: %d states, of %d events", seed, level.TornIndexes, log.Len())
}

// checkIndex wants the rows after so many commits, or after one more.
func checkIndex(path string, done int) error {
	x, err := index.Open(path, false)
	if err != nil {
		return err
	}
	defer x.Close()
	seen := map[string]bool{}
	for row, err := range x.Rows() {
		if err != nil {
			return err
		}
		seen[row.Path] = true
	}
	for _, want := range []map[string]bool{rowsAfter(done), rowsAfter(min(done+1, commits))} {
		same := len(want) == len(seen)
		for path := range want {
			same = same && seen[path]
		}
		if same {
			return x.Begin() // it can be written, too
		}
	}
	return fmt.Errorf("%d rows, want those after %d commits or one more", len(seen), done)
}
