package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"

	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/internal/ui"
	"github.com/osssync/osssync/resumable"
)

type getCmd struct {
	storeFlags
	transferFlags
	From  string `arg:"" help:"oss://bucket/key."`
	To    string `arg:"" name:"file" help:"The file, or a folder for a file named like the end of the key."`
	Force bool   `help:"Replace a file that is there already."`
}

func (*getCmd) Help() string {
	return `Downloads one object. The file appears whole and verified, or not at all. When it is interrupted, the same
command goes on where it was.

Exit codes: 0 done; 1 failed, such as no such object; 3 the object was replaced meanwhile; 6 another run has
the embedded store; 7 spec or command line wrong, the file is there already, or no such bucket; 8 credentials;
9 service not reached; 10 integrity; 11 local disk; 130, 143 interrupted.`
}

func (c *getCmd) run(ctx context.Context, e *env) error {
	from, err := parseObject(c.From, "")
	if err != nil {
		return err
	}
	to, err := c.target(from.key)
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
	stop := e.follow(ctx, "get", &moved)
	res, err := resumable.Download(ctx, s.Client, from.bucket, from.key, to, resumable.DownloadOptions{
		Store: records, Scope: s.Service,
		Threshold: c.threshold(), PartSize: c.PartSize, Parts: c.Parts,
		NoReplace: !c.Force, Progress: moved.report,
	})
	stop()
	if errors.Is(err, fs.ErrExist) {
		return alreadyThere(to)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stdout, "Got %s (%s)\n", ui.Name(to), ui.Bytes(res.Size))
	if !res.Verified {
		fmt.Fprintln(e.stderr, "osssync: not verified: the object has no checksum")
	}
	return err
}

// target returns the file to write. A key that is no plain name at its end names
// no file in a folder.
func (c *getCmd) target(key string) (string, error) {
	to := c.To
	if info, err := disk.StatPath(to); err == nil && info.IsDir() {
		name := path.Base(key)
		if !filepath.IsLocal(name) || filepath.Base(name) != name || name == "." {
			return "", &usageError{err: fmt.Errorf("no file name at the end of %q", key), hint: "name the file, not its folder"}
		}
		to = filepath.Join(to, name)
	}
	if _, err := disk.LstatPath(to); err == nil && !c.Force {
		return "", alreadyThere(to)
	}
	return to, nil
}

func alreadyThere(file string) error {
	return &usageError{err: fmt.Errorf("%q is there already", file), hint: "--force replaces it"}
}
