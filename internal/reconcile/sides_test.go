package reconcile

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// write makes files; a content of "-" removes one.
func (w *world) write(files map[string]string) {
	w.t.Helper()
	for path, content := range files {
		name := filepath.Join(w.tree, filepath.FromSlash(path))
		err := os.MkdirAll(filepath.Dir(name), 0o755)
		if content == absent {
			err = os.Remove(name)
		} else if err == nil {
			err = os.WriteFile(name, []byte(content), 0o644)
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

// absent as a content stands for no file or object.
const absent = "-"

// put makes objects below the prefix as another writer.
func (w *world) put(objects map[string]string) {
	w.t.Helper()
	for path, content := range objects {
		w.putKey(testPrefix+path, content)
	}
}

func (w *world) putKey(key, content string) {
	w.t.Helper()
	var err error
	if content == absent {
		_, err = w.other.DeleteObject(ctx, &oss.DeleteObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr(key)})
	} else {
		_, err = w.other.PutObject(ctx, &oss.PutObjectRequest{Bucket: oss.Ptr(testBucket), Key: oss.Ptr(key), Body: strings.NewReader(content)})
	}
	if err != nil {
		w.t.Fatalf("%q: %v", key, err)
	}
}

// files returns the tree, without what osssync keeps there.
func (w *world) files() map[string]string {
	w.t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(w.tree, func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == ".osssync" {
			return fs.SkipDir
		}
		if !d.Type().IsRegular() {
			return nil
		}
		content, err := os.ReadFile(name)
		path, _ := filepath.Rel(w.tree, name)
		files[filepath.ToSlash(path)] = string(content)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return files
}

// bucket returns all objects by key.
func (w *world) bucket() map[string]string {
	w.t.Helper()
	objects := map[string]string{}
	pages := w.other.NewListObjectsV2Paginator(&oss.ListObjectsV2Request{Bucket: oss.Ptr(testBucket)})
	for pages.HasNext() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, o := range page.Contents {
			res, err := w.other.GetObject(ctx, &oss.GetObjectRequest{Bucket: oss.Ptr(testBucket), Key: o.Key})
			if err != nil {
				w.t.Fatal(err)
			}
			content, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil {
				w.t.Fatal(err)
			}
			objects[*o.Key] = string(content)
		}
	}
	return objects
}

// objects returns the objects below the prefix, by path.
func (w *world) objects() map[string]string {
	w.t.Helper()
	objects := map[string]string{}
	for key, content := range w.bucket() {
		if path, ok := strings.CutPrefix(key, testPrefix); ok {
			objects[path] = content
		}
	}
	return objects
}

// stateFiles returns a checksum of each file in the state folder.
func (w *world) stateFiles() map[string]string {
	w.t.Helper()
	sums := (&world{t: w.t, tree: w.state}).files()
	for name, content := range sums {
		sums[name] = fmt.Sprintf("%x", sha256.Sum256([]byte(content)))
	}
	return sums
}

// stateFile finds a file of the mapping's state folder.
func (w *world) stateFile(name string) string {
	return filepath.Join(w.session().stateOf(w.mapping()), name)
}

func with(m map[string]string, more map[string]string) map[string]string {
	m = maps.Clone(m)
	maps.Copy(m, more)
	maps.DeleteFunc(m, func(_, content string) bool { return content == absent })
	return m
}
