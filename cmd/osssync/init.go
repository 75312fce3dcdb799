package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/osssync/osssync/internal/disk"
	"github.com/osssync/osssync/internal/ui"
	"github.com/osssync/osssync/spec"
)

type initCmd struct {
	File  string `short:"f" default:"osssync.yaml" placeholder:"SPEC" help:"The file to write. Default: osssync.yaml."`
	Local string `default:"." placeholder:"DIR" help:"The local tree, relative to the folder of the spec. Default: that folder."`
	To    string `default:"oss://sandbox/" placeholder:"OSS-URL" help:"Where it belongs. Default: oss://sandbox/."`
}

func (*initCmd) Help() string {
	return `Writes a spec with one mapping into an embedded store: a folder that works like OSS and needs no account.
What there is to change is said in it. Its first line names the JSON Schema by which editors complete and check
it; osssync schema writes that to a file. A spec that is there already is left alone.

Exit codes: 0 written; 7 command line wrong, or there is such a file already; 11 local disk.`
}

// template is the spec that init writes. The marks are replaced by quoted values.
const template = `# yaml-language-server: $schema=@schema
# What belongs where: osssync plan shows what would change, osssync apply does it.
version: 1

stores:
  # A folder that works like OSS. Nothing leaves this machine, no account is needed.
  sandbox: {embedded: .osssync/sandbox}
  # The real thing, with keys from OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET:
  # prod: {region: cn-hangzhou, credentials: env}

mappings:
  - name: main
    local: @local
    to: @to
    store: sandbox # prod, once there is one
    exclude: [@file, "*.plan", ".git/"]
    prune: never # managed also deletes what this mapping has put there and is gone here
    # headers:
    #   - match: "**/*.html"
    #     set: {Cache-Control: no-cache}
    # uploads: {abortAfter: 7d} # abort multipart uploads that nobody resumes
`

func (c *initCmd) run(_ context.Context, e *env) error {
	// Go's quotes are YAML's for everything that a spec may hold.
	text := strings.NewReplacer(
		"@schema", schemaURL(versionText()),
		"@local", strconv.Quote(c.Local),
		"@to", strconv.Quote(c.To),
		"@file", strconv.Quote("/"+filepath.Base(c.File)),
	).Replace(template)
	if _, err := spec.Parse(c.File, filepath.Dir(c.File), []byte(text)); err != nil {
		return err
	}
	f, err := disk.OpenPath(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return &usageError{err: fmt.Errorf("%q is there already", c.File), hint: "-f names another file"}
	}
	if err != nil {
		return err
	}
	_, err = disk.Write(f, []byte(text))
	if err := errors.Join(err, disk.Close(f)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stdout, "Wrote %s. Next: osssync plan -f %s\n", ui.Name(c.File), ui.Name(c.File))
	return err
}

// release is the version of a release, which is the name of its tag as well.
var release = regexp.MustCompile(`^v\d+\.\d+\.\d+$`)

// schemaURL returns where the schema of a version is: at its tag, or on the main
// branch for what is no release.
func schemaURL(version string) string {
	if !release.MatchString(version) {
		version = "main"
	}
	return "https://raw.githubusercontent.com/osssync/osssync/" + version + "/docs/osssync.schema.json"
}
