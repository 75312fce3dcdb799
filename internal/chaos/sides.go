package chaos

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/osssync/osssync/internal/localfs"
)

// sums are files or objects by path, each as the MD5 of its content.
type sums map[string]string

// sides is what stands in a world at one moment.
type sides struct {
	files   sums            // of the tree
	trash   map[string]bool // MD5s of what lies in the tree's trash
	temps   []string
	objects sums // below the prefix
	beside  sums // the canaries, and whatever else lies around the tree and the prefix
}

// look reads everything.
func (w *world) look() (*sides, error) {
	s := &sides{files: sums{}, trash: map[string]bool{}, objects: sums{}, beside: sums{}}
	if err := w.lookLocal(s); err != nil {
		return nil, err
	}
	return s, w.lookRemote(s)
}

func (w *world) lookLocal(s *sides) error {
	mine := map[string]bool{w.state: true, filepath.Join(w.dir, "server"): true}
	return filepath.WalkDir(w.dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case d.IsDir() && mine[name]:
			return fs.SkipDir
		case !d.Type().IsRegular():
			return nil
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		path, inside := strings.CutPrefix(filepath.ToSlash(name), filepath.ToSlash(w.tree)+"/")
		switch {
		case !inside:
			s.beside[name] = digest(content)
		case strings.HasPrefix(path, trashDir):
			s.trash[digest(content)] = true
		case strings.HasPrefix(d.Name(), localfs.TempPrefix):
			s.temps = append(s.temps, path)
		default:
			s.files[path] = digest(content)
		}
		return nil
	})
}

const trashDir = localfs.ReservedDir + "/trash/"

// lookRemote takes the ETags of the listing for the MD5s that they are, but of
// objects that went up in parts.
func (w *world) lookRemote(s *sides) error {
	ctx := context.Background()
	page, err := w.other.ListObjectsV2(ctx, &oss.ListObjectsV2Request{Bucket: oss.Ptr(bucketName), MaxKeys: 1000})
	if err != nil {
		return err
	}
	for _, o := range page.Contents {
		sum := strings.Trim(*o.ETag, `"`)
		if known, ok := w.contents[sum]; ok {
			sum = known
		} else if *o.Type != "Normal" {
			got, err := w.other.GetObject(ctx, &oss.GetObjectRequest{Bucket: oss.Ptr(bucketName), Key: o.Key})
			if err != nil {
				return err
			}
			content, err := io.ReadAll(got.Body)
			if err != nil {
				return err
			}
			w.contents[sum] = digest(content)
			sum = w.contents[sum]
		}
		if path, inside := strings.CutPrefix(*o.Key, prefix); inside {
			s.objects[path] = sum
		} else {
			s.beside["oss://"+*o.Key] = sum
		}
	}
	return nil
}

// source and target are the sides by their part in the mapping.
func (w *world) source(s *sides) sums {
	if w.scene.push {
		return s.files
	}
	return s.objects
}

func (w *world) target(s *sides) sums {
	if w.scene.push {
		return s.objects
	}
	return s.files
}

// uploads returns the keys of the pending multipart uploads.
func (w *world) uploads() ([]string, error) {
	res, err := w.other.ListMultipartUploads(context.Background(), &oss.ListMultipartUploadsRequest{Bucket: oss.Ptr(bucketName)})
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, u := range res.Uploads {
		keys = append(keys, *u.Key)
	}
	return keys, nil
}

// response is the answer as a client gets it.
func (a *answer) response(r *http.Request) *http.Response {
	length, err := strconv.ParseInt(a.header.Get("Content-Length"), 10, 64)
	if err != nil {
		length = int64(len(a.body))
	}
	return &http.Response{
		StatusCode: a.status, Status: http.StatusText(a.status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.header, ContentLength: length, Body: io.NopCloser(bytes.NewReader(a.body)), Request: r,
	}
}
