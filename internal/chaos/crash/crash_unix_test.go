//go:build unix

package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/osssync/osssync/internal/chaos/ground"
	"github.com/osssync/osssync/internal/chaos/stage"
	"github.com/osssync/osssync/internal/ossserver"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if dir, err := workshop(); err == nil {
			_ = os.RemoveAll(dir)
		}
		os.Exit(code)
	}))
}

// The programs are built once for all tests.
var (
	workshop = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "osssync-crash") })
	plain    = sync.OnceValues(func() (string, error) { return buildAs("") })
	gated    = sync.OnceValues(func() (string, error) { return buildAs("failpoint") })
)

func buildAs(tags string) (string, error) {
	dir, err := workshop()
	if err != nil {
		return "", err
	}
	return Build(context.Background(), dir, tags)
}

// alley is where victims are placed.
type alley struct {
	dir   string
	plain string // the program without fail points
	count atomic.Int64
}

func newAlley(t *testing.T) *alley {
	t.Helper()
	program, err := plain()
	if err != nil {
		t.Fatal(err)
	}
	return &alley{dir: ground.Memory(t), plain: program}
}

// with places a victim and lets use have it.
func (a *alley) with(t *testing.T, scene stage.Scene, workers int, use func(v *Victim) error) error {
	dir := filepath.Join(a.dir, strconv.FormatInt(a.count.Add(1), 10))
	v, err := Place(t.Context(), dir, a.plain, scene, workers)
	if err != nil {
		return err
	}
	err = use(v)
	if closeErr := v.Close(); err == nil {
		err = closeErr
	}
	if removeErr := os.RemoveAll(dir); err == nil {
		err = removeErr
	}
	return err
}

// crash is a point in a scene.
type crash struct {
	scene   stage.Scene
	workers int
	point   Point
}

func (c *crash) String() string {
	return fmt.Sprintf("%s, %d workers, %s", c.scene.Name, c.workers, c.point.Name)
}

// happen lets a crash happen and the program recover.
func (a *alley) happen(t *testing.T, c *crash) (hit bool, err error) {
	err = a.with(t, c.scene, c.workers, func(v *Victim) error {
		var err error
		if hit, err = v.Die(t.Context(), c.point); err != nil {
			return err
		}
		return v.Recover(t.Context())
	})
	return hit, err
}

// happenAll lets crashes happen until so many have hit, each again if there are not
// enough, and reports those that the program did not recover from. A process that
// ends before it dies is no crash: strace counts by thread, and which thread does what
// changes from run to run.
func (a *alley) happenAll(t *testing.T, seed uint64, want int, crashes []crash) {
	t.Helper()
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(crashes), func(i, k int) { crashes[i], crashes[k] = crashes[k], crashes[i] })
	var next, hits atomic.Int64
	tries := 20 + 3*int64(want)
	t.Run("all", func(t *testing.T) {
		for worker := range 2 {
			t.Run(fmt.Sprint(worker), func(t *testing.T) {
				t.Parallel()
				for i := next.Add(1) - 1; i < tries && hits.Load() < int64(want); i = next.Add(1) - 1 {
					c := crashes[i%int64(len(crashes))]
					hit, err := a.happen(t, &c)
					if err != nil {
						t.Errorf("OSSSYNC_SEED=%d: %s: %v", seed, &c, err)
					}
					if hit {
						hits.Add(1)
					}
				}
			})
		}
	})
	t.Logf("OSSSYNC_SEED=%d: %d crash points, of %d there are", seed, hits.Load(), len(crashes))
	if hits.Load() < int64(want) {
		t.Errorf("only %d crashes in %d tries", hits.Load(), tries)
	}
}

// After kill -9 at any point the next apply converges, sends at most one piece for
// each worker again, and leaves nothing about.
func TestS1_CrashPoints(t *testing.T) {
	level, err := stage.LevelAsked()
	if err != nil {
		t.Fatal(err)
	}
	a, seed := newAlley(t), ground.Seed(t)
	withPoints, err := gated()
	if err != nil {
		t.Fatal(err)
	}
	noTrace := CanTrace(t.Context())
	if noTrace != nil {
		t.Logf("without strace: %v", noTrace)
	}
	const requests = 12 // about as many as an apply of a scene makes
	var inside, traced, outside []crash
	for _, scene := range stage.Scenes() {
		add := func(to *[]crash, points []Point, err error) error {
			for _, p := range points {
				*to = append(*to, crash{scene, 1 + len(*to)%2, p})
			}
			return err
		}
		err := a.with(t, scene, 1, func(v *Victim) error {
			points, err := v.FailPoints(t.Context(), withPoints)
			return add(&inside, points, err)
		})
		if err == nil && noTrace == nil {
			err = a.with(t, scene, 1, func(v *Victim) error {
				points, err := v.TracePoints(t.Context(), a.plain)
				return add(&traced, points, err)
			})
		}
		if err != nil {
			t.Fatalf("%s: %v", scene.Name, err)
		}
		_ = add(&outside, RequestPoints(a.plain, requests), nil)
	}
	byRequest, byCall := min(level.CrashPoints/3, len(outside)), level.CrashPoints/3
	if noTrace != nil {
		byCall = 0
	} else {
		t.Run("system calls", func(t *testing.T) { a.happenAll(t, seed, byCall, traced) })
	}
	t.Run("requests", func(t *testing.T) { a.happenAll(t, seed, byRequest, outside) })
	t.Run("fail points", func(t *testing.T) { a.happenAll(t, seed, level.CrashPoints-byRequest-byCall, inside) })
}

// The same where each apply in a row is killed as soon as the service has begun an
// upload for it.
func TestS1_M4_KilledAtInitiateInARow(t *testing.T) {
	a, hits := newAlley(t), 0
	for _, scene := range stage.Scenes() {
		if !scene.Push || scene.Cut > 0 {
			continue
		}
		for workers := 1; workers <= 2; workers++ {
			for kills := 1; kills <= 3; kills++ {
				err := a.with(t, scene, workers, func(v *Victim) error {
					for range kills {
						hit, err := v.Die(t.Context(), OperationPoint(a.plain, ossserver.InitiateMultipartUpload))
						if err != nil || !hit { // a scene without large files
							return err
						}
						hits++
					}
					return v.Recover(t.Context())
				})
				if err != nil {
					t.Errorf("%s, %d workers, %d kills: %v", scene.Name, workers, kills, err)
				}
			}
		}
	}
	if hits < 2*(1+2+3) {
		t.Errorf("only %d kills", hits)
	}
}

// The same at random times, which also meets what lies between calls.
func TestS1_Kills(t *testing.T) {
	level, err := stage.LevelAsked()
	if err != nil {
		t.Fatal(err)
	}
	a, seed := newAlley(t), ground.Seed(t)
	random := rand.New(rand.NewPCG(seed, 1))
	took := map[string]time.Duration{}
	for _, scene := range stage.Scenes() {
		err := a.with(t, scene, 2, func(v *Victim) error {
			began := time.Now()
			_, err := v.Die(t.Context(), Point{program: a.plain})
			took[scene.Name] = time.Since(began)
			return err
		})
		if err != nil {
			t.Fatalf("%s: %v", scene.Name, err)
		}
	}
	var crashes []crash
	for range 2 * level.Kills {
		scene := stage.Scenes()[random.IntN(len(stage.Scenes()))]
		crashes = append(crashes, crash{scene, 2, TimePoint(a.plain, time.Duration(random.Int64N(int64(took[scene.Name]))))})
	}
	a.happenAll(t, seed, level.Kills, crashes)
}
