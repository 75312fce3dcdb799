package apply_test

import (
	"errors"
	"os"
	"testing"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/localfs"
	"github.com/osssync/osssync/internal/ossserver"
	"github.com/osssync/osssync/plan"
)

// Another folder takes the place of the tree while content is moved: what is under
// way ends in the folder that was opened, and no delete follows.
func TestL4_RootReplacedWhileApplying(t *testing.T) {
	b := newBench(t)
	rows := []plan.Action{
		&plan.Upload{Path: "a", Reason: plan.ReasonNew, Local: b.write("a", "a"), Headers: html},
		&plan.DeleteRemote{Path: "x", Reason: plan.ReasonGone, Before: b.put("x", "old")},
		&plan.DeleteLocal{Path: "y", Reason: plan.ReasonGone, Before: b.write("y", "old")},
	}
	b.when(ossserver.PutObject, func() {
		if err := errors.Join(os.Rename(b.tree, b.tree+".old"), os.Mkdir(b.tree, 0o755), os.WriteFile(b.tree+"/y", []byte("theirs"), 0o600)); err != nil {
			t.Error(err)
		}
	})
	done := map[string]apply.Outcome{}
	var ended error
	for result, err := range apply.Run(t.Context(), b.section(rows...), b.env) {
		if err != nil {
			ended = err
			break
		}
		done[result.Action.Where()] = result.Outcome
	}
	if !errors.Is(ended, localfs.ErrRootReplaced) || len(done) != 1 || done["a"] == 0 {
		t.Errorf("%v after %v", ended, done)
	}
	if n := b.journal.Count(ossserver.DeleteObject); n > 0 {
		t.Errorf("%d deletes", n)
	}
	for _, file := range []string{b.tree + "/y", b.tree + ".old/y"} {
		if _, err := os.Stat(file); err != nil {
			t.Error(err)
		}
	}
}
