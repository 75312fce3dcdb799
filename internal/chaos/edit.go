package chaos

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// write puts a new file of size bytes at path.
func (w *world) write(path string, size int) error {
	return writeFile(w.file(path), w.compose(path, size))
}

// overwrite changes the content of a file in place and keeps its size and its
// modification time, as some tools do.
func (w *world) overwrite(path string) error {
	was, err := os.Stat(w.file(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	f, err := os.OpenFile(w.file(path), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(w.compose(path, int(was.Size())))
	return errors.Join(err, f.Close(), os.Chtimes(w.file(path), was.ModTime(), was.ModTime()))
}

// remove takes a file away, and the folders that it leaves empty.
func (w *world) remove(path string) error {
	err := os.Remove(w.file(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for dir := filepath.Dir(w.file(path)); err == nil && dir != w.tree; dir = filepath.Dir(dir) {
		if os.Remove(dir) != nil {
			break // not empty
		}
	}
	return err
}

// link makes a symbolic link that leads out of the tree, unless the name is taken.
func (w *world) link(path string) error {
	err := os.Symlink(w.dir, w.file(path))
	if errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	w.links[path] = true
	return err
}

// unlink removes all symbolic links.
func (w *world) unlink() error {
	for path := range w.links {
		if err := os.Remove(w.file(path)); err != nil {
			return err
		}
	}
	clear(w.links)
	return nil
}

// shielded reports whether a symbolic link, or a folder that cannot be read, stands at
// path or above it, so that nobody knows what the tree has there.
func (w *world) shielded(path string) bool {
	if w.below(w.links, path) {
		return true
	}
	for folder := range w.denied {
		if _, err := os.Lstat(w.file(folder)); err == nil && strings.HasPrefix(path, folder+"/") {
			return true
		}
	}
	return false
}

// below reports whether path or a folder above it is in set.
func (w *world) below(set map[string]bool, path string) bool {
	for ; path != "."; path = filepath.ToSlash(filepath.Dir(path)) {
		if set[path] {
			return true
		}
	}
	return false
}

// rename gives a file of the tree another name, in place of what is there.
func (w *world) rename(from, to string) error {
	if from == to || w.links[from] || w.links[to] {
		return nil
	}
	content, err := os.ReadFile(w.file(from))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	w.book(to, content)
	if !w.scene.push {
		w.foreign[to] = true
	}
	if err := os.MkdirAll(filepath.Dir(w.file(to)), 0o755); err != nil {
		return err
	}
	return os.Rename(w.file(from), w.file(to))
}

// damage spoils a byte of the index.
func (w *world) damage(offset int64) error {
	indexes, err := filepath.Glob(filepath.Join(w.state, "*", "index.db"))
	if err != nil || len(indexes) == 0 {
		return err
	}
	f, err := os.OpenFile(indexes[0], os.O_RDWR, 0)
	if err != nil {
		return err
	}
	w.damaged++
	info, err := f.Stat()
	if err == nil && info.Size() > 0 {
		_, err = f.WriteAt([]byte("damage"), offset%info.Size())
	}
	return errors.Join(err, f.Close())
}

// put stores an object of size bytes as another writer.
func (w *world) put(path string, size int) error {
	return putKey(w.other, prefix+path, w.compose(path, size))
}

func putKey(by *oss.Client, key string, content []byte) error {
	_, err := by.PutObject(context.Background(), &oss.PutObjectRequest{Bucket: oss.Ptr(bucketName), Key: oss.Ptr(key), Body: bytes.NewReader(content)})
	return err
}

// version gives the bucket a state of versioning.
func (w *world) version(status string) error {
	w.versioned = true
	_, err := w.other.PutBucketVersioning(context.Background(), &oss.PutBucketVersioningRequest{
		Bucket: oss.Ptr(bucketName), VersioningConfiguration: &oss.VersioningConfiguration{Status: oss.VersioningStatusType(status)},
	})
	return err
}

// drop removes an object as another writer.
func (w *world) drop(path string) error {
	_, err := w.other.DeleteObject(context.Background(), &oss.DeleteObjectRequest{Bucket: oss.Ptr(bucketName), Key: oss.Ptr(prefix + path)})
	return err
}

// abandon begins a multipart upload as another writer, who goes no further than
// the first part.
func (w *world) abandon(path string) error {
	ctx := context.Background()
	begun, err := w.other.InitiateMultipartUpload(ctx, &oss.InitiateMultipartUploadRequest{Bucket: oss.Ptr(bucketName), Key: oss.Ptr(prefix + path)})
	if err != nil {
		return err
	}
	_, err = w.other.UploadPart(ctx, &oss.UploadPartRequest{
		Bucket: oss.Ptr(bucketName), Key: oss.Ptr(prefix + path), UploadId: begun.UploadId, PartNumber: 1, Body: bytes.NewReader([]byte("part")),
	})
	return err
}

// forget loses the state folder.
func (w *world) forget() error { return os.RemoveAll(w.state) }

// compose makes a content for path, and books it.
func (w *world) compose(path string, size int) []byte {
	w.edits++
	c := content(path, w.edits, size)
	w.book(path, c)
	return c
}

// book notes that somebody wrote content at path on purpose.
func (w *world) book(path string, content []byte) {
	if w.written[path] == nil {
		w.written[path] = map[string]bool{}
	}
	w.written[path][digest(content)] = true
}

func (w *world) file(path string) string { return filepath.Join(w.tree, filepath.FromSlash(path)) }

// writeFile makes the file name, and the folders above it.
func writeFile(name string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(name, content, 0o644); err != nil {
		return fmt.Errorf("file of the world: %w", err)
	}
	return nil
}
