package resumable

import (
	"bytes"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
)

// sweepSize is five pieces, the last one short.
const sweepSize = 4*kib + 9

// both runs a test for an upload and for a download: transfer runs one call,
// check wants everything right and nothing left.
func both(t *testing.T, test func(t *testing.T, fresh func(t testing.TB) *rig, transfer func(r *rig) error, check func(t testing.TB, r *rig))) {
	t.Run("upload", func(t *testing.T) {
		test(t, func(t testing.TB) *rig { return newRig(t, noise(1, sweepSize)) },
			func(r *rig) error {
				opts := r.upOpts()
				opts.Parts = 2
				_, err := Upload(t.Context(), r.c, "bkt", "dir/key.bin", r.file, opts)
				return err
			},
			func(t testing.TB, r *rig) {
				want, _ := os.ReadFile(r.file)
				if o := r.object("dir/key.bin"); o == nil || !bytes.Equal(o.data, want) {
					t.Error("object differs from file")
				}
				if r.store.len() != 0 || len(r.temps(t)) != 0 {
					t.Errorf("%d records, temps %q", r.store.len(), r.temps(t))
				}
			})
	})
	t.Run("download", func(t *testing.T) {
		test(t, func(t testing.TB) *rig { return remoteRig(t, noise(1, sweepSize)) },
			func(r *rig) error {
				opts := r.downOpts()
				opts.Parts = 2
				_, err := Download(t.Context(), r.c, "bkt", "dir/key.bin", r.out(), opts)
				return err
			},
			func(t testing.TB, r *rig) {
				got, _ := os.ReadFile(r.out())
				if !bytes.Equal(got, r.object("dir/key.bin").data) {
					t.Error("file differs from object")
				}
				if r.store.len() != 0 || len(r.temps(t)) != 0 {
					t.Errorf("%d records, temps %q", r.store.len(), r.temps(t))
				}
			})
	})
}

// M1-M12: request number n fails, for every n until a run needs no request n,
// alone or with all that follow; then the service is well again.
func TestFaultSweep(t *testing.T) {
	faults := map[string]*fault{
		"500":          {status: 500},
		"403":          {status: 403, code: "AccessDenied"},
		"hang up":      {hangUp: true},
		"answer lost":  {lost: true},
		"500 too late": {late: 500},
		"torn body":    {cut: 600},
		"NoSuchUpload": {status: 404, code: "NoSuchUpload"},
	}
	for name, f := range faults {
		for _, lasting := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s lasting=%t", name, lasting), func(t *testing.T) {
				both(t, func(t *testing.T, fresh func(testing.TB) *rig, transfer func(*rig) error, check func(testing.TB, *rig)) {
					for n := 1; ; n++ {
						r := fresh(t)
						reached := false
						r.inject(func(i int, _ call) *fault {
							if i == n || lasting && i > n {
								reached = true
								return f
							}
							return nil
						})
						err := transfer(r)
						r.inject(nil)
						if !reached {
							if n < 6 {
								t.Errorf("only %d requests", n)
							}
							return
						}
						sent := r.bytesMoved()
						if again := transfer(r); again != nil {
							t.Fatalf("request %d: first %v, then %v", n, err, again)
						}
						check(t, r)
						// Two workers; the client sends each part up to three times.
						if total := r.bytesMoved(); total > sweepSize+6*kib && name != "NoSuchUpload" {
							t.Errorf("request %d (%v): %d bytes moved, %d of them before", n, err, total, sent)
						}
					}
				})
			})
		}
	}
}

// bytesMoved counts the bytes of parts received.
func (s *service) bytesMoved() (n int) {
	for _, c := range s.calls("PART") {
		n += c.bytes
	}
	return n
}

// The process dies at each call to its store, before or after that takes
// effect: from then on neither store nor service hears of it. The next process
// carries on, and there is at most one upload left that nobody knows.
func TestS1_CrashSweep(t *testing.T) {
	for _, after := range []bool{false, true} {
		t.Run(fmt.Sprintf("after=%t", after), func(t *testing.T) {
			both(t, func(t *testing.T, fresh func(testing.TB) *rig, transfer func(*rig) error, check func(testing.TB, *rig)) {
				for n := 1; ; n++ {
					r := fresh(t)
					var dead atomic.Bool
					calls := 0
					r.store.hook = func(string) error {
						if dead.Load() {
							return errDied
						}
						if calls++; calls == n {
							dead.Store(true)
							if !after {
								return errDied
							}
						}
						return nil
					}
					r.inject(func(int, call) *fault {
						if dead.Load() {
							return &fault{hangUp: true}
						}
						return nil
					})
					_ = transfer(r)
					reached := dead.Load()
					r.inject(nil)
					r.store.hook = nil
					if !reached {
						return
					}
					if err := transfer(r); err != nil {
						t.Fatalf("call %d: %v", n, err)
					}
					check(t, r)
					if r.uploads() > 1 {
						t.Errorf("call %d: %d uploads left", n, r.uploads())
					}
				}
			})
		})
	}
}
