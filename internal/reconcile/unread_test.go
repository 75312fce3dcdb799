package reconcile

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/osssync/osssync/resumable"
)

func TestUnread_Notice(t *testing.T) {
	newer := fmt.Errorf("record %q: %w", "0", resumable.ErrNewer)
	denied := &fs.PathError{Op: "open", Path: "dir/0", Err: fs.ErrPermission}
	for _, row := range []struct {
		name       string
		why        []error
		folder     bool
		fact, hint string
	}{
		{"none", nil, false, "", ""},
		{"one", []error{fmt.Errorf("record: %w", denied)}, false, `checkpoint "dir/0" cannot be read (permission denied); `, "if no other osssync is at work, remove that file: "},
		{"two", []error{denied, newer}, false, `checkpoint "dir/0" and 1 more cannot be read (permission denied); `, "if no other osssync is at work, remove that file: "},
		{"newer", []error{newer}, false, `checkpoint "dir/0" cannot be read (` + resumable.ErrNewer.Error() + `); `, "let the version that wrote it end its transfer; or, if no other"},
		{"folder", []error{denied}, true, `folder of checkpoints "dir/0" cannot be read (permission denied); `, "let this user read that folder"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var u unread
			for i, why := range row.why {
				if err := u.add(fmt.Sprintf("dir/%d", i), row.folder, why); err != nil {
					t.Fatal(err)
				}
			}
			n := u.notice()
			if (n == nil) != (row.fact == "") {
				t.Fatal(n)
			}
			if n != nil && (!strings.HasPrefix(n.Fact, row.fact) || !strings.HasPrefix(n.Hint, row.hint)) {
				t.Errorf("%+v", n)
			}
		})
	}
}

// TestM5_UnreadFolder: a folder of checkpoints that cannot be looked into may own any
// upload, whoever's work it is of.
func TestM5_UnreadFolder(t *testing.T) {
	w := pushWorld(t, partFields)
	w.begin("large", "part")
	w.ages(t, func() { w.planned(t, "abort large") })
	loop := Checkpoints(w.state)
	if err := os.MkdirAll(filepath.Dir(loop), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Base(loop), loop); err != nil {
		t.Skip(err)
	}
	w.ages(t, func() {
		w.preview(func(p *Plan) {
			if got := rows(t, p); !slices.Equal(got, []string{"keep large"}) {
				t.Errorf("%q", got)
			}
			if len(p.Notices) != 1 || !strings.HasPrefix(p.Notices[0].Hint, "let this user read") {
				t.Errorf("%+v", p.Notices)
			}
		})
	})
	if _, err := OwnedUploads(w.state); err == nil {
		t.Error("all is known of who owns what")
	}
}

// TestS11_UnreadRecordIsTold: what keeps every upload from being aborted is told by
// plans and applies of a push, once each, and stops nothing. No pull aborts any.
func TestS11_UnreadRecordIsTold(t *testing.T) {
	for want, w := range []*world{pullWorld(t, ""), pushWorld(t, partFields)} {
		store, err := resumable.NewFileStore(Checkpoints(filepath.Join(w.dir, "state")))
		if err != nil {
			t.Fatal(err)
		}
		key := strings.Repeat("0123456789abcdef", 2) + "--" + strings.Repeat("fedcba9876543210", 2)
		if err := store.Put(key, []byte("{")); err != nil {
			t.Fatal(err)
		}
		w.write(map[string]string{"a": "a"})
		told := func(p *Plan) {
			t.Helper()
			if len(p.Notices) != want || want > 0 && !strings.Contains(p.Notices[0].Fact, key) {
				t.Errorf("%+v", p.Notices)
			}
		}
		w.preview(told)
		p, err := w.session().Prepare(ctx, w.mapping(), nil)
		if err != nil {
			t.Fatal(err)
		}
		told(p)
		if report, err := p.Run(ctx, nil, nil); err != nil || !report.Complete() {
			t.Errorf("%+v, %v", report, err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
}
