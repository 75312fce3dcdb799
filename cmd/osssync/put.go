package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/osssync/osssync/internal/ui"
	"github.com/osssync/osssync/resumable"
)

type putCmd struct {
	storeFlags
	transferFlags
	From   string            `arg:"" name:"file" help:"The file."`
	To     string            `arg:"" help:"oss://bucket/key. If it ends in a slash, the name of the file is added."`
	Header map[string]string `mapsep:"none" placeholder:"NAME=VALUE" help:"A header of the object, such as Cache-Control=no-cache; may be repeated."`
}

func (*putCmd) Help() string {
	return `Uploads one file. An object of that key is replaced, as by cp. When it is interrupted, the same command goes
on with the parts that are stored.

Exit codes: 0 done; 1 failed; 3 the file changed meanwhile, nothing was published; 6 another run has the
embedded store; 7 spec or command line wrong, no such file, or no such bucket; 8 credentials; 9 service not
reached; 10 integrity; 11 local disk; 130, 143 interrupted.`
}

func (c *putCmd) run(ctx context.Context, e *env) error {
	to, err := parseObject(c.To, filepath.Base(c.From))
	if err != nil {
		return err
	}
	s, err := c.open(e)
	if err != nil {
		return err
	}
	defer s.Close()
	records, err := e.transfers()
	if err != nil {
		return err
	}
	e.begun.Store(true)
	var moved count
	stop := e.follow(ctx, "put", &moved)
	res, err := resumable.Upload(ctx, s.Client, to.bucket, to.key, c.From, resumable.UploadOptions{
		Store: records, Scope: s.Service,
		Threshold: c.threshold(), PartSize: c.PartSize, Parts: c.Parts,
		Headers: c.Header, Progress: moved.report,
	})
	stop()
	if errors.Is(err, fs.ErrNotExist) {
		return &usageError{err: err}
	}
	if err != nil {
		return err
	}
	kept := ""
	if res.PartsKept > 0 {
		kept = fmt.Sprintf(", %s stored already", ui.Count(int64(res.PartsKept), "part"))
	}
	_, err = fmt.Fprintf(e.stdout, "Put %s (%s%s)\n", ui.Name(to.String()), ui.Bytes(res.Size), kept)
	if res.StaleHeaders {
		fmt.Fprintln(e.stderr, "osssync: the object has the headers that its upload was begun with, not those given now")
	}
	return err
}
