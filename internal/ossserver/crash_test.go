package ossserver

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
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

// crashBody is recognisable: its bytes follow from its key and version.
func crashBody(key string, version, size int) []byte {
	seed := fmt.Sprintf("%s #%d ", key, version)
	return bytes.Repeat([]byte(seed), size/len(seed)+1)[:size]
}

// crashKey is what one key may hold after the crash.
type crashKey struct {
	size      int
	acked     int // last version that was acknowledged, 0 for none
	attempted int // last version that was sent
}

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
	total := 0
	for round := range rounds {
		rng := rand.New(rand.NewPCG(seed, uint64(round)))
		crashRound(t, dir, state, rng)
		total += checkCrash(t, dir, state)
	}
	if total == 0 {
		t.Error("no write was acknowledged before any crash")
	}
	t.Logf("%d keys found whole", total)
}

// crashRound writes until a random number of writes was acknowledged, then
// kills the server.
func crashRound(t *testing.T, dir string, state []map[string]*crashKey, rng *rand.Rand) {
	cmd, url := startCrashing(t, dir)
	target := 50 + rng.IntN(300)
	acks := make(chan struct{}, 1024)
	var workers sync.WaitGroup
	transport := &http.Transport{MaxIdleConnsPerHost: len(state)}
	defer transport.CloseIdleConnections()
	for i, keys := range state {
		sub := rand.New(rand.NewPCG(rng.Uint64(), uint64(i)))
		workers.Go(func() {
			for writeOne(t, transport, url, i, keys, sub) {
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

// writeOne sends one version of one key and reports whether it was acknowledged.
func writeOne(t *testing.T, transport *http.Transport, url string, worker int, keys map[string]*crashKey, rng *rand.Rand) bool {
	name := fmt.Sprintf("w%d/%d", worker, rng.IntN(8))
	key := keys[name]
	if key == nil {
		sizes := []int{0, 100, 4096, inlineLimit, inlineLimit + 1, 100_000, 600_000}
		key = &crashKey{size: sizes[rng.IntN(len(sizes))]}
		keys[name] = key
	}
	key.attempted++
	r := newSignedRequest(t, "PUT", url+"/"+testBucket+"/"+name, bytes.NewReader(crashBody(name, key.attempted, key.size)))
	resp, err := transport.RoundTrip(r)
	if err != nil {
		return false
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("put %q: %s", name, resp.Status)
		return false
	}
	key.acked = key.attempted
	return true
}

func checkCrash(t *testing.T, dir string, state []map[string]*crashKey) (found int) {
	t.Helper()
	h := &harness{t: t, dir: dir, hooks: &Hooks{}}
	h.open()
	files := 0
	for _, keys := range state {
		for name, key := range keys {
			got := h.raw("GET", "/"+testBucket+"/"+name, nil)
			if got.status == http.StatusNotFound {
				if key.acked > 0 {
					t.Errorf("%q: acknowledged and lost", name)
				}
				continue
			}
			version := 0
			for v := key.attempted; v >= max(1, key.acked); v-- {
				if bytes.Equal(got.body, crashBody(name, v, key.size)) {
					version = v
					break
				}
			}
			if version == 0 {
				t.Errorf("%q: %d bytes are no version from %d to %d", name, len(got.body), key.acked, key.attempted)
			}
			key.acked = version // it is durable now, acknowledged or not
			found++
			if key.size > inlineLimit {
				files++
			}
		}
	}
	entries, err := os.ReadDir(filepath.Join(dir, "content"))
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != files {
		t.Errorf("%d content files for %d large objects", len(entries), files)
	}
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	return found
}
