package doctor_test

import (
	"context"
	"fmt"
	"time"

	"github.com/osssync/osssync/internal/doctor"
	"github.com/osssync/osssync/internal/reconcile"
	"github.com/osssync/osssync/spec"
)

func Example() {
	x := doctor.Examination{
		StateDir: "/nowhere/state",
		Now:      time.Now,
		Open: func(s spec.Store) (*reconcile.Store, error) {
			return reconcile.OpenStore(s, reconcile.StoreOptions{Getenv: func(string) string { return "" }})
		},
		Report: func(f doctor.Finding) { fmt.Printf("%s: %s: %s\n", f.Status, f.Subject, f.Fact) },
	}
	x.Store(context.Background(), spec.Store{Name: "sandbox", Embedded: "/nowhere/sandbox"}, nil)
	x.Store(context.Background(), spec.Store{Name: "prod", Region: "cn-hangzhou"}, nil)
	// Output:
	// ok: store "sandbox": embedded in "/nowhere/sandbox", which the first plan makes
	// fail: store "prod": no credentials: set OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET (or ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET), or `credentials: anonymous`
}
