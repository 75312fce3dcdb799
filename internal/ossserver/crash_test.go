package ossserver

import (
	"bufio"
	"cmp"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// The test binary, run with this variable, is a server on that directory. It
// prints its address and then serves until it is killed.
const crashDirVariable = "OSSSERVER_CRASH_DIR"

func crashingServer(dir string) {
	s, err := Open(Options{Dir: dir, Credentials: map[string]string{testKeyID: testSecret}})
	if err != nil {
		fmt.Println("open:", err)
		return
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println("listen:", err)
		return
	}
	fmt.Println(listener.Addr())
	http.Serve(listener, s)
}

// startCrashing runs the server in a process and returns its base URL.
func startCrashing(t *testing.T, dir string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashDirVariable+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "127.") {
		t.Fatalf("server says %q, %v", line, err)
	}
	return cmd, "http://" + strings.TrimSpace(line)
}

// crashWritesVariable says how many writes TestCrash is to see acknowledged in
// all; without it there are some hundreds.
const crashWritesVariable = "OSSSERVER_CRASH_WRITES"

// TestCrash kills a server in the middle of concurrent writes, several times on
// one directory. Every acknowledged write must be there whole, every other one
// whole or not at all, and no file may be left that no object has.
func TestCrash(t *testing.T) {
	if testing.Short() {
		t.Skip("runs processes")
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	dir := t.TempDir()
	setup, err := Open(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := setup.CreateBucket(testBucket); err != nil {
		t.Fatal(err)
	}
	if err := setup.Close(); err != nil {
		t.Fatal(err)
	}
	const workers, rounds = 16, 4
	state := make([]map[string]*crashKey, workers)
	for i := range state {
		state[i] = make(map[string]*crashKey)
	}
	writes, err := strconv.Atoi(cmp.Or(os.Getenv(crashWritesVariable), "600"))
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for round := range rounds {
		rng := rand.New(rand.NewPCG(seed, uint64(round)))
		crashRound(t, dir, state, rng, writes/rounds/2+rng.IntN(writes/rounds))
		total += checkCrash(t, dir, state)
	}
	if total == 0 {
		t.Error("no write was acknowledged before any crash")
	}
	t.Logf("%d keys found whole", total)
}

// crashRound writes until so many writes were acknowledged, then kills the
// server.
func crashRound(t *testing.T, dir string, state []map[string]*crashKey, rng *rand.Rand, target int) {
	cmd, url := startCrashing(t, dir)
	acks := make(chan struct{}, 1024)
	var workers sync.WaitGroup
	transport := &http.Transport{MaxIdleConnsPerHost: len(state)}
	defer transport.CloseIdleConnections()
	for i, keys := range state {
		sub := rand.New(rand.NewPCG(rng.Uint64(), uint64(i)))
		workers.Go(func() {
			client := &crashClient{t: t, transport: transport, url: url}
			for client.writeOne(i, keys, sub) {
				acks <- struct{}{}
			}
		})
	}
	ended := make(chan struct{})
	go func() { workers.Wait(); close(ended) }()
	for n := 0; ; n++ {
		if n == target {
			if err := cmd.Process.Kill(); err != nil {
				t.Error(err)
			}
			cmd.Wait()
		}
		select {
		case <-acks:
			continue
		case <-ended:
		}
		if n < target {
			t.Errorf("server ended after %d writes", n)
			cmd.Process.Kill()
			cmd.Wait()
		}
		return
	}
}
