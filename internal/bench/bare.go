package bench

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"
)

// BareArgument is the first argument of a process that is to call [Bare] with the three
// that follow.
const BareArgument = "bare"

// section is how many bytes of a file one request moves.
const section = 64 * mib

// Bare is the yardstick for large files: a client of net/http that reads, sends and
// writes, and does nothing else. It hashes nothing, compares nothing, remembers nothing
// and tries nothing twice. Direction is "up" or "down", local a folder, and prefix the
// URL of a bucket and a prefix in it that ends in a slash.
func Bare(ctx context.Context, direction, local, prefix string) error {
	c := bareClient{&http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: connections, WriteBufferSize: 256 << 10, ReadBufferSize: 256 << 10,
	}}}
	defer c.http.CloseIdleConnections()
	switch direction {
	case "up":
		return c.up(ctx, local, prefix)
	case "down":
		return c.down(ctx, local, prefix)
	}
	return fmt.Errorf("direction %q: want up or down", direction)
}

type bareClient struct{ http *http.Client }

// exchange is a request and what is done with its answer.
type exchange struct {
	method, url string
	body        io.Reader // nil: none
	size        int64     // of the body
	span        string    // the header Range, if not empty
	use         func(answer io.Reader) error
}

func (c bareClient) do(ctx context.Context, x exchange) error {
	r, err := http.NewRequestWithContext(ctx, x.method, x.url, x.body)
	if err != nil {
		return err
	}
	r.ContentLength = x.size
	if x.span != "" {
		r.Header.Set("Range", x.span)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: status %d", x.method, x.url, answer.StatusCode)
	}
	if x.use != nil {
		return x.use(answer.Body)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

// up sends all files in parts.
func (c bareClient) up(ctx context.Context, local, prefix string) error {
	g, moving := bareGroup(ctx)
	var complete []string
	err := filepath.WalkDir(local, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		path, err := filepath.Rel(local, name)
		if err != nil {
			return err
		}
		info, err := os.Stat(name)
		if err != nil {
			return err
		}
		url := prefix + filepath.ToSlash(path)
		var begun struct {
			ID string `xml:"UploadId"`
		}
		err = c.do(ctx, exchange{method: http.MethodPost, url: url + "?uploads", use: into(&begun)})
		if err != nil {
			return err
		}
		complete = append(complete, url+"?uploadId="+begun.ID)
		for offset := int64(0); offset < info.Size(); offset += section {
			part := fmt.Sprintf("%s?partNumber=%d&uploadId=%s", url, offset/section+1, begun.ID)
			g.Go(func() error { return c.send(moving, part, name, offset, min(section, info.Size()-offset)) })
		}
		return nil
	})
	if err := errors.Join(err, g.Wait()); err != nil {
		return err
	}
	for _, url := range complete {
		if err := c.do(ctx, exchange{method: http.MethodPost, url: url}); err != nil {
			return err
		}
	}
	return nil
}

// down fetches all objects in ranges.
func (c bareClient) down(ctx context.Context, local, prefix string) error {
	at := strings.LastIndex(strings.TrimSuffix(prefix, "/"), "/") + 1
	bucket, below := prefix[:at], prefix[at:]
	var page struct {
		Contents []struct {
			Key  string
			Size int64
		}
	}
	err := c.do(ctx, exchange{method: http.MethodGet, url: bucket + "?list-type=2&prefix=" + below, use: into(&page)})
	if err != nil {
		return err
	}
	g, ctx := bareGroup(ctx)
	for _, o := range page.Contents {
		path := strings.TrimPrefix(o.Key, below)
		name := filepath.Join(local, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return errors.Join(err, g.Wait())
		}
		for offset := int64(0); offset < o.Size; offset += section {
			g.Go(func() error { return c.fetch(ctx, prefix+path, name, offset, min(section, o.Size-offset)) })
		}
	}
	return g.Wait()
}

// send sends a section of a file.
func (c bareClient) send(ctx context.Context, url, name string, offset, length int64) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return c.do(ctx, exchange{method: http.MethodPut, url: url, body: io.NewSectionReader(f, offset, length), size: length})
}

// fetch writes a section of an object to where it belongs in a file.
func (c bareClient) fetch(ctx context.Context, url, name string, offset, length int64) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	span := fmt.Sprintf("bytes=%d-%d", offset, offset+length-1)
	err = c.do(ctx, exchange{method: http.MethodGet, url: url, span: span, use: func(answer io.Reader) error {
		_, err := io.CopyBuffer(io.NewOffsetWriter(f, offset), answer, make([]byte, 256<<10))
		return err
	}})
	return errors.Join(err, f.Close())
}

// bareGroup runs as many sections at a time as there are connections.
func bareGroup(ctx context.Context) (*errgroup.Group, context.Context) {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(connections)
	return g, ctx
}

func into(v any) func(io.Reader) error {
	return func(answer io.Reader) error { return xml.NewDecoder(answer).Decode(v) }
}
