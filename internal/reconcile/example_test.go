package reconcile_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/osssync/osssync/apply"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/spec"
)

func Example() {
	dir, err := os.MkdirTemp("", "reconcile")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.CopyFS(filepath.Join(dir, "public"), os.DirFS("testdata/public")); err != nil {
		log.Fatal(err)
	}
	wish, err := spec.Parse("osssync.yaml", dir, []byte(`
version: 1
stores: {sandbox: {embedded: sandbox}}
mappings:
  - {name: site, local: public, to: oss://my-site/www/}
`))
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	session, err := reconcile.Open(ctx, wish, nil, reconcile.Options{StateDir: filepath.Join(dir, "state")})
	if err != nil {
		log.Fatal(err)
	}
	defer session.Close()

	for range 2 {
		p, err := session.Prepare(ctx, &wish.Mappings[0], nil)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("changes:", p.Section.Summary.Changes())
		if err := p.Guard(plan.Allowances{}); err != nil {
			log.Fatal(err)
		}
		report, err := p.Run(ctx, nil, func(r apply.Result) {
			fmt.Println(r.Outcome, r.Action.Where())
		})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("complete:", report.Complete())
		if err := p.Close(); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// changes: 1
	// done index.html
	// complete: true
	// changes: 0
	// complete: true
}
