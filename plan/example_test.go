package plan_test

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"log"
	"os"
	"time"

	"github.com/osssync/osssync/plan"
	"github.com/osssync/osssync/spec"
)

// sequence yields items, as a walk or a listing does.
func sequence[T any](items ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}

var now = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func object(path string, size int64, md5 string) plan.Remote {
	return plan.Remote{Path: path, Type: plan.TypeNormal, Version: plan.Version{Size: size, ETag: md5, Modified: now}}
}

// A tree with a new and an edited file, and a bucket with an object too many.
func Example() {
	mapping := &spec.Mapping{
		Name: "site", Root: "/srv/site", Bucket: "my-site", Prefix: "www/", Prune: spec.PruneAll,
		Transfer: spec.Transfer{Threshold: 10 << 20, PartSize: 10 << 20},
		Guard:    spec.Guard{MaxDeletes: 1000, MaxDeletePercent: 25},
	}
	sources := plan.Sources{
		Local: sequence(
			plan.Local{Path: "about.html", Stat: plan.Stat{Size: 7}},
			plan.Local{Path: "index.html", Stat: plan.Stat{Size: 5}},
			plan.Local{Path: "logo.svg", Stat: plan.Stat{Size: 5}},
		),
		Remote: sequence(
			object("index.html", 5, "5D41402ABC4B2A76B9719D911017C592"),
			object("logo.svg", 6, "00000000000000000000000000000000"),
			object("old.html", 9, "11111111111111111111111111111111"),
		),
	}
	var saved bytes.Buffer
	if err := decide(mapping, sources, &saved); err != nil {
		log.Fatal(err)
	}

	file, err := plan.ReadFile(bytes.NewReader(saved.Bytes()), int64(saved.Len()))
	if err != nil {
		log.Fatal(err)
	}
	section, _ := file.Section("site")
	for action, err := range section.Rows() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%T %s: %s\n", action, action.Where(), action.Why().Text())
	}
	fmt.Println("guard:", plan.Guard(&section.Header, &section.Summary, mapping.Guard, plan.Allowances{}))
	// Output:
	// read index.html
	// *plan.Upload about.html: new
	// *plan.Record index.html: same content
	// *plan.Upload logo.svg: size differs
	// *plan.DeleteRemote old.html: not at the source
	// guard: <nil>
}

// decide writes the plan file of one mapping.
func decide(mapping *spec.Mapping, sources plan.Sources, w io.Writer) error {
	scratch, err := os.CreateTemp("", "plan")
	if err != nil {
		return err
	}
	defer os.Remove(scratch.Name())
	defer scratch.Close()
	policy := plan.PolicyOf(mapping, now, false)
	draft := plan.NewDraft(&policy, scratch)
	var proof plan.Proof
	for state, err := range policy.PassOver(plan.Align(sources, &proof)) {
		if err != nil {
			return err
		}
		var evidence plan.Evidence
		verdict := policy.Diff(&state, &evidence)
		for verdict.Ask != plan.AskNothing {
			fmt.Println("read", state.Path)
			evidence.Local = plan.Sums{MD5: "5D41402ABC4B2A76B9719D911017C592", CRC64: "3"}
			verdict = policy.Diff(&state, &evidence)
		}
		if err := draft.Add(&state, verdict); err != nil {
			return err
		}
	}
	if err := plan.WriteFileHeader(w, "example", []string{mapping.Name}); err != nil {
		return err
	}
	header := &plan.Header{
		Mapping: mapping.Name, Direction: mapping.Direction.String(),
		Root: mapping.Root, Bucket: mapping.Bucket, Prefix: mapping.Prefix, Made: now,
	}
	return draft.Finish(header, &proof, w)
}
