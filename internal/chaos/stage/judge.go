package stage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/internal/localfs"
)

// maxApplies is how many applies may be needed after one that died.
const maxApplies = 2

// Intact reports what an apply that died has lost, torn or touched and was not to.
func (st *Stage) Intact() error {
	files, hidden, err := st.files()
	if err != nil {
		return err
	}
	objects, beside, err := st.objects()
	if err != nil {
		return err
	}
	if !maps.Equal(beside, canaries.Objects) {
		return fmt.Errorf("outside the prefix: %q", slices.Sorted(maps.Keys(beside)))
	}
	goal, before := st.Scene.Goal(), st.Scene.before()
	source, target := files, objects
	if !st.Scene.Push {
		source, target = objects, files
	}
	if !maps.Equal(source, goal) {
		return errors.New("the source was changed: " + difference(goal, source))
	}
	for path, content := range target {
		old, had := before[path]
		wish, stays := goal[path]
		if !(had && content == old || stays && content == wish) {
			return fmt.Errorf("%q is neither what it was nor what it should be: %s", path, brief(content))
		}
	}
	for path, content := range before {
		if _, there := target[path]; there {
			continue
		}
		if _, stays := goal[path]; stays {
			return fmt.Errorf("%q is gone", path)
		}
		if !st.Scene.Push && !slices.Contains(slices.Collect(maps.Values(hidden)), content) {
			return fmt.Errorf("the deleted %q is not in the trash", path)
		}
	}
	if !st.Scene.Push {
		for path, content := range st.Scene.Then.Files {
			if files[path] != content && !slices.Contains(slices.Collect(maps.Values(hidden)), content) {
				return fmt.Errorf("somebody's %q is neither in its place nor in the trash", path)
			}
		}
	}
	return nil
}

// Settle applies until nothing is due, which few applies have to reach, and reports
// what they leave undone or behind. Uploads are another question: see NoUploads.
func (st *Stage) Settle(ctx context.Context) error {
	for n := 1; ; n++ {
		report, err := st.Apply(ctx, nil)
		if err == nil && report.Complete() {
			break
		}
		if n == maxApplies {
			return fmt.Errorf("apply %d after the crash: %+v, %w", n, report, err)
		}
	}
	if due, err := st.Due(ctx); err != nil || due > 0 {
		return fmt.Errorf("%d changes due after an apply: %w", due, err)
	}
	return st.Settled()
}

// Settled reports whether both sides are at the goal and nothing lies about.
func (st *Stage) Settled() error {
	if err := st.Intact(); err != nil {
		return err
	}
	files, _, err := st.files()
	if err != nil {
		return err
	}
	objects, _, err := st.objects()
	if err != nil {
		return err
	}
	for side, got := range map[string]map[string]string{"files": files, "objects": objects} {
		if goal := st.Scene.Goal(); !maps.Equal(goal, got) {
			return fmt.Errorf("%s: %s", side, difference(goal, got))
		}
	}
	if err := st.NoTemps(); err != nil {
		return err
	}
	for _, folder := range []string{"checkpoints", "plans"} {
		left, err := filepath.Glob(filepath.Join(st.State, "*", folder, "*"))
		hidden, hiddenErr := filepath.Glob(filepath.Join(st.State, "*", folder, ".*"))
		if left = append(left, hidden...); err != nil || hiddenErr != nil || len(left) > 0 {
			return fmt.Errorf("left in the state folder: %q", left)
		}
	}
	return nil
}

// NoUploads reports multipart uploads that are pending.
func (st *Stage) NoUploads(ctx context.Context) error {
	res, err := st.other.ListMultipartUploads(ctx, &oss.ListMultipartUploadsRequest{Bucket: oss.Ptr(bucket)})
	if err == nil && len(res.Uploads) > 0 {
		u := res.Uploads[0]
		err = fmt.Errorf("%d uploads are left, such as %q of %q, begun at %v", len(res.Uploads), *u.UploadId, *u.Key, *u.Initiated)
	}
	return err
}

// files are those of the tree; hidden ones are temporary files and the trash. What
// lies around the tree must be as it was.
func (st *Stage) files() (files, hidden map[string]string, err error) {
	files, hidden = texts{}, texts{}
	beside := maps.Clone(canaries.Files)
	err = filepath.WalkDir(st.Dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (name == st.State || name == st.Stored):
			return fs.SkipDir
		case d.IsDir() || filepath.Dir(name) == st.Dir && strings.HasPrefix(d.Name(), "osssync"):
			return nil
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		path, inside := strings.CutPrefix(name, st.Tree+string(filepath.Separator))
		path = filepath.ToSlash(path)
		switch {
		case !inside:
			rest, _ := filepath.Rel(st.Dir, name)
			if was, known := beside[filepath.ToSlash(rest)]; !known || was != string(content) {
				return fmt.Errorf("outside the tree: %q", name)
			}
			delete(beside, filepath.ToSlash(rest))
		case strings.HasPrefix(path, localfs.ReservedDir+"/") || strings.HasPrefix(d.Name(), localfs.TempPrefix):
			hidden[path] = string(content)
		default:
			files[path] = string(content)
		}
		return nil
	})
	if err == nil && len(beside) > 0 {
		err = fmt.Errorf("gone from outside the tree: %q", slices.Sorted(maps.Keys(beside)))
	}
	return files, hidden, err
}

// Objects are the contents below the prefix, by path.
func (st *Stage) Objects() (map[string]string, error) {
	objects, _, err := st.objects()
	return objects, err
}

// objects are those below the prefix; beside are all others.
func (st *Stage) objects() (objects, beside map[string]string, err error) {
	objects, beside = texts{}, texts{}
	ctx := context.Background()
	page, err := st.other.ListObjectsV2(ctx, &oss.ListObjectsV2Request{Bucket: oss.Ptr(bucket), MaxKeys: 1000})
	if err != nil {
		return nil, nil, err
	}
	for _, o := range page.Contents {
		content, known := st.known[*o.ETag]
		if !known {
			got, err := st.other.GetObject(ctx, &oss.GetObjectRequest{Bucket: oss.Ptr(bucket), Key: o.Key})
			if err != nil {
				return nil, nil, err
			}
			text, err := io.ReadAll(got.Body)
			if err = errors.Join(err, got.Body.Close()); err != nil {
				return nil, nil, err
			}
			content = string(text)
			st.known[*o.ETag] = content
		}
		if path, inside := strings.CutPrefix(*o.Key, prefix); inside {
			objects[path] = content
		} else {
			beside[*o.Key] = content
		}
	}
	return objects, beside, nil
}

// difference names the first path, by name, that is not as it should be.
func difference(want, got map[string]string) string {
	all := maps.Clone(want)
	maps.Copy(all, got)
	for _, path := range slices.Sorted(maps.Keys(all)) {
		w, wanted := want[path]
		g, there := got[path]
		switch {
		case !there:
			return fmt.Sprintf("%q is missing", path)
		case !wanted:
			return fmt.Sprintf("%q should not be there", path)
		case w != g:
			return fmt.Sprintf("%q is %s, not %s", path, brief(g), brief(w))
		}
	}
	return "none"
}

// brief describes a content.
func brief(content string) string {
	return fmt.Sprintf("%d bytes %.20q", len(content), content)
}

// NoTemps reports a temporary file in the tree that no checkpoint names.
func (st *Stage) NoTemps() error {
	_, hidden, err := st.files()
	if err != nil {
		return err
	}
	records, err := filepath.Glob(filepath.Join(st.State, "*", "checkpoints", "*"))
	if err != nil {
		return err
	}
	var named strings.Builder
	for _, record := range records {
		text, err := os.ReadFile(record)
		if err != nil {
			return err
		}
		named.Write(text)
	}
	for path := range hidden {
		if name := filepath.Base(path); strings.HasPrefix(name, localfs.TempPrefix) && !strings.Contains(named.String(), name) {
			return fmt.Errorf("temporary file %q is left", path)
		}
	}
	return nil
}
