//go:build failpoint

package powerloss

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"github.com/osssync/osssync/internal/chaos/stage"
	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/plan"
)

// Play is an apply of a scene with its log. Nothing else of the process may go
// through package disk while it is made.
type Play struct {
	Stage *stage.Stage
	Log   *Log

	saved    *plan.Section // that the apply ran; nil: it made its own
	recorder *Recorder     // while the apply runs
	services []service     // the first is that of the beginning
	err      error         // of keeping one
}

// service is the files of the server, by path. Those of a pull never change.
type service map[string][]byte

// Record lets an apply of a scene run to its end in dir, which must not exist, from a
// saved plan if that is wished. skip is as in Recorder. The stage has to be closed.
func Record(ctx context.Context, dir string, scene stage.Scene, saved bool, skip func(folder bool) bool) (p *Play, err error) {
	p = &Play{}
	workers := 2
	if scene.Push { // what the service holds is kept request by request
		workers = 1
	}
	if p.Stage, err = stage.Open(dir, scene, stage.Options{Workers: workers, Log: p.note}); err != nil {
		return nil, err
	}
	if err := p.record(ctx, saved, skip); err != nil {
		return nil, fmt.Errorf("%s: %w", scene.Name, errors.Join(err, p.Stage.Close()))
	}
	return p, nil
}

func (p *Play) record(ctx context.Context, saved bool, skip func(bool) bool) (err error) {
	if err := p.Stage.Ready(ctx); err != nil {
		return err
	}
	if saved {
		if p.saved, err = p.Stage.Save(ctx); err != nil {
			return err
		}
	}
	watched := []string{p.Stage.Tree, p.Stage.State}
	if p.Stage.Scene.Push {
		watched = watched[1:]
		p.keepService()
	}
	recorder, err := NewRecorder(watched...)
	if err != nil {
		return err
	}
	recorder.Skip = skip
	p.recorder = recorder
	restore := disk.SetGate(recorder)
	report, err := p.Stage.Apply(ctx, p.saved)
	restore()
	p.recorder, p.Log = nil, recorder.Log()
	if err == nil && !report.Complete() {
		err = fmt.Errorf("apply: %+v", report)
	}
	return errors.Join(err, p.err)
}

// note keeps what the service holds after a request that changed it. The requests
// of a stage with one worker come one after the other.
func (p *Play) note(e ossserver.Exchange) {
	if e.Method == http.MethodGet || e.Method == http.MethodHead || p.recorder == nil || !p.Stage.Scene.Push {
		return
	}
	p.keepService()
	p.recorder.Stored(len(p.services) - 1)
}

func (p *Play) keepService() {
	kept := service{}
	top := p.Stage.Stored
	err := filepath.WalkDir(top, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rest, err := filepath.Rel(top, name)
		if err == nil {
			kept[rest], err = os.ReadFile(name)
		}
		return err
	})
	p.err = errors.Join(p.err, err)
	p.services = append(p.services, kept)
}

// Run makes a state of the log real and reports what the applies after it do not
// put right.
func (p *Play) Run(ctx context.Context, s *State) error {
	if len(p.services) > 0 {
		if err := p.restoreService(max(s.Remote, 0)); err != nil {
			return err
		}
	}
	if err := s.Put(); err != nil {
		return err
	}
	if err := p.Stage.Intact(); err != nil {
		return fmt.Errorf("after the power loss: %w", err)
	}
	if p.saved != nil {
		var stale *plan.StaleError
		if _, err := p.Stage.Apply(ctx, p.saved); err != nil && !errors.As(err, &stale) {
			return fmt.Errorf("saved plan, again: %w", err)
		}
		if err := p.Stage.Intact(); err != nil {
			return fmt.Errorf("saved plan, again: %w", err)
		}
	}
	if err := p.Stage.Settle(ctx); err != nil {
		return err
	}
	return p.Stage.NoUploads(ctx)
}

func (p *Play) restoreService(n int) error {
	top := p.Stage.Stored
	if err := errors.Join(p.Stage.Close(), clearFolder(top)); err != nil {
		return err
	}
	for rest, text := range p.services[n] {
		name := filepath.Join(top, rest)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, text, 0o600)); err != nil {
			return err
		}
	}
	return p.Stage.Restart()
}
